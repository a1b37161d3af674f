"""The case of a template: the draft frozen as its values; what was approved is published, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.handlers import Opening, ServiceCall
from engine.models import Holding, InstanceStatus, Post, ProcessInstance, Unit
from engine.people import Actor
from quality import kinds
from quality.kinds import Goal, Item, SubjectKind
from quality.templates import comparing, content, drafts, errors, rights, versions
from quality.templates.comparing import What
from quality.templates.models import TemplateDraft, TemplateVersion

CASE: Final = "quality.template"
FLOW: Final = "approval_template"
TOPIC: Final = "quality.publish_template"
MOST_TIMES: Final = 100
"""How often one template can be handed in anew."""
MULTIPLIES: Final = "可以增加"
_OPEN: Final = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
_WORDS: Final[Mapping[What, str]] = {
    What.GOAL_ADDED: "新增",
    What.GOAL_DROPPED: "删去目标：{before}",
    What.GOAL_RENAMED: "原为“{before}”",
    What.STANDARD_RENAMED: "标准表中原为“{before}”",
    What.ITEM_ADDED: "新增",
    What.ITEM_DROPPED: "删去项目：{goal}·{before}",
    What.ITEM_RENAMED: "原为“{before}”",
    What.PLACEHOLDER_CHANGED: "是否可以增加有变",
    What.MOVED: "换了位置",
}
_DROPPED: Final = frozenset({What.GOAL_DROPPED, What.ITEM_DROPPED})
_instance = ProcessInstance.__table__


class TemplateCase:
    """Opens the case of a template: `values` say which kind's draft is handed in."""

    def open(
        self,
        db: Session,
        definition: str,  # noqa: ARG002  (a case type is told)
        *,
        by: Actor,
        subject: str | None,  # noqa: ARG002  (nor has it a subject)
        values: Mapping[str, Any],
    ) -> Opening:
        """Check the draft and freeze it. Raises what stands in the way, in words."""
        key = values.get("kind")
        if not isinstance(key, str) or key not in kinds.KEYS:
            raise errors.WhichKind
        kind = kinds.get(key)
        rights.require(db, by, key)
        if under_way(db, key) is not None:
            raise errors.UnderWay(kind=kind.label)
        draft, newest = drafts.draft(db, key), versions.newest(db, key)
        wrong = drafts.problems(db, draft)
        if wrong:
            raise errors.DraftNotReady(count=len(wrong), problem=str(wrong[0][1]))
        if draft.goals == newest.goals:
            raise errors.NothingChanged
        number = newest.number + 1
        written = {
            "kind_label": kind.label,
            "lead": _lead(db, kind),
            "first_year": f"{draft.first_year} 年起",
            "number": f"第 {number} 版",
            "note": draft.note,
        }
        return Opening(
            title=f"{kind.label}模板第 {number} 版（{draft.first_year} 年起）",
            business_key=_business_key(db, key, number),
            variables={
                "kind": key,
                "first_year": draft.first_year,
                "content": content.digest(content.dump(draft.goals)),
            },
            values={**written, **_tables(newest.goals, draft.goals)},
        )

    def opened(self, db: Session, instance_id: int, opening: Opening) -> None:
        """Nothing is tied to the case: the draft may be written on meanwhile."""

    def ended(self, db: Session, instance_id: int, how: str) -> None:
        """Nothing was tied to the case."""


def under_way(db: Session, kind: str) -> int | None:
    """The case in which a template of this kind is being approved, if there is one."""
    keys = _keys(kind, versions.newest(db, kind).number + 1)
    open_ = select(_instance.c.id).where(
        _instance.c.business_key.in_(keys), _instance.c.status.in_(_OPEN)
    )
    return db.execute(open_.limit(1)).scalar_one_or_none()


def _keys(kind: str, number: int) -> list[str]:
    """What the cases of a template may be called, the first first: whole keys, found by index."""
    return [f"template:{kind}/{number}#{time}" for time in range(1, MOST_TIMES + 1)]


