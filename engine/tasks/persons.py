"""The people an act names: they exist, have not left, and are not too many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import CannotAssign, NobodyThere, Refused, TooLarge
from engine.forms.sentence import Sentence
from engine.models import User

MOST: Final = 50


class NobodyNamed(Refused):
    """The act needs at least one person."""

    sentence = "请至少选一个人。"


class HasLeft(CannotAssign):
    """The person chosen is here no more."""

    sentence = "{name}已经离校，请选别人。"


def present(db: Session, wanted: Iterable[int]) -> dict[int, str]:
    """Names of these people by id, in the order named. Raises `NobodyThere`, `HasLeft`."""
    ids = tuple(dict.fromkeys(wanted))
    if not ids:
        raise NobodyNamed
    if len(ids) > MOST:
        raise TooLarge(most=Sentence("{count} 人", count=MOST))
    rows = db.execute(select(User.id, User.name, User.is_active).where(User.id.in_(ids))).all()
    found = {row.id: row for row in rows}
    for one in ids:
        if one not in found:
            raise NobodyThere
        if not found[one].is_active:
            raise HasLeft(name=found[one].name)
    return {one: found[one].name for one in ids}
