"""What publishing says of a file of tables: what is wrong, and what a careful person would change.

Bounded in time and length, whatever the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.parse import Unreadable
from engine.dmn import cells, parse, regions
from engine.dmn.compiled import Ready
from engine.dmn.decide import compile_file
from engine.dmn.regions import MAX_GAPS, MAX_PAIRS
from engine.dmn.table import LISTS, RANKED, File, Policy

MAX_FINDINGS: Final = 200
MAX_SHOWN: Final = 200


def lint(xml: bytes) -> tuple[Finding, ...]:
    """Judge a file. Never raises."""
    try:
        file = parse.read(xml)
    except Unreadable as unreadable:
        return (unreadable.finding,)
    ready, findings = compile_file(file)
    findings += _names(file)
    for made in ready.values():
        findings += _table(made)
    if len(findings) > MAX_FINDINGS:
        findings.sort(key=lambda one: one.severity)
        rest = len(findings) - MAX_FINDINGS + 1
        sentence = "还有 {count} 处没有列出。请先改好上面的。"
        findings = [*findings[: MAX_FINDINGS - 1], warning(file.id, "more", sentence, count=rest)]
    return tuple(_short(one) for one in findings)


def _names(file: File) -> Iterator[Finding]:
    for twice in file.duplicates:
        yield error(twice, "id_unique", "标识“{id}”在文件里出现了不止一次。", id=twice)


def _table(made: Ready) -> Iterator[Finding]:
    if not made.rows:
        yield warning(made.id, "rows_missing", "“{decision}”还没有一行规则。", decision=made.label)
        return
    yield from _outputs(made)
    if not made.inputs:
        return
    cuts = regions.cut(made)
    if made.policy is Policy.UNIQUE:
        yield from _unique(made, cuts)
    elif made.policy is Policy.ANY:
        yield from _any(made, cuts)
    elif made.policy is Policy.FIRST:
        yield from _first(made, cuts)
    if made.policy not in LISTS and all(one.default is None for one in made.outputs):
        yield from _gaps(made, cuts)


def _outputs(made: Ready) -> Iterator[Finding]:
    """Answers that stand outside the listed values of their column."""
    for place, output in enumerate(made.outputs):
        if not output.ranks:
            continue
        for row, (_tests, answers) in enumerate(made.rows, start=1):
            answer = answers[place]
            if answer.constant and answer.value is not None and answer.value not in output.ranks:
                sentence = "“{decision}”第 {row} 行：“{column}”没有列出“{value}”。"
                told = {"decision": made.label, "row": row, "column": output.label}
                say = error if made.policy in RANKED else warning
                shown = cells.literal(answer.value)
                yield say(made.id, "output_values", sentence, **told, value=shown)


def _unique(made: Ready, cuts: tuple[regions.Cut, ...]) -> Iterator[Finding]:
    for first, second in islice(regions.meeting(cuts, len(made.rows)), MAX_PAIRS):
        sentence = (
            "“{decision}”第 {first} 行和第 {second} 行会同时符合，应当只有一行符合（UNIQUE）。"
        )
        yield _pair(made, "rows_overlap", sentence, first, second)


def _any(made: Ready, cuts: tuple[regions.Cut, ...]) -> Iterator[Finding]:
    answers = [
        tuple((one.value, type(one.value)) if one.constant else None for one in row[1])
        for row in made.rows
    ]
    pairs = (
        (first, second)
        for first, second in regions.meeting(cuts, len(made.rows))
        if None not in answers[first]
        and None not in answers[second]
        and answers[first] != answers[second]
    )
    for first, second in islice(pairs, MAX_PAIRS):
        sentence = "“{decision}”第 {first} 行和第 {second} 行会同时符合，结果却不一样（ANY）。"
        yield _pair(made, "rows_overlap", sentence, first, second)


def _first(made: Ready, cuts: tuple[regions.Cut, ...]) -> Iterator[Finding]:
    for later, earlier in islice(regions.covered(cuts, len(made.rows)), MAX_PAIRS):
        sentence = "“{decision}”第 {later} 行永远轮不到：第 {earlier} 行总在它前面符合。"
        told = {"decision": made.label, "later": later + 1, "earlier": earlier + 1}
        yield warning(made.id, "row_unreachable", sentence, **told)


def _gaps(made: Ready, cuts: tuple[regions.Cut, ...]) -> Iterator[Finding]:
    labels = [column.label for column in made.inputs]
    for gap in islice(regions.gaps(cuts, len(made.rows)), MAX_GAPS):
        shown = "，".join(f"{label}: {text}" for label, text in zip(labels, gap, strict=True))
        sentence = "“{decision}”没有一行管得到：{gap}。"
        yield warning(made.id, "rows_missing", sentence, decision=made.label, gap=shown)


def _pair(made: Ready, rule: str, sentence: str, first: int, second: int) -> Finding:
    told = {"decision": made.label, "first": first + 1, "second": second + 1}
    return error(made.id, rule, sentence, **told)


def _short(finding: Finding) -> Finding:
    values = {
        key: value[:MAX_SHOWN] + "…" if isinstance(value, str) and len(value) > MAX_SHOWN else value
        for key, value in finding.values.items()
    }
    return replace(finding, element=finding.element[:MAX_SHOWN], values=values)
