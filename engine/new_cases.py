"""The row of a case that begins."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, handlers
from engine.bpmn import state
from engine.errors import CannotStart
from engine.forms import texts
from engine.handlers import Opening
from engine.models import InstanceStatus, ProcessInstance
from engine.people import Actor
from engine.scene import Parent
from engine.versions import Version

MAX_TITLE: Final = 300
MAX_BUSINESS_KEY: Final = 200

_ADDED: Final = sql.insert(ProcessInstance.__table__).returning(ProcessInstance.__table__.c.id)


class KeyReserved(CannotStart):
    """A business key that only a kind of case gives."""

    sentence = "业务编号不能以“{word}:”开头，这样的编号由系统编，请换一个。"


def own_key(text: str | None) -> str | None:
    """A business key as a caller gives it. Raises `KeyReserved`."""
    if text is None:
        return None
    key = texts.kept(text, MAX_BUSINESS_KEY)
    word, colon, _rest = key.partition(":")
    if colon and word in handlers.KEYS:
        raise KeyReserved(word=word)
    return key


def insert(
    db: Session,
    version: Version,
    opening: Opening,
    by: Actor,
    parent: Parent | None,
) -> dict[str, Any]:
    """Put a case down before anything happened in it. Returns its row, which nobody else has seen.

    Raises `CannotStart` for a key taken.
    """
    row: dict[str, Any] = {
        "version_id": version.id,
        "status": InstanceStatus.RUNNING,
        "title": opening.title[:MAX_TITLE],
        "business_key": opening.business_key,
        "subject": opening.subject,
        "variables": eventlog.as_json(opening.variables).decode(),
        "state": state.dump(state.EMPTY),
        "revision": 0,
        "content_hash": "",
        "log_seq": 0,
        "log_hash": eventlog.GENESIS,
        "started_by": by.id if parent is None else parent.started_by,
        "started_at": clock.now(),
        "parent_id": parent.instance_id if parent is not None else None,
        "parent_token": parent.token if parent is not None else None,
        "depth": parent.depth if parent is not None else 0,
    }
    if opening.business_key is None:
        return row | {"id": db.execute(_ADDED, row).scalar_one()}
    try:
        with db.begin_nested():
            return row | {"id": db.execute(_ADDED, row).scalar_one()}
    except IntegrityError as taken:
        raise CannotStart(why="同样的流程已经在办。") from taken
