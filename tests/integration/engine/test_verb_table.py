"""The table of docs/verbs.md: every verb under every signing rule in every place, by running it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from engine.errors import Refused
from tests import college as places
from tests.college import ROOT, College
from tests.integration.engine import table
from tests.integration.engine.table import PLACES, RULES, VERBS, Cell

DOCS = Path(__file__).parents[3] / "docs/verbs.md"
DONE = "✓"
WRITE = "ZHENGAI_WRITE_DOCS"
"""Set to anything, a run writes what it found into the docs instead of complaining."""
CELLS = [
    *(("sqlite", rule) for rule in RULES),
    pytest.param("postgresql", "ratio", marks=pytest.mark.postgresql),
    *(
        pytest.param("postgresql", rule, marks=(pytest.mark.postgresql, pytest.mark.soak))
        for rule in RULES
        if rule != "ratio"
    ),
]
"""All on SQLite and one on PostgreSQL; there the rest, which only takes its time, is a soak."""


def cell(
    db: Session, sessions: sessionmaker[Session], college: College, rule: str, where: str, verb: str
) -> str:
    """What a cell says: done, or why it is refused."""
    one = Cell(db, sessions, college, rule, where)
    one.reach()
    said = DONE
    try:
        VERBS[verb](one)
    except Refused as refusal:
        db.rollback()
        said = str(refusal)
    one.go()
    one.end()
    return said


@pytest.mark.slow
@pytest.mark.parametrize(("database_url", "rule"), CELLS, indirect=["database_url"])
def test_every_verb_works_as_the_table_says(
    db: Session, sessions: sessionmaker[Session], college: College, rule: str
) -> None:
    for where in PLACES:
        for xml in table.diagrams(rule, where):
            places.publish(db, xml)
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    found = {
        (verb, where): cell(db, sessions, college, rule, where, verb)
        for verb in VERBS
        for where in PLACES
    }
    lines = rows(found)
    if os.environ.get(WRITE):
        write(rule, lines)
    assert lines == written()[rule]


def rows(found: dict[tuple[str, str], str]) -> list[str]:
    """The lines of one rule's table."""
    return [f"| {verb} | {' | '.join(found[verb, where] for where in PLACES)} |" for verb in VERBS]


def written() -> dict[str, list[str]]:
    """The lines that stand in the docs, by rule."""
    text = DOCS.read_text(encoding="utf-8") if DOCS.exists() else ""
    tables: dict[str, list[str]] = {rule: [] for rule in RULES}
    rule = ""
    for line in text.splitlines():
        if line.startswith("## `"):
            rule = line.split("`")[1]
        elif rule in tables and line.startswith("| ") and not line.startswith(("| verb", "| ---")):
            tables[rule].append(line)
    return tables


def write(rule: str, lines: list[str]) -> None:
    """Put the lines of one rule into the docs."""
    before, mark, rest = DOCS.read_text(encoding="utf-8").partition(f"## `{rule}`")
    head = "| verb | " + " | ".join(PLACES.values()) + " |"
    table = "\n".join([head, "| --- " * (len(PLACES) + 1) + "|", *lines])
    after = rest.partition("\n## ")
    following = after[1] + after[2]
    DOCS.write_text(f"{before}{mark}\n\n{table}\n{following}", encoding="utf-8")
