"""The linked chain goal, standard, plan, result: of one subject row by row, of many at a glance."""

from __future__ import annotations

from collections.abc import Iterable

from engine import clock
from engine.errors import Forbidden
from quality import linked
from quality.linked import Cell, Goal, Link, Standing
from quality.models import Stage
from quality.subjects import Wanted
from web.access import signed_in
from web.api import paging, register, told
from web.api.fields import Choice, Digits, Flag, Json, ListOf, Number, Object, Shape, Switch, Text
from web.api.paging import Listed, Paged
from web.api.routing import route
from web.api.schemas import KEY, LONG, WORD
from web.session import db, me

FIRST_YEAR, LAST_YEAR = 2000, 2099
GAPS = ("", "no_row", "empty")


class DocumentsClosed(Forbidden):
    """Who keeps the register of subjects knows of one without reading its documents."""

    sentence = "您可以管理这个主体的登记，但没有看它的文档的授权。"


class ChainWanted(Shape):
    """Which year."""

    year = Digits("This year without it.", least=FIRST_YEAR, most=LAST_YEAR)


class ChainsWanted(Paged):
    """Which subjects, in which year."""

    year = Digits("This year without it.", least=FIRST_YEAR, most=LAST_YEAR)
    kind = Text(KEY, "major, course …")
    unit = Digits("Number of a unit; those below it count as well.", least=1)
    q = Text(KEY, "Part of the name or of the owner's, or the beginning of the code.")
    gaps = Switch("Only those of which a stage is not published.")


class LinkTold(Shape):
    """A stage of a chain, and where it stands for whoever asks."""

    stage = Choice(list(Stage), required=True)
    title = Text(WORD, required=True)
    standing = Choice(list(Standing), required=True)
    document = Number("The one that holds in the year.", required=True, nullable=True)
    instance = Number("The case that works on it.", required=True, nullable=True)


class Said(Shape):
    """What a column says."""

    label = Text(LONG, required=True)
    text = Text(LONG, required=True)


class ChainCell(Shape):
    """What a stage says of an item."""

    stage = Choice(list(Stage), required=True)
    texts = ListOf(Object(Said), required=True)
    gap = Choice(GAPS, "The stage has no such row, or the row is empty.", required=True)


class ChainItem(Shape):
    """An item, with a cell for each published stage after the goals."""

    id = Text(WORD, required=True)
    label = Text(LONG, required=True)
    cells = ListOf(Object(ChainCell), required=True)


class ChainGoal(Shape):
    """A goal with its items."""

    id = Text(WORD, required=True)
    label = Text(LONG, required=True)
    texts = ListOf(Object(Said), required=True)
    takes_items = Flag("Its kind has items under it.", required=True)
    has_gap = Flag("There should be items, and there are none.", required=True)
    items = ListOf(Object(ChainItem), required=True)


class Chain(Shape):
    """A subject's chain in a year: what is published, and what is missing."""

    subject = Object(told.Subject, required=True)
    year = Number(required=True)
    years = ListOf(Number(), "For which there is anything.", required=True)
    gaps = Number("How much is missing: stages, rows, cells.", required=True)
    links = ListOf(Object(LinkTold), required=True)
    goals = ListOf(Object(ChainGoal), required=True)


class ChainBrief(Shape):
    """Where the stages of a subject stand in a year."""

    id = Number("Of the subject.", required=True)
    subject = Object(told.Subject, required=True)
    links = ListOf(Object(LinkTold), required=True)


class Chains(Listed):
    """A page of subjects, by number."""

    items = ListOf(Object(ChainBrief), required=True)


@route(
    "GET",
    "/subjects/<int:subject_id>/chain",
    "What a subject's goals came to in a year",
    query=ChainWanted,
    answers={200: Chain},
)
@signed_in
def show_chain(subject_id: int, wanted: Json) -> Json:
    """Goal by goal and item by item, with the gaps."""
    found = linked.chain(db(), me(), subject_id, _year(wanted))
    if found is None:
        raise DocumentsClosed
    return {
        "subject": register.brief(found.subject),
        "year": found.year,
        "years": found.years,
        "gaps": found.gaps,
        "links": _links(found.links),
        "goals": [_goal(one) for one in found.goals],
    }


@route(
    "GET",
    "/subjects/chains",
    "Where the stages of a year stand for many subjects",
    query=ChainsWanted,
    answers={200: Chains},
)
@signed_in
def list_chains(wanted: Json) -> Json:
    """Those whose documents this person may read."""
    found = linked.overview(
        db(),
        me(),
        Wanted(kind=wanted.get("kind"), unit_id=wanted.get("unit"), text=wanted.get("q", "")),
        _year(wanted),
        gaps_only=wanted.get("gaps", False),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    items = (
        {"id": one.subject.id, "subject": register.brief(one.subject), "links": _links(one.links)}
        for one in found.items
    )
    return paging.page(items, found.next)


def _year(wanted: Json) -> int:
    return int(wanted.get("year", clock.today().year))


def _links(links: Iterable[Link]) -> list[Json]:
    return [
        {
            "stage": one.stage.value,
            "title": one.title,
            "standing": one.standing.value,
            "document": one.document_id,
            "instance": one.instance_id,
        }
        for one in links
    ]


def _goal(goal: Goal) -> Json:
    items = [
        {"id": one.id, "label": one.label, "cells": [_cell(cell) for cell in one.cells]}
        for one in goal.items
    ]
    return {
        "id": goal.id,
        "label": goal.label,
        "texts": _texts(goal.texts),
        "takes_items": goal.takes_items,
        "has_gap": goal.has_gap,
        "items": items,
    }


def _cell(cell: Cell) -> Json:
    return {"stage": cell.stage.value, "texts": _texts(cell.texts), "gap": cell.gap}


def _texts(texts: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"label": label, "text": text} for label, text in texts]
