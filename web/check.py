"""`zhengai check`: what publishing would say of a file, a line a finding, whatever the file is.

Reads no more of a file than the limit, never waits for one that is not there to be read, and never
ends in a traceback.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol, TextIO

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

import quality
from engine import db as database
from engine import definitions, dmn
from engine.bpmn import parse, process, second_opinion
from engine.bpmn.findings import Finding, Severity, error, has_errors
from engine.bpmn.lint import lint
from engine.bpmn.lint.known import Known
from engine.forms import load
from engine.forms.load import Reading
from engine.forms.model import Form
from engine.handlers import CASES, HANDLERS, PEOPLE, RESOLVERS
from web import config

RULE: Final = "file_readable"
DIAGRAMS: Final = frozenset({".bpmn", ".xml"})
TABLES: Final = frozenset({".dmn"})
FORMS: Final = frozenset({".form", ".json"})
MAX_NAME: Final = 200


class Line(Protocol):
    """A finding of the kernel or of the forms: where, how grave, by which rule, and what."""

    @property
    def element(self) -> str: ...  # noqa: D102  (the class says it)
    @property
    def severity(self) -> str: ...  # noqa: D102  (the class says it)
    @property
    def rule(self) -> str: ...  # noqa: D102  (the class says it)
    def text(self) -> str: ...  # noqa: D102  (the class says it)


def run(paths: Sequence[str | Path], out: TextIO, known: Known | None = None) -> int:
    """Check files and print their findings; 1 when there is an error among them, else 0.

    Forms among the files count as existing when diagrams are checked against what is known.
    """
    names = [str(path) for path in paths]
    forms = {name: _form(_content(name)) for name in names if Path(name).suffix.lower() in FORMS}
    house = _with_forms(known or Known(), {name: form for name, (form, _lines) in forms.items()})
    house = _with_tables(house, [name for name in names if _is_table(name)])
    house = _with_flows(house, names)
    failed = False
    for name in names:
        lines = forms[name][1] if name in forms else _findings(name, _content(name), house)
        for line in lines:
            failed = failed or line.severity == Severity.ERROR
            place = f"{name}:{line.element[:MAX_NAME]}"
            _say(out, f"{place}: {line.severity}: {line.rule}: {line.text()}")
    return int(failed)


def command(options: argparse.Namespace) -> int:
    """`zhengai check FILE…`."""
    return run(options.files, sys.stdout, known_here())


def known_here() -> Known:
    """Say what this installation knows: posts, people, forms. Changes nothing and makes no files.

    Where there is no installation yet, what the program brings along: handlers and kinds of case.
    """
    quality.register()
    brought = Known(
        topics=frozenset(HANDLERS),
        cases=frozenset(CASES),
        places=frozenset(RESOLVERS),
        people=frozenset(PEOPLE),
    )
    try:
        address = config.database_url(os.environ)
        file = make_url(address).database if address.startswith("sqlite") else None
        if file is not None and not Path(file).is_file():
            return brought
        with database.sessions(database.connect(address))() as db:
            return definitions.known(db)
    except (SQLAlchemyError, config.SettingError):
        return brought


def _content(path: str) -> bytes | Finding:
    """At most one byte more than the limit, so that the reader can say that it is too long."""
    try:
        # a named pipe without a writer would block; a terminal or device is no file either
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as problem:
        return _unreadable(problem)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return error("", RULE, "这不是普通文件，不能检查。")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(parse.MAX_BYTES + 1)
    except OSError as problem:
        return _unreadable(problem)
    finally:
        os.close(handle)


def _unreadable(problem: Exception) -> Finding:
    if isinstance(problem, FileNotFoundError):
        return error("", RULE, "找不到这个文件。")
    if isinstance(problem, PermissionError):
        return error("", RULE, "没有权限读这个文件。")
    detail = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    return error("", RULE, "读不了这个文件：{detail}", detail=detail)


def _form(body: bytes | Finding) -> tuple[Form | None, Sequence[Line]]:
    if isinstance(body, Finding):
        return None, [body]
    try:
        reading = load.read(body)
    except Exception as problem:  # noqa: BLE001  (never a traceback, whatever the file)
        return None, [_surprise(problem)]
    return reading.form, reading.findings


def _with_forms(known: Known, given: Mapping[str, Form | None]) -> Known:
    if known.forms is None:
        return known
    here = {Path(name).stem: Reading(form) for name, form in given.items() if form is not None}
    facts = {key: definitions.form_facts(one) for key, one in here.items()}
    return replace(
        known,
        forms={**known.forms, **definitions.form_addresses(here)},
        form_facts={**known.form_facts, **facts},
    )


def _is_table(name: str) -> bool:
    return Path(name).suffix.lower() in TABLES


def _with_tables(known: Known, names: Sequence[str]) -> Known:
    """Tables among the files count as existing when diagrams are checked."""
    if known.decisions is None:
        return known
    found: set[str] = set()
    for body in map(_content, names):
        with suppress(parse.Unreadable, ValueError):
            found |= set(dmn.read(body).by_id) if isinstance(body, bytes) else set()
    return replace(known, decisions=known.decisions | found)


def _with_flows(known: Known, names: Sequence[str]) -> Known:
    """Flows among the files count as published when diagrams are checked."""
    if known.definitions is None:
        return known
    drawn = [name for name in names if Path(name).suffix.lower() in DIAGRAMS]
    found: set[str] = set()
    for body in map(_content, drawn):
        with suppress(parse.Unreadable):
            found |= {parse.read(body).id} if isinstance(body, bytes) else set()
    return replace(known, definitions=known.definitions | found)


def _findings(name: str, body: bytes | Finding, known: Known) -> Sequence[Line]:
    if isinstance(body, Finding):
        return [body]
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return _form(body)[1]
        return dmn.lint(body) if _is_table(name) else list(_bpmn(body, known))
    except parse.Unreadable as unreadable:
        return [unreadable.finding]
    except Exception as problem:  # noqa: BLE001  (never a traceback, whatever the file)
        return [_surprise(problem)]


def _bpmn(body: bytes, known: Known) -> Iterator[Finding]:
    outline = parse.read(body)
    findings = lint(outline, known)
    yield from findings
    if not has_errors(findings):
        yield from second_opinion.review(body, process.build(outline))


def _surprise(problem: Exception) -> Finding:
    sentence = "检查时出了意外（{detail}）。这是程序的错，请告诉开发者。"
    return error("", "surprise", sentence, detail=type(problem).__name__)


def _say(out: TextIO, text: str) -> None:
    """Print one line that moves no cursor and that any terminal can encode."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text)
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(plain.encode(encoding, "replace").decode(encoding) + "\n")
