"""What publishing says of tables: overlaps, gaps, rows never reached, cells nobody understands."""

from __future__ import annotations

import pytest

from engine import dmn
from tests.unit.engine.dmn.drawing import file, table


def found(*decisions, **more):
    return [(one.severity.value, one.rule) for one in dmn.lint(file(*decisions, **more))]


def words(*decisions):
    return [one.text() for one in dmn.lint(file(*decisions))]


def test_a_whole_table_has_no_findings():
    rows = [("< 10", "true", '"a"'), (">= 10", "true", '"b"'), ("-", "false", '"c"')]
    assert found(table(["x:number", "ok:boolean"], ["way:string"], rows)) == []


@pytest.mark.parametrize(
    "rows",
    [
        [("[1..5]", "1"), ("[5..9]", "2")],
        [("1, 2", "1"), ("2, 3", "2")],
        [("-", "1"), ("7", "2")],
        [("not(7)", "1"), ("8", "2")],
        [("not(7)", "1"), ("not(8)", "2")],
        [("null", "1"), ("-", "2")],
        [("!= 5", "1"), ("null", "2")],
        [("< 5", "1"), ("> 4", "2")],
    ],
)
def test_rows_that_meet_are_errors(rows):
    drawn = table(["x:number"], ["n"], rows)
    assert ("error", "rows_overlap") in found(drawn)
    assert any("第 1 行和第 2 行会同时符合" in one for one in words(drawn))


@pytest.mark.parametrize(
    "rows",
    [
        [("[1..5)", "1"), ("[5..9]", "2")],
        [("not(7)", "1"), ("7", "2")],
        [("null", "1"), ("not(null)", "2")],
        [("< 5", "1"), (">= 5", "2")],
        [("< limit", "1"), (">= 5", "2")],
    ],
)
def test_rows_that_do_not_meet_are_fine(rows):
    assert ("error", "rows_overlap") not in found(table(["x:number"], ["n"], rows))


def test_nothing_lies_between_two_whole_numbers_or_days():
    rows = [("<= 3", "1"), (">= 4", "2")]
    assert found(table(["x:integer"], ["n"], rows)) == []
    assert found(table(["x:number"], ["n"], rows)) == [("warning", "rows_missing")]
    days = [('<= date("2026-02-28")', "1"), ('>= date("2026-03-01")', "2")]
    assert found(table(["d:date"], ["n"], days)) == []


def test_gaps_are_told_where_values_are_known():
    drawn = table(
        ['k:string:"a", "b", "c"', "ok:boolean"], ["n"], [('"a"', "-", "1"), ('"b"', "true", "2")]
    )
    assert found(drawn) == [("warning", "rows_missing")] * 2
    assert any('k: "b"，ok: false' in one for one in words(drawn))


def test_any_with_other_answers_is_an_error_and_with_the_same_is_not():
    rows = [("> 1", "1"), ("> 2", "2"), ("<= 1", "3")]
    assert ("error", "rows_overlap") in found(table(["x:number"], ["n"], rows, policy="ANY"))
    same = [("> 1", "1"), ("> 2", "1"), ("<= 1", "3")]
    assert found(table(["x:number"], ["n"], same, policy="ANY")) == []


def test_a_row_never_reached_is_told():
    rows = [("> 1", "1"), ("[2..3]", "2"), ("-", "3")]
    drawn = table(["x:number"], ["n"], rows, policy="FIRST")
    assert found(drawn) == [("warning", "row_unreachable")]


@pytest.mark.parametrize(
    ("drawn", "rule"),
    [
        (table(["x:money"], ["n"], [("1", "1")]), "type_known"),
        (table(["x"], ["n"], [("a ~ b", "1")]), "cell_readable"),
        (table(["x"], ["n"], [("1", "foo(1)")]), "cell_readable"),
        (table(["x:number"], ["n"], [('"a"', "1")]), "cell_readable"),
        (table(["x:date"], ["n"], [('"2026-9-1"', "1")]), "cell_readable"),
        (table(["x:dateTime"], ["n"], [('"2026-09-01T08:00:00+08:00"', "1")]), "cell_readable"),
        (table(["x"], ["n:number"], [("1", '"a"')]), "cell_readable"),
        (table(["f(x)"], ["n"], [("1", "1")]), "cell_readable"),
        (table([""], ["n"], [("1", "1")]), "cell_readable"),
        (table(["x"], ["n"], [("1", "1")], policy="BEST"), "hit_policy"),
        (table(["x"], ["n"], [("1", "1")], policy="COLLECT", aggregation="AVG"), "hit_policy"),
        (table(["x"], ["n"], [("1", "1")], aggregation="SUM"), "hit_policy"),
        (table(["x"], ["n"], [("1", "1")], policy="PRIORITY"), "output_values"),
        (table(["x"], ['n::"a"'], [("1", '"b"')], policy="PRIORITY"), "output_values"),
        (table(["x"], [], [("1",)]), "output_required"),
        (table(["x"], ["a b"], [("1", "1")]), "output_name"),
        (table(["x"], ["n", "n"], [("1", "1", "1")]), "output_name"),
        (table(["x"], ["n"], [("1",)]), "row_complete"),
        (table(["x"], ["n"], [("1", "1")], requires=("gone",)), "requirement_known"),
        (table(["x"], ["n"], [("1", "1")]) * 2, "id_unique"),
        (
            '<decision id="d"><literalExpression><text>1</text></literalExpression></decision>',
            "table_required",
        ),
        ('<decision id="d"/>', "table_required"),
    ],
)
def test_what_is_wrong_is_an_error_in_words(drawn, rule):
    assert ("error", rule) in found(drawn)


def test_a_cell_is_named_by_table_row_and_column():
    drawn = table(["kind"], ["n"], [('"a"', "1"), ("some x in y", "1")], key="chain")
    assert words(drawn)[0].startswith("“chain”第 2 行“kind”列：看不懂“some”")
