"""Set up what a make target needs, and say so line by line; what is there already is left alone.

`prepare.py run` makes the environment, the locked packages, the browser code and the translations.
`prepare.py check` adds the development packages and an LDAP server, `prepare.py test` a Chromium as
well. Each step keeps a stamp, the hash of what went into it, inside the thing it made: throw the
thing away and it is made again.

Only the standard library: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
ASSETS = ROOT / "web" / "assets"
DIST = ROOT / "web" / "static" / "dist"
TRANSLATIONS = ROOT / "web" / "translations"
BOOTSTRAP_PIP = "26.3"
SLAPD_PLACES = tuple(
    Path(folder) / "slapd"
    for folder in (
        "/usr/sbin",
        "/usr/local/libexec",
        "/opt/homebrew/opt/openldap/libexec",
        "/usr/local/opt/openldap/libexec",
        "/usr/libexec",
    )
)
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The one without windows first: it starts sooner and draws with less work."""


class Failed(Exception):
    """A step could not be done; the text says what to do about it."""


def main(arguments: list[str]) -> int:
    """Run the steps of the named plan."""
    if len(arguments) != 1 or arguments[0] not in PLANS:
        print(f"usage: prepare.py {'|'.join(PLANS)}", file=sys.stderr)
        return 2
    steps = PLANS[arguments[0]]
    for number, (title, step) in enumerate(steps, start=1):
        print(f"[{number}/{len(steps)}] {title}: ", end="", flush=True)
        began = time.monotonic()
        try:
            told = step()
        except Failed as failure:
            print(f"failed\n\n{failure}", file=sys.stderr)
            return 1
        print(f"{told} ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


def environment() -> str:
    """A virtual environment of this very Python."""
    want = _digest([], sys.version, str(ROOT))
    if _stamp(VENV / ".made") == want and _runs([str(BIN / "python"), "-m", "pip", "--version"]):
        return "ready"
    shutil.rmtree(VENV, ignore_errors=True)
    if not _runs([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        _call([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        _bring_pip()
    (VENV / ".made").write_text(want, encoding="utf-8")
    return f"made with Python {sys.version.split()[0]}"


def packages() -> str:
    """The locked packages the product runs on, and the product itself, editable."""
    files = [ROOT / "requirements.txt", ROOT / "requirements-build.txt"]
    want = _digest([*files, ROOT / "setup.cfg", ROOT / "pyproject.toml"])
    if _stamp(VENV / ".packages") == want:
        return "ready"
    _pip("install", *[part for file in files for part in ("-r", str(file))])
    ours = ["--no-deps", "--no-build-isolation", "--config-settings=editable_mode=compat"]
    _pip("install", *ours, "-e", str(ROOT))
    (VENV / ".packages").write_text(want, encoding="utf-8")
    return "installed"


def development_packages() -> str:
    """The locked packages of the test suites."""
    file = ROOT / "requirements-dev.txt"
    want = _digest([file])
    if _stamp(VENV / ".development") == want:
        return "ready"
    _pip("install", "-r", str(file))
    (VENV / ".development").write_text(want, encoding="utf-8")
    return "installed"


def browser_code() -> str:
    """What the browser loads, built from web/assets with Node: the machine's, or one from PyPI."""
    want = _digest(_sources(ASSETS))
    if _stamp(DIST / ".made") == want:
        return "ready"
    path = _node_path()
    environment = {**os.environ, "PATH": path, "npm_config_update_notifier": "false"}
    npm = shutil.which("npm", path=path) or "npm"
    _call([npm, "ci", "--no-audit", "--no-fund"], cwd=ASSETS, env=environment)
    _call([npm, "run", "build"], cwd=ASSETS, env=environment)
    if not DIST.is_dir():
        message = "the build of web/assets left no web/static/dist"
        raise Failed(message)
    (DIST / ".made").write_text(want, encoding="utf-8")
    return "built"


def translations() -> str:
    """The message catalogues, compiled."""
    sources = sorted(TRANSLATIONS.rglob("*.po"))
    compiled = [source.with_suffix(".mo") for source in sources]
    want = _digest(sources)
    stamp = VENV / ".translations"
    if _stamp(stamp) == want and all(file.exists() for file in compiled):
        return "ready"
    if sources:
        _call([str(BIN / "pybabel"), "-q", "compile", "-f", "-d", str(TRANSLATIONS)])
    stamp.write_text(want, encoding="utf-8")
    return f"{len(sources)} compiled"


def chromium() -> str:
    """A Chromium for the browser suite and, where we may install it, a font with Chinese in it."""
    told = _found_chromium()
    if told and (_has_chinese_font() or not _may_apt()):
        return told
    if _may_apt():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wanted = ["fonts-noto-cjk"] if told else ["chromium-headless-shell", "fonts-noto-cjk"]
        _call(["apt-get", "-qq", "update"], env=environment)
        _call(
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *wanted],
            env=environment,
        )
        return " and ".join(wanted) + " installed with apt-get"
    _call([str(BIN / "playwright"), "install", "chromium"])
    return "installed with Playwright"


def directory_server() -> str:
    """OpenLDAP's slapd for the sign-in suite: only unpacked, so that no service is started.

    A machine's own slapd is the second choice: some systems let it read its own folders only.
    """
    ours = VENV / "slapd"
    if _is_slapd(ours / "usr" / "sbin" / "slapd", ours):
        return "ready"
    problem = "this machine has no apt-get"
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        try:
            _unpack_slapd(ours)
        except Failed as failure:
            problem = str(failure)
        if _is_slapd(ours / "usr" / "sbin" / "slapd", ours):
            return "unpacked with apt-get"
    for path in SLAPD_PLACES:
        if _is_slapd(path):
            return str(path)
    message = (
        "The tests of signing in need OpenLDAP's server, slapd. Install it:\n"
        "  Debian, Ubuntu: apt-get install slapd\n"
        "  Fedora: dnf install openldap-servers\n"
        "  macOS: brew install openldap\n"
        f"It was not brought by itself: {problem}"
    )
    raise Failed(message)


def _unpack_slapd(place: Path) -> None:
    """Slapd and the libraries this machine lacks, from the system's packages, put in a folder."""
    if _may_apt():
        _call(["apt-get", "-qq", "update"])
    asked = ["apt-get", "-s", "install", "--no-install-recommends", "slapd"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    lacking = re.findall(r"^Inst (\S+)", told, re.MULTILINE)
    shutil.rmtree(place, ignore_errors=True)
    packages = place / "packages"
    packages.mkdir(parents=True)
    _call(["apt-get", "-qq", "download", *sorted({"slapd", *lacking})], cwd=packages)
    for package in sorted(packages.glob("*.deb")):
        _call(["dpkg-deb", "-x", str(package), str(place)])
    shutil.rmtree(packages)


def _is_slapd(path: Path, root: Path | None = None) -> bool:
    libraries = [str(one) for one in sorted((root / "usr" / "lib").glob("*-*"))] if root else []
    environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    return path.exists() and _runs([str(path), "-VV"], env=environment if libraries else None)


def _found_chromium() -> str:
    """Where a Chromium is: on the PATH, or in Playwright's own folder. Empty when nowhere."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    question = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [str(BIN / "python"), "-c", question], capture_output=True, text=True, check=False
    ).stdout.strip()
    return answer if answer and Path(answer).exists() else ""


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(
        ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip())


def _may_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _node_path() -> str:
    """A PATH on which node and npm are new enough for web/assets."""
    package = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))
    found = re.search(r"\d+", package.get("engines", {}).get("node", ""))
    wanted = int(found.group()) if found else 18
    path = os.environ.get("PATH", os.defpath)
    ours = f"{BIN}{os.pathsep}{path}"
    for candidate in (path, ours):
        if _node_version(candidate) >= wanted and shutil.which("npm", path=candidate):
            return candidate
    _pip("install", "-r", str(ROOT / "requirements-node.txt"))
    return ours


def _node_version(path: str) -> int:
    node = shutil.which("node", path=path)
    if node is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", answer)
    return int(found.group(1)) if found else 0


def _bring_pip() -> None:
    """Put pip into an environment whose Python was packed without ensurepip (Debian does that)."""
    python = str(BIN / "python")
    if _runs([sys.executable, "-m", "pip", "--python", python, "install", "-q", "pip"]):
        return
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    name = f"pip-{BOOTSTRAP_PIP}-py3-none-any.whl"
    try:
        question = urllib.request.Request(  # noqa: S310 - the package index the user configured
            f"{index}/pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
        )
        with urllib.request.urlopen(question, timeout=60) as answer:  # noqa: S310 - the same
            files = json.load(answer)["files"]
        entry = next(file for file in files if file["filename"] == name)
        with urllib.request.urlopen(entry["url"], timeout=120) as answer:  # noqa: S310 - the same
            content = answer.read()
    except (OSError, ValueError, KeyError, StopIteration) as error:
        message = f"pip could not be fetched ({error}). On Debian: apt-get install python3-venv"
        raise Failed(message) from error
    if hashlib.sha256(content).hexdigest() != entry["hashes"]["sha256"]:
        message = f"{name} is not what the package index says it is"
        raise Failed(message)
    wheel = VENV / name
    wheel.write_bytes(content)
    _call([python, f"{wheel}/pip", "install", "-q", "--no-index", str(wheel)])
    wheel.unlink()


def _pip(*arguments: str) -> None:
    quiet = ("-q", "--disable-pip-version-check", "--no-input")
    _call([str(BIN / "python"), "-m", "pip", arguments[0], *quiet, *arguments[1:]])


def _call(command: list[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a program; its output is shown only when it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, check=False
        )
    except OSError as error:
        message = f"{command[0]} could not be started: {error}"
        raise Failed(message) from error
    if done.returncode:
        message = f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        raise Failed(message)


def _runs(command: list[str], env: Mapping[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _sources(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and "node_modules" not in file.relative_to(folder).parts
    )


def _digest(files: Iterable[Path], *words: str) -> str:
    total = hashlib.sha256("\0".join(words).encode())
    for file in files:
        total.update(f"\0{file.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _stamp(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


RUN: list[tuple[str, Callable[[], str]]] = [
    ("Python environment", environment),
    ("packages", packages),
    ("browser code", browser_code),
    ("translations", translations),
]
CHECK = [
    *RUN,
    ("development packages", development_packages),
    ("LDAP server", directory_server),
]
PLANS: dict[str, list[tuple[str, Callable[[], str]]]] = {
    "run": RUN,
    "check": CHECK,
    "test": [*CHECK, ("Chromium", chromium)],
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
