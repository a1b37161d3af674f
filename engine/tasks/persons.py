"""The people an act names: they exist, work here, have not left, and are not too many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import CannotAssign, NobodyThere, NotStaff, Refused, TooLarge
from engine.models import User
from engine.tasks import finding
from engine.tasks.held import Held

MOST: Final = 50


class NobodyNamed(Refused):
    """The act needs at least one person."""

    sentence = "请至少选一个人。"


class HasLeft(CannotAssign):
    """The person chosen is here no more."""

    sentence = "{name}已经离校，请选别人。"


class TooManyNamed(TooLarge):
    """More people than one act may name."""

    sentence = "一次最多选 {most} 人，请分几次。"


def for_step(db: Session, held: Held, wanted: Iterable[int]) -> dict[int, str]:
    """Names of those a step may be given to: staff, and whomever its own rules name.

    So a student or an expert from outside is named only where the step is for such people.
    """
    return present(db, wanted, partial(finding.meant, db, held.case, held.element_id))


def present(
    db: Session,
    wanted: Iterable[int],
    others: Callable[[], Collection[int]] | None = None,
) -> dict[int, str]:
    """Names of these people by id, in the order named; `others` tells who need not be staff.

    Raises `NobodyThere`, `HasLeft`, `NotStaff`, `TooManyNamed`.
    """
    ids = tuple(dict.fromkeys(wanted))
    if not ids:
        raise NobodyNamed
    if len(ids) > MOST:
        raise TooManyNamed(most=MOST)
    works_here = people.works_here(clock.today()).label("works_here")
    known = select(User.id, User.name, User.is_active, works_here)
    found = {row.id: row for row in db.execute(known.where(User.id.in_(ids)))}
    for one in ids:
        if one not in found:
            raise NobodyThere
        if not found[one].is_active:
            raise HasLeft(name=found[one].name)
    strange = [one for one in ids if not found[one].works_here]
    if strange:
        named = others() if others is not None else ()
        for one in strange:
            if one not in named:
                raise NotStaff(name=found[one].name)
    return {one: found[one].name for one in ids}
