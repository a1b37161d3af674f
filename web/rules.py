"""The rule of a committee as the fields of a form, and as sentences people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask_babel import gettext

from engine.college import composition, kinds
from engine.college.composition import Range
from engine.models import Seat
from engine.queries.committees import CommitteeRow
from web.written import Written

MOST: Final = 999
RANGES: Final = ("size", "external", *(seat.value for seat in Seat))
NOMINATORS: Final = (kinds.DEPARTMENT, kinds.COLLEGE)
EXPERTS: Final = ("internal", "external")
FIELDS: Final = {**{part: f"{part}_most" for part in RANGES}, "nominated": "department_internal"}
"""Where a refused part of a rule stands in the form."""


def written(rule: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of the form say for a rule."""
    found = {"odd": "1" if rule.get("odd") else "", "note": str(rule.get("note", ""))}
    for part in RANGES:
        for end in ("least", "most"):
            value = rule.get(part, {}).get(end)
            found[f"{part}_{end}"] = "" if value is None else str(value)
    for nomination in rule.get("nominated", ()):
        for expert in EXPERTS:
            found[f"{nomination['kind']}_{expert}"] = str(nomination.get(expert, 0))
    return found


def read(form: Written, before: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that a form says; parts it has no field for stay as they were."""
    rule: dict[str, Any] = {"odd": True} if form.ticked("odd") else {}
    for part in RANGES:
        ends = {end: form.number(f"{part}_{end}", most=MOST) for end in ("least", "most")}
        told = {end: value for end, value in ends.items() if value is not None}
        if len(told) == len(ends) and told["most"] < told["least"]:
            form.wrong(f"{part}_most", gettext("最多不能小于最少。"))
        if told:
            rule[part] = told
    nominated = [one for one in before.get("nominated", ()) if one["kind"] not in NOMINATORS]
    for kind in NOMINATORS:
        named = {expert: form.number(f"{kind}_{expert}", most=MOST) or 0 for expert in EXPERTS}
        if any(named.values()):
            nominated.append({"kind": kind, **named})
    if nominated:
        rule["nominated"] = nominated
    note = form.text("note", most=500)
    return rule | ({"note": note} if note else {})


def in_words(committee: CommitteeRow) -> list[str]:
    """What a committee must consist of, a sentence each."""
    rule = composition.read(committee.rule)
    return [*_counts(committee.kind, rule), *([rule.note] if rule.note else [])]


def _counts(kind: str, rule: composition.Rule) -> Iterator[str]:
    if rule.size != Range():
        yield _counted(rule.size, gettext("总人数"))
    if rule.odd:
        yield gettext("总人数为奇数")
    for seat, wanted in rule.seats.items():
        yield _counted(wanted, gettext(kinds.seat_label(kind, seat)))
    if rule.external != Range():
        yield _counted(rule.external, gettext("校外专家"))
    for one in rule.nominated:
        yield gettext(
            "每个%(kind)s推荐校内专家 %(internal)s 名、校外专家 %(external)s 名",
            kind=gettext(kinds.UNIT_KINDS[one.kind].label),
            internal=one.inside,
            external=one.outside,
        )


def _counted(wanted: Range, what: str) -> str:
    least, most = wanted.least, wanted.most
    if most is None:
        return str(gettext("%(what)s至少 %(least)s 名", what=what, least=least))
    if most == least:
        return str(gettext("%(what)s %(least)s 名", what=what, least=least))
    return str(gettext("%(what)s %(least)s 至 %(most)s 名", what=what, least=least, most=most))
