"""Evidence in forms: what a cell that cites it says and leads to, and what it offers to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import url_for
from flask_babel import gettext

from engine import citing
from engine.forms.model import Form, Option
from engine.handlers import Piece
from quality.evidence import cited
from web import wording
from web.session import db, me

MOST_OFFERED: Final = 10
"""How many are offered in each cell; a script finds all others."""


def named(form: Form, *values: Mapping[str, Any], case: int | None = None) -> dict[int, Option]:
    """What is cited in these values, in words and with a link, by number."""
    found = citing.told(db(), me(), form, *values, instance_id=case)
    return {one.id: option(one) for one in found.values()}


def nearest(case: int) -> tuple[Option, ...]:
    """What is offered first to whoever fills in a form of this case."""
    found = cited.choices(db(), me(), case_id=case)
    return tuple(option(one) for one in found[:MOST_OFFERED])


def option(piece: Piece) -> Option:
    """A piece as one reads it beside a form."""
    if not piece.name:
        return Option(str(piece.id), gettext("（您无权查看的佐证材料）"))
    remarks = []
    if piece.newest > 1:
        remarks.append(gettext("第 %(number)s 版", number=piece.number))
    if piece.number < piece.newest:
        remarks.append(gettext("已有新版"))
    if piece.is_expired:
        remarks.append(gettext("已过期"))
    if not piece.is_active:
        remarks.append(gettext("已停用"))
    words = piece.name
    if remarks:
        told = wording.listed(remarks)
        words = gettext("%(name)s（%(remarks)s）", name=piece.name, remarks=told)
    href = url_for("evidence.show", evidence_id=piece.id, number=piece.number)
    return Option(str(piece.id), words, href)