def _business_key(db: Session, kind: str, number: int) -> str:
    """Unique for each work on the template: two started at once collide here."""
    keys = _keys(kind, number)
    mine = select(func.count()).where(_instance.c.business_key.in_(keys))
    return keys[min(db.execute(mine).scalar_one(), MOST_TIMES - 1)]


def _lead(db: Session, kind: SubjectKind) -> str:
    """The department that leads the kind: where its post is held, else what the post is called."""
    held = (
        select(Unit.name)
        .join(Holding, Holding.unit_id == Unit.id)
        .join(Post, Post.id == Holding.post_id)
        .where(Post.key == kind.lead, people.in_force(Holding, clock.today()))
        .order_by(Unit.position, Unit.id)
    )
    found = db.execute(held.limit(1)).scalar_one_or_none()
    if found is not None:
        return found
    named = select(Post.name).where(Post.key == kind.lead)
    return db.execute(named).scalar_one_or_none() or kind.lead


def _tables(before: Sequence[Goal], after: Sequence[Goal]) -> dict[str, Any]:
    """The template as two tables, with what is new about each row."""
    said: dict[str, list[str]] = {}
    dropped: list[str] = []
    for one in comparing.differences(before, after):
        words = _WORDS[one.what].format(before=one.before, goal=one.goal)
        (dropped if one.what in _DROPPED else said.setdefault(one.id, [])).append(words)
    changes = {row: "；".join(words) for row, words in said.items()}
    return {
        "goals": [_goal_row(goal, changes) for goal in after],
        "items": list(_item_rows(after, changes)),
        "dropped": "\n".join(dropped),
    }


def _goal_row(goal: Goal, changes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": goal.id,
        "goal": goal.id,
        "label": goal.label,
        "own": False,
        "label_in_standard": goal.label_in_standard or "",
        "change": changes.get(goal.id, ""),
    }


def _item_rows(goals: Sequence[Goal], changes: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for goal in goals:
        for item in goal.items:
            yield {
                "id": item.id,
                "goal": goal.id,
                "goal_label": goal.label,
                "label": item.label,
                "own": False,
                "multiplies": MULTIPLIES if item.placeholder else "",
                "change": changes.get(item.id, ""),
            }


def approved(values: Mapping[str, Any]) -> tuple[Goal, ...]:
    """The template that the two tables of a case say."""
    items: dict[str, list[Item]] = {}
    for row in values["items"]:
        found = Item(row["id"], row["label"], row["multiplies"] == MULTIPLIES)
        items.setdefault(row["goal"], []).append(found)
    return tuple(
        Goal(
            row["id"],
            row["label"],
            row["label_in_standard"] or None,
            tuple(items.get(row["id"], ())),
        )
        for row in values["goals"]
    )


def publish(db: Session, call: ServiceCall) -> Mapping[str, Any]:
    """Make what was approved the next template of its kind. A second call changes nothing."""
    table = TemplateVersion.__table__
    done = select(table.c.id).where(table.c.instance_id == call.instance_id)
    if db.execute(done).one_or_none() is not None:
        return {}
    kind, goals = call.variables["kind"], approved(call.values)
    data = content.dump(goals)
    if content.digest(data) != call.variables["content"]:
        raise errors.ChangedOnTheWay
    versions.lay(db)
    started = select(_instance.c.started_by).where(_instance.c.id == call.instance_id)
    row = {
        "kind": kind,
        "number": versions.newest(db, kind).number + 1,
        "first_year": call.variables["first_year"],
        "data": data,
        "sha256": content.digest(data),
        "note": str(call.values.get("note") or "")[: drafts.MOST_NOTE],
        "published_by": db.execute(started).scalar_one(),
        "instance_id": call.instance_id,
        "published_at": clock.now(),
    }
    db.execute(insert(table), row)
    if drafts.draft(db, kind).goals == goals:
        draft = TemplateDraft.__table__
        db.execute(delete(draft).where(draft.c.kind == kind))
    return {}
