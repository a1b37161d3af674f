"""A task as a program needs it: form, values, rights, the verbs allowed now, and its tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, live_choices, people, permissions, predicates, tasks
from engine.bpmn import dialect
from engine.forms import visibility
from engine.forms.model import Form, Grid
from engine.forms.rights import Right, Rights
from engine.models import ProcessVersion, TaskStatus
from engine.people import Actor
from engine.permissions import Action
from engine.queries import task_page, task_verbs
from engine.queries.task_page import Task
from engine.tasks import drafts
from engine.tasks.drafts import Saved
from engine.versions import Version
from web import wording
from web.api.fields import Json
from web.api.preconditions import etag


@dataclass(frozen=True, slots=True)
class Seen:
    """A task looked at by somebody who may, with its draft and its tag."""

    row: Task
    draft: Saved
    tag: str

    @property
    def rights(self) -> Rights:
        """What this step may do with the form."""
        return self.row.version.rights(self.row.element_id)


def see(db: Session, person: Actor, task_id: int) -> Seen:
    """Look at a task. Raises `NotFound`."""
    row = task_page.one(db, person, task_id)
    draft = drafts.draft(db, task_id)
    stands = (row.status, row.assignee_id, row.content_id, row.case_status, draft.revision)
    return Seen(row, draft, etag("task", row.id, *stands))


def told(db: Session, person: Actor, seen: Seen) -> Json:
    """The task in words; what this person may not see of the form is not among them."""
    row = seen.row
    acts = seen.row.is_open and permissions.may(person, Action.TASK_COMPLETE, seen.row)
    persons = (row.assignee_id, row.completed_by, row.done_for, row.lent_by, seen.draft.saved_by)
    names = people.names(db, [*persons, in_place_of(person, seen)])
    targets = _targets(db, person, seen)
    answer = {
        "id": row.id,
        "instance": brief(row.instance_id, row.title, row.case_status, row.version),
        "element": row.element_id,
        "name": row.name,
        "number": row.number,
        "status": row.status,
        "assignee": _person(row.assignee_id, names),
        "returned": row.returned,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "completed_at": row.completed_at,
        "completed_by": _person(row.completed_by, names),
        "outcome": row.outcome,
        "done_for": _person(row.done_for, names),
        "deputy_of": _person(in_place_of(person, seen), names),
        "lent_by": _person(row.lent_by, names),
        "due_first": row.due_first,
        "draft": None,
        "verbs": [{"key": key, "label": label} for key, label in _verbs(person, seen, targets)],
        "return_targets": targets,
        "etag": seen.tag,
    }
    return answer | _form(db, seen, names, acts=acts)


def in_place_of(person: Actor, seen: Seen) -> int | None:
    """Whose work it is, where this person may only do it as their deputy."""
    return predicates.in_place_of(person, seen.row) if seen.row.is_open else None


def brief(instance_id: int, title: str, status: str, version: Version) -> Json:
    """A case, briefly."""
    return {
        "id": instance_id,
        "title": title,
        "state": status,
        "definition": version.key,
        "version": version.number,
    }


def draft_told(seen: Seen, draft: Saved, names: Mapping[int, str]) -> Json:
    """A draft in words, without what is hidden here."""
    form, rights = seen.row.form, seen.rights
    values = (
        shown_values(form, rights, draft.values, seen.row.variables) if form is not None else {}
    )
    return {
        "values": values,
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "saved_by": _person(draft.saved_by, names),
    }


def _person(user_id: int | None, names: Mapping[int, str]) -> Json | None:
    return None if user_id is None else {"id": user_id, "name": names.get(user_id, "")}


def _form(db: Session, seen: Seen, names: Mapping[int, str], *, acts: bool) -> Json:
    row, form, rights = seen.row, seen.row.form, seen.rights
    if form is None:
        return {"form": None, "values": {}, "rights": {}, "choices": {}}
    stored = instances.values(db, row.content_id)
    shown = {
        "form": _source(db, row.version, row.element_id),
        "values": shown_values(form, rights, stored, seen.row.variables),
        "rights": dict(_rights(form, rights, acts=acts)),
        "choices": _choices(db, seen, form) if acts else {},
    }
    if acts and seen.draft.revision:
        shown["draft"] = draft_told(seen, seen.draft, names)
    return shown


def _choices(db: Session, seen: Seen, form: Form) -> Json:
    live = live_choices.of(db, form, seen.row.subject, seen.row.variables)
    return {
        name: [{"value": one.value, "label": one.label} for one in options]
        for name, options in live.options.items()
    }


def _source(db: Session, version: Version, element_id: str) -> Json:
    key = version.process.elements[element_id].attributes.get(dialect.FORM_REF, "")
    wanted = select(ProcessVersion.forms).where(ProcessVersion.id == version.id)
    text = orjson.loads(db.execute(wanted).scalar_one())[key]
    found: Json = orjson.loads(text)
    return found


def shown_values(
    form: Form, rights: Rights, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Json:
    """The values without what is hidden here, by right or by condition."""
    conditions = visibility.of(form, values, variables)
    found: Json = {}
    for key, part in form.valued.items():
        if key not in values or not rights.of(part).shows or not conditions.shows(part):
            continue
        found[key] = values[key]
        if isinstance(part, Grid):
            hidden = {
                one.key
                for one in part.columns
                if not rights.of_column(part, one).shows or not conditions.shows_column(one)
            }
            rows = values[key] or []
            found[key] = [{k: v for k, v in row.items() if k not in hidden} for row in rows]
    return found


def _rights(form: Form, rights: Rights, *, acts: bool) -> Iterator[tuple[str, str]]:
    for key, part in form.valued.items():
        own = rights.of(part)
        if not own.shows:
            continue
        yield key, _now(own, acts=acts)
        if isinstance(part, Grid):
            for column in part.columns:
                right = rights.of_column(part, column)
                if right.shows:
                    yield f"{key}.{column.key}", _now(right, acts=acts)


def _now(right: Right, *, acts: bool) -> str:
    return str(right if acts else Right.READ)


def _targets(db: Session, person: Actor, seen: Seen) -> list[Json]:
    offered = {verb.key for verb in seen.row.version.verbs(seen.row.element_id)}
    may = permissions.may(person, Action.TASK_RETURN, seen.row)
    if not seen.row.is_open or not may or "return" not in offered:
        return []
    row = seen.row
    targets = tasks.return_targets(db, seen.row.version, row.instance_id, row.element_id)
    return [{"to": one.element_id, "word": one.word, "name": one.name} for one in targets]


def _verbs(person: Actor, seen: Seen, targets: list[Json]) -> Iterator[tuple[str, str]]:
    row = seen.row
    if not row.is_open:
        return
    if row.status == TaskStatus.READY and permissions.may(person, Action.TASK_CLAIM, row):
        yield "claim", wording.usual("claim")
    if row.status == TaskStatus.CLAIMED and permissions.may(person, Action.TASK_RELEASE, row):
        yield "release", wording.usual("release")
    for key in task_verbs.allowed(person, row):
        if key != "return" or targets:
            yield key, wording.verb(row.version, row.element_id, key)
