"""Files made to hang, to explode or to lie: a finding each, soon."""

from __future__ import annotations

import pytest

from engine import dmn
from tests.unit.engine.dmn.drawing import HEAD, file, table

BIG = 2_000


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"\x00\xff",
        b"<a/>",
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        f"{HEAD}<decision/></definitions>".encode(),
        f"{HEAD}<decision id=''><decisionTable/></decision></definitions>".encode(),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + file(table(["x"], ["n"], [])),
        file(table(["x"], ["n"], [("&lt;" * 10, "1")])),
        file(table(["x"], ["n"], [("9" * 900, "1")])),
        file(table(["x"], ["n"], [("9 * " * 200 + "9", "1")])),
        file(table(["x"], ["n"], [("not(" * 200 + ")" * 200, "1")])),
        file(table(["x"], ["n"], [("1", "-" * 900)])),
        file(table(["x"] * 60, ["n"], [])),
        file(table(["x"], ["n"], [("1", "1")] * (BIG + 1))),
        file(*(table(["x"], ["n"], [("1", "1")], key=f"d{one}") for one in range(101))),
        file(*(table(["x"], ["n"], [], key=f"d{n}", requires=(f"d{n + 1}",)) for n in range(90))),
        file(table(["{0.__class__}"], ["n"], [("{x}", "{y}")])),
    ],
)
def test_a_hostile_file_is_a_finding(xml):
    findings = dmn.lint(xml)
    assert any(one.severity == "error" for one in findings)
    assert all(one.text() for one in findings)
    assert len(findings) <= 200


def test_two_thousand_rows_that_all_meet_are_judged():
    drawn = table(["x:number"], ["n"], [(f"not({row})", str(row)) for row in range(BIG)])
    findings = dmn.lint(file(drawn))
    assert sum(one.rule == "rows_overlap" for one in findings) == 50


def test_two_thousand_rows_that_never_meet_are_judged_and_decide():
    rows = [(f"[{row}..{row + 1})", "-", str(row)) for row in range(BIG)]
    xml = file(table(["x:number", "y:number"], ["n"], rows))
    assert not any(one.severity == "error" for one in dmn.lint(xml))
    made = dmn.read(xml).by_id["t"]
    assert made.decide({"x": 1_999.5, "y": 0}) == {"n": 1_999}
    assert made.decide({"x": 2_000, "y": 0}) is None


def test_many_columns_do_not_make_the_search_for_gaps_long():
    columns = [f"c{one}:boolean" for one in range(40)]
    rows = [["-"] * one + ["true"] + ["-"] * (39 - one) + ["1"] for one in range(40)]
    dmn.lint(file(table(columns, ["n"], rows, policy="FIRST")))
