"""The steps of a version in plain words: who does each, with which form and buttons, by when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from engine.bpmn import dialect
from engine.bpmn.dialect import Place, Rule, RuleKind
from engine.bpmn.process import Element
from engine.versions import Version
from web import wording

DURATION: Final = re.compile(r"P(?:(\d+)W|(\d+)D|T(\d+)H)")
PLACES: Final[Mapping[Place, str]] = {
    Place.ANYWHERE: "{post}（全校）",
    Place.SUBJECT_UNIT: "{post}（对象所属单位）",
    Place.SUBJECT_COLLEGE: "{post}（对象所属二级学院）",
    Place.INITIATOR_UNIT: "{post}（发起人所在单位）",
    Place.INITIATOR_COLLEGE: "{post}（发起人所在二级学院）",
    Place.UNIT: "{post}（{unit}）",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of people."""

    id: str
    name: str
    who: tuple[str, ...]
    form: str
    verbs: tuple[str, ...]
    due: str


def of(version: Version, posts: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps in the order of the drawing; `posts` are names by key."""
    return tuple(_step(version, one, posts) for one in version.process.user_tasks())


def _step(version: Version, element: Element, posts: Mapping[str, str]) -> Step:
    return Step(
        id=element.id,
        name=element.label,
        who=tuple(_rule(rule, posts) for rule in dialect.who(element.attributes).rules),
        form=element.attributes.get(dialect.FORM_REF, ""),
        verbs=tuple(
            wording.verb(version, element.id, one.key) for one in version.verbs(element.id)
        ),
        due=_due(element.properties.get(dialect.DUE, "")),
    )


def _rule(rule: Rule, posts: Mapping[str, str]) -> str:
    if rule.kind is RuleKind.INITIATOR:
        return gettext("发起人")
    if rule.kind is RuleKind.POST:
        post = posts.get(rule.key, rule.key)
    elif rule.kind is RuleKind.HEAD:
        post = gettext("负责人")
    elif rule.kind is RuleKind.LEADER:
        post = gettext("分管领导")
    else:
        return rule.key or rule.text
    return gettext(PLACES[rule.place]).format(post=post, unit=rule.unit)


def _due(written: str) -> str:
    found = DURATION.fullmatch(written)
    if found is None:
        return written
    weeks, days, hours = found.groups()
    if weeks:
        return gettext("%(count)s 周", count=weeks)
    return gettext("%(count)s 天", count=days) if days else gettext("%(count)s 小时", count=hours)
