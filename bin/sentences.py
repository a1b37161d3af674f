"""Collect every sentence a person may read, and keep the English catalogue in step with them.

A sentence is a text with Chinese in it, or with a gap and Chinese punctuation: in Python any
string that is no docstring, in templates what is wrapped for translation. `make sentences` adds
new ones to the catalogue without English, takes out those that are gone, keeps the rest, and says
how many wait.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]|[)}].*[\uff08\uff09\uff1a]|^[\u3001\uff0c]$")
MADE = datetime(2026, 11, 22, tzinfo=UTC)  # a date that moved would change the file every time
WORDS = ("_", "gettext", "ngettext", "lazy_gettext")
# Chinese in these is what a demo or a benchmark is called, what stands at the head of a document,
# or how a language writes dates
NOT_TRANSLATED = (
    "engine/bpmn/dialect/time_words.py",
    "quality/cases.py",
    "quality/templates/cases.py",
    "web/demo",
    "web/bench",
    "web/i18n.py",
)


def main() -> int:
    """Bring the catalogue in step."""
    old = catalogue()
    new = Catalog(
        locale="en",
        project="zhengai",
        version="0",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=MADE,
        revision_date=MADE,
        charset="utf-8",
        fuzzy=False,
    )
    new.header_comment = (
        "# The English of zhengai. Written by `make sentences`; the msgstr are ours."
    )
    for sentence, places in sorted(sentences().items(), key=lambda one: (one[1], one[0])):
        known = old.get(sentence)
        english = known.string if known else ""
        new.add(sentence, english, locations=[(place, 0) for place in places])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=100, include_lineno=False, omit_header=False)
    waiting = [message.id for message in new if message.id and not message.string]
    print(f"{len(new)} sentences, {len(waiting)} without English")
    return 0


def catalogue() -> Catalog:
    """The English catalogue as it stands; empty where there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def sentences() -> dict[str, list[str]]:
    """Every sentence with the files that say it."""
    found: dict[str, set[str]] = {}
    for path, said in (*_of_python(), *_of_templates(), *_of_catalogue()):
        for sentence in said:
            found.setdefault(sentence, set()).add(path.relative_to(ROOT).as_posix())
    return {sentence: sorted(places) for sentence, places in found.items()}


def _of_python() -> Iterator[tuple[Path, list[str]]]:
    for folder in ("engine", "quality", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "node_modules" not in name and not name.startswith(NOT_TRANSLATED):
                yield path, said_in_python(path.read_text(encoding="utf-8"))


def said_in_python(source: str) -> list[str]:
    """The strings of a module that have Chinese in them, docstrings left out."""
    nodes = list(ast.walk(ast.parse(source)))
    silent = {node.value for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in silent and CHINESE.search(node.value)
    ]


def glued_in_python(source: str) -> list[int]:
    """Lines with an f-string that has Chinese in it: it can be neither collected nor translated."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
        if any(
            isinstance(part, ast.Constant) and CHINESE.search(part.value) for part in node.values
        )
    ]


def _of_templates() -> Iterator[tuple[Path, list[str]]]:
    for path in sorted((ROOT / "web" / "templates").rglob("*")):
        if path.is_file():
            yield path, said_in_template(path)


def _of_catalogue() -> Iterator[tuple[Path, list[str]]]:
    """What kinds of subjects and standards are called; their tables are the college's own text."""
    for path in sorted((ROOT / "quality" / "catalog").glob("*.yaml")):
        told = yaml.safe_load(path.read_bytes())
        if isinstance(told, dict) and "goals" in told:
            yield path, [told[name] for name in ("label", "short") if name in told]
        elif isinstance(told, dict) and "work" in told:
            yield path, [one["label"] for one in told["work"]]


def said_in_template(path: Path) -> list[str]:
    """The sentences of a template that are wrapped for translation."""
    with path.open("rb") as file:
        found = babel_extract(file, WORDS, (), {"encoding": "utf-8", "silent": "false"})
        said = [message for _line, _function, message, _comments in found]
    texts = [text for one in said for text in (one if isinstance(one, tuple) else (one,))]
    return [text for text in texts if text and CHINESE.search(text)]


def bare_in_template(path: Path) -> list[str]:
    """Chinese in a template that nobody can translate: in the page, or in an unwrapped text."""
    wrapped = set(said_in_template(path))
    bare = []
    for line, kind, value in Environment(autoescape=True).lex(path.read_text(encoding="utf-8")):
        text = ast.literal_eval(value) if kind == "string" else value
        if kind in ("data", "string") and CHINESE.search(text) and text not in wrapped:
            bare.append(f"{line}: {text.strip()[:60]}")
    return bare


if __name__ == "__main__":
    sys.exit(main())
