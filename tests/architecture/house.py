"""The house rules that a machine can check: each names the lines of a module that break it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}
CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
EXCUSE = re.compile(
    r"#\s*(?:type: ignore(?P<types>\[[\w, -]+\])?|noqa(?P<rules>: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)?)"
    r"(?P<reason>.*)"
)


@dataclass(frozen=True)
class Module:
    """A source file, read and parsed."""

    name: str
    source: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.source)

    @property
    def lines(self) -> list[str]:
        """The lines, counted from nought."""
        return self.source.splitlines()


Rule = Callable[[Module], Iterator[int]]


def commits(module: Module) -> Iterator[int]:
    """`something.commit()`: the edge owns the transaction."""
    yield from _calls(module, {"commit"})


def clock_readings(module: Module) -> Iterator[int]:
    """`datetime.now()` and its like: engine/clock.py tells the time."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            last = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (last, node.func.attr) in CLOCK_CALLS:
                yield node.lineno


def bare_flushes(module: Module) -> Iterator[int]:
    """`db.flush()` without a comment on its line or the one above that says what needs it."""
    for line in _calls(module, {"flush"}, of={"db", "own", "session"}):
        here, above = module.lines[line - 1], module.lines[line - 2].strip()
        if "#" not in here and not above.startswith("#"):
            yield line


def inner_imports(module: Module) -> Iterator[int]:
    """An import inside a function hides from the reader and from the import contracts."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inside in ast.walk(node):
                if isinstance(inside, ast.Import | ast.ImportFrom):
                    yield inside.lineno


def silent_excuses(module: Module) -> Iterator[int]:
    """`type: ignore` and `noqa` name their codes, and after them comes a reason."""
    for number, line in enumerate(module.lines, start=1):
        if excuse := EXCUSE.search(line):
            if not (excuse["types"] or excuse["rules"]) or not excuse["reason"].strip(" #-()"):
                yield number


def evaluations(module: Module) -> Iterator[int]:
    """`eval`, `exec` and `compile`: expressions have a language of their own."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"eval", "exec", "compile", "__import__"}:
                yield node.lineno


def _calls(module: Module, names: set[str], of: set[str] | None = None) -> Iterator[int]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr in names and (of is None or getattr(owner, "id", "") in of):
                yield node.lineno
