"""Choosing, on handing in, who gets a later step: the fields, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine import picks
from engine.queries import directory, persons
from engine.queries.task_page import Task
from web.session import db
from web.tasks.asked import Typed

BETWEEN: Final = re.compile(r"[,，、;；\n]+")


@dataclass(frozen=True, slots=True)
class Field:
    """A step whose people are chosen here, and what stands in its field."""

    element_id: str
    name: str
    text: str


def fields(task: Task, typed: Typed) -> tuple[Field, ...]:
    """What to ask for on this task's page: as typed, else as chosen the last time."""
    due = picks.due(task.version, task.element_id, task.state)
    if not due:
        return ()
    called = persons.called(db(), [user_id for one in due for user_id in one.chosen])
    return tuple(
        Field(
            one.element_id,
            one.name,
            typed.picks.get(
                one.element_id, "、".join(called[user] for user in one.chosen if user in called)
            ),
        )
        for one in due
    )


def people(written: Mapping[str, str]) -> dict[str, list[int]]:
    """The people meant in each field. Raises what `directory.meant` raises."""
    parts = {step: BETWEEN.split(text)[: picks.MOST_NAMED + 1] for step, text in written.items()}
    return {
        step: [directory.meant(db(), name) for name in names if name.strip()]
        for step, names in parts.items()
    }
