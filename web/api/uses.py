"""Where plans and work points are used, as answers tell it."""

from __future__ import annotations

from dataclasses import asdict

from quality.registers import used
from quality.registers.used import Named
from web.api import paging
from web.api.fields import Json, ListOf, Number, Object, Shape, Text
from web.api.paging import Listed
from web.api.schemas import LONG, NAME, WORD
from web.session import db, me


class Use(Shape):
    """A published document that names it, and the rows in which it does."""

    document = Number(required=True)
    title = Text(NAME, required=True)
    unit = Text(WORD, required=True)
    version = Number("The newest published.", required=True)
    rows = ListOf(Text(LONG), "Their names.", required=True)


class Uses(Listed):
    """A page of documents, the last published first."""

    items = ListOf(Object(Use), required=True)


def of(named: Named, number: int, wanted: Json) -> Json:
    """One page of them, as far as this person may read them."""
    found = used.of(
        db(), me(), named, number, after=paging.number(wanted), limit=paging.limit(wanted)
    )
    items = (
        {**asdict(one), "document": one.document_id, "version": one.number} for one in found.items
    )
    return paging.page(items, found.next)
