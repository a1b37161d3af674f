"""What may be started for a subject: the rules between its documents, and what to suggest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import Refused
from quality import errors, periods
from quality.kinds import SubjectKind
from quality.models import Stage
from quality.periods import Period
from quality.rows import EARLIER

_MISSING: Final[Mapping[Stage, type[Refused]]] = {
    Stage.STANDARD: errors.GoalsMissing,
    Stage.PLAN: errors.StandardMissing,
    Stage.COLLECTION: errors.PlanMissing,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands: its newest version (0: none) and the case under way, if one is."""

    id: int
    stage: Stage
    period: str
    number: int
    instance_id: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A document that a person may begin, or change where one is published; or why not now."""

    stage: Stage
    stage_label: str
    period: str
    period_text: str
    published: bool
    instance_id: int | None
    definition: str
    refusal: Refused | None

    @property
    def may(self) -> bool:
        """Whether it can be started now."""
        return self.refusal is None


def title(kind: SubjectKind, name: str, stage: Stage, period: Period) -> str:
    """What a document is called: 工业机器人技术·专业建设目标（2026–2028）."""
    return f"{name}·{kind.stages[stage]}（{period.text}）"


def find(standing: Iterable[Standing], stage: Stage, period: str) -> Standing | None:
    """The document of this stage and period."""
    return next((one for one in standing if (one.stage, one.period) == (stage, period)), None)


def goals_for(standing: Iterable[Standing], year: int) -> Standing | None:
    """The published goals whose period contains the year; of several, the newest period."""
    published = (
        one
        for one in standing
        if one.stage is Stage.GOAL and one.number and periods.stored(one.period).covers(year)
    )
    return max(published, key=lambda one: one.period, default=None)


def basis(standing: Iterable[Standing], stage: Stage, period: Period) -> Standing | None:
    """The published document of the stage before that one of this stage and period is made from."""
    if stage is Stage.GOAL:
        return None
    if stage is Stage.STANDARD:
        return goals_for(standing, period.first)
    found = find(standing, EARLIER[stage], period.key)
    return found if found is not None and found.number else None


def before(standing: Iterable[Standing], stage: Stage, period: Period) -> Standing | None:
    """The published document of this stage whose period lies last before this one."""
    earlier = (
        one
        for one in standing
        if one.stage is stage and one.number and periods.stored(one.period).first < period.first
    )
    return max(earlier, key=lambda one: one.period, default=None)


def refusal(
    kind: SubjectKind, name: str, standing: Iterable[Standing], stage: Stage, period: Period
) -> Refused | None:
    """Why this document cannot be started now, or None."""
    standing = tuple(standing)
    here = find(standing, stage, period.key)
    if here is not None and here.instance_id is not None:
        return errors.AlreadyUnderWay(title=title(kind, name, stage, period))
    if stage in _MISSING and basis(standing, stage, period) is None:
        return _MISSING[stage](year=period.first)
    return None


def suggest(
    kind: SubjectKind,
    name: str,
    standing: Iterable[Standing],
    year: int,
    flows: Mapping[Stage, str],
) -> tuple[Offer, ...]:
    """What a subject's people would start this year, stage by stage.

    What was done is collected while the year lasts, and still in the year after it. `flows` are
    the flows that can be begun, by stage.
    """
    standing = tuple(standing)
    wanted = [(Stage.GOAL, period) for period in _goal_periods(standing, year)]
    for stage in (Stage.STANDARD, Stage.PLAN):
        wanted += [(stage, periods.years(first, 1)) for first in (year, year + 1)]
    last, now = periods.years(year - 1, 1), periods.years(year, 1)
    if basis(standing, Stage.COLLECTION, last) is not None:
        wanted.append((Stage.COLLECTION, last))
    wanted.append((Stage.COLLECTION, now))
    return tuple(
        _offer(kind, name, standing, stage, period, flows[stage])
        for stage, period in wanted
        if stage in flows
    )


def _goal_periods(standing: tuple[Standing, ...], year: int) -> Iterator[Period]:
    """The goals that still hold, and the next ones when their time has come."""
    known = sorted(periods.stored(one.period) for one in standing if one.stage is Stage.GOAL)
    yield from (period for period in known if period.last >= year)
    begins = max(year, known[-1].last + 1) if known else year
    if begins <= year + 1:
        yield periods.years(begins, periods.LENGTH[Stage.GOAL])
    if not known:
        yield periods.years(year + 1, periods.LENGTH[Stage.GOAL])


def _offer(
    kind: SubjectKind,
    name: str,
    standing: tuple[Standing, ...],
    stage: Stage,
    period: Period,
    definition: str,
) -> Offer:
    here = find(standing, stage, period.key)
    return Offer(
        stage=stage,
        stage_label=kind.stages[stage],
        period=period.key,
        period_text=period.text,
        published=here is not None and here.number > 0,
        instance_id=here.instance_id if here is not None else None,
        definition=definition,
        refusal=refusal(kind, name, standing, stage, period),
    )
