"""A real LDAP server, OpenLDAP's slapd, on a port of this machine with a directory of its own.

Its schema has the names that OpenLDAP's and Active Directory's people have. Data are files of the
`ldif` backend, which every slapd has built in.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import ldap3

from tests.signin import certificates

BASE = "dc=example,dc=edu,dc=cn"
PEOPLE = f"ou=people,{BASE}"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{BASE}", "admin-password"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "reader-password"
STARTS_WITHIN = 20.0
PLACES = (
    Path(sys.prefix, "slapd/usr/sbin/slapd"),
    Path("/usr/sbin/slapd"),
    Path("/usr/local/libexec/slapd"),
    Path("/opt/homebrew/opt/openldap/libexec/slapd"),
    Path("/usr/local/opt/openldap/libexec/slapd"),
    Path("/usr/libexec/slapd"),
)
TEXT = "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX OMsDirectoryString"
# where OpenLDAP lets everybody number what they try out
TRIED_OUT = ".".join(map(str, (1, 3, 6, 1, 4, 1, 4203, 666)))
SCHEMA = "\n".join(
    [
        *(
            f"attributetype ( {TRIED_OUT}.7.{number} NAME '{name}' {TEXT} )"
            for number, name in enumerate(
                (
                    "dc",
                    "ou",
                    "sn",
                    "mail",
                    "displayName",
                    "employeeNumber",
                    "sAMAccountName",
                    "userPrincipalName",
                ),
                start=1,
            )
        ),
        f"objectclass ( {TRIED_OUT}.8.1 NAME 'place' SUP top STRUCTURAL MAY ( dc $ ou ) )",
        f"objectclass ( {TRIED_OUT}.8.2 NAME 'human' SUP top STRUCTURAL MAY ( uid $ cn",
        "  $ sn $ mail $ displayName $ employeeNumber $ sAMAccountName $ userPrincipalName",
        "  $ userPassword $ description ) )",
    ]
)
CONFIG = f"""
{SCHEMA}
pidfile {{folder}}/slapd.pid
TLSCACertificateFile {{folder}}/ca.pem
TLSCertificateFile {{folder}}/server.pem
TLSCertificateKeyFile {{folder}}/server.key
database ldif
suffix "{BASE}"
directory {{folder}}/data
rootdn "{ADMIN}"
rootpw {ADMIN_PASSWORD}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{READER}" read by * none
"""


class Missing(Exception):
    """There is no slapd on this machine."""


class Slapd:
    """The server and what stands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.tls_port = _free_port(), _free_port()

    @property
    def url(self) -> str:
        """Where it answers, with StartTLS or without."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where it answers encrypted from the first byte."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def __enter__(self) -> Self:
        certificates.make(self.folder)
        (self.folder / "data").mkdir()
        config = self.folder / "slapd.conf"
        config.write_text(CONFIG.format(folder=self.folder), encoding="utf-8")
        program, environment = _found()
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-f", config, "-h", f"{self.url} {self.tls_url}", "-d", "0"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        self.add(BASE, "place", dc="example")
        self.add(PEOPLE, "place", ou="people")
        self.add(READER, "human", cn="reader", userPassword=READER_PASSWORD)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it; whoever asks from now on finds nobody."""
        if self._process is not None:
            self.go_on()
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """Let it hang: whoever asks waits."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def person(self, uid: str, password: str = "", **said: str) -> str:
        """Add a person. Returns the DN."""
        given = {"uid": uid, **said} | ({"userPassword": password} if password else {})
        dn = f"uid={uid},{PEOPLE}"
        self.add(dn, "human", **given)
        return dn

    def add(self, dn: str, kind: str, **said: str) -> None:
        """Add an entry."""
        with self._as_admin() as connection:
            assert connection.add(dn, kind, said), connection.result

    def rename(self, dn: str, to: str) -> None:
        """Give an entry another name: `uid=new`."""
        with self._as_admin() as connection:
            assert connection.modify_dn(dn, to), connection.result

    def change(self, dn: str, **said: str) -> None:
        """Put other values in the place of those that are there; an empty one takes them away."""
        changes = {
            name: [(ldap3.MODIFY_REPLACE, [value] if value else [])] for name, value in said.items()
        }
        with self._as_admin() as connection:
            assert connection.modify(dn, changes), connection.result

    def clear(self) -> None:
        """Take all people out."""
        with self._as_admin() as connection:
            connection.search(PEOPLE, "(objectClass=human)", ldap3.SUBTREE)
            for dn in [entry["dn"] for entry in connection.response]:
                assert connection.delete(dn), connection.result

    @contextmanager
    def _as_admin(self) -> Iterator[ldap3.Connection]:
        server = ldap3.Server(self.url, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, ADMIN, ADMIN_PASSWORD, auto_bind=True)
        try:
            yield connection
        finally:
            connection.unbind()

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.02)
        self.stop()
        raise Missing(f"slapd did not start:\n{(self.folder / 'log').read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _found() -> tuple[str, dict[str, str]]:
    """The program, and the environment in which it finds its libraries. Raises `Missing`."""
    on_path = shutil.which("slapd")
    places = [*PLACES[:1], *([Path(on_path)] if on_path else []), *PLACES[1:]]
    for place in places:
        if place.exists():
            libraries = [str(one) for one in (place.parents[1] / "lib").glob("*-*")]
            is_ours = place == PLACES[0]
            more = {"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if is_ours else {}
            return str(place), os.environ | more
    raise Missing(
        "There is no slapd, the LDAP server that these tests start. `python bin/prepare.py test` "
        "brings it, or: apt-get install slapd, dnf install openldap-servers, brew install openldap."
    )
