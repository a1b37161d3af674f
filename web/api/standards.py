"""Work standards and basic standards that units keep: the register, versions, revisions."""

from __future__ import annotations

from flask import url_for

from engine import instances
from engine.forms import changes, rights
from engine.forms.choices import Choices
from engine.models import Unit
from engine.permissions import Action
from quality import standards
from quality.standards import Due, StandardRow, register, versions
from quality.standards.models import CollegeStandard, StandardKind
from quality.standards.versions import VersionRow
from web import evidence
from web.access import needs, signed_in
from web.api import college, differences, paging, preconditions, told
from web.api.college import CODE, Named
from web.api.differences import Changes, TwoWanted
from web.api.fields import (
    Anything,
    Choice,
    Digits,
    Flag,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Switch,
    Text,
)
from web.api.instances import begun
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.api.schemas import KEY, WORD
from web.api.task_view import shown_values
from web.session import db, me

NAME = register.NAME[1]
KINDS = tuple(one.value for one in StandardKind)


class StandardsWanted(Paged):
    """Which standards."""

    kind = Choice(KINDS)
    category = Text(WORD, "Of work standards.")
    unit = Digits("Number of a unit; those below it count as well.", least=1)
    q = Text(KEY, "Part of the name.")
    due = Switch("Only those that have to be made or revised.")
    retired = Switch("Also those that are out of use.")


class StandardChange(Shape):
    """What is said of a standard; what is left out stays as it is."""

    name = Text(NAME, least=1)
    category = Text(WORD, "Of a work standard; basic standards have none.")
    is_active = Flag("In use; else retired.")


class StandardAsked(Shape):
    """A standard to be registered; what it says is written in a case, its revision."""

    kind = Choice(KINDS, required=True)
    name = Text(NAME, required=True, least=1)
    unit = Text(CODE, "Code of the unit that keeps it.", required=True, least=1)
    category = Text(WORD, "Of a work standard; basic standards have none.")


class StandardTold(Shape):
    """A standard; version and years are those of the newest version, 0 where there is none."""

    id = Number(required=True)
    kind = Choice(KINDS, required=True)
    category = Text(WORD, required=True)
    name = Text(NAME, required=True)
    unit = Object(Named, required=True)
    is_active = Flag(required=True)
    instance = Number("The case that revises it.", required=True, nullable=True)
    version = Number(required=True)
    first_year = Number(required=True)
    last_year = Number(required=True)
    due = Choice(list(Due), required=True)


class Standards(Listed):
    """A page of standards, by number."""

    items = ListOf(Object(StandardTold), required=True)


class StandardVersion(Shape):
    """An approved version."""

    number = Number(required=True)
    first_year = Number(required=True)
    last_year = Number(required=True)
    instance = Number("The case that brought it.", required=True)
    published_at = Moment(required=True)


class StandardVersions(Listed):
    """Versions of a standard, the newest first."""

    items = ListOf(Object(StandardVersion), required=True)


class StandardVersionInFull(StandardVersion):
    """An approved version with what it says."""

    standard = Number(required=True)
    values = Anything(required=True)


class CatalogueLaid(Shape):
    """What the catalogue brought into the register."""

    added = Number(required=True)
    missing = ListOf(Text(WORD), "Departments that there are none of.", required=True)


@route("GET", "/standards", "Standards", query=StandardsWanted, answers={200: Standards})
@signed_in
def list_standards(wanted: Json) -> Json:
    """In the order they were registered."""
    found = standards.listed(
        db(),
        kind=wanted.get("kind"),
        category=wanted.get("category"),
        unit_id=wanted.get("unit"),
        due=wanted.get("due", False),
        retired=wanted.get("retired", False),
        text=wanted.get("q", ""),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    return paging.page(map(_told, found.items), found.next)


@route("POST", "/standards", "Register a standard", body=StandardAsked, answers={201: StandardTold})
@needs(Action.REGISTER_EDIT)
def create_standard(asked: Json) -> Told:
    """Without a version yet."""
    made = standards.create(
        db(),
        StandardKind(asked["kind"]),
        asked["name"],
        college.number_of(asked, "unit", Unit) or 0,
        by=me(),
        category=asked.get("category", ""),
    )
    where = {"Location": url_for("api.show_standard", standard_id=made)}
    told_ = _shown(standards.one(db(), made))
    return Told(told_.body, 201, {**told_.headers, **where})


@route(
    "POST",
    "/standards/catalogue",
    "Register the basic standards of the catalogue that are not there",
    answers={200: CatalogueLaid},
)
@needs(Action.REGISTER_EDIT)
def lay_catalogue() -> Json:
    """Of the departments that there are."""
    added, missing = standards.lay(db(), by=me())
    return {"added": added, "missing": missing}


@route("GET", "/standards/<int:standard_id>", "A standard", answers={200: StandardTold})
@signed_in
def show_standard(standard_id: int) -> Told:
    """As the register has it; what it says is in its versions."""
    return _shown(standards.one(db(), standard_id))


@route(
    "PUT",
    "/standards/<int:standard_id>",
    "Rename a standard, move it to a category, retire it",
    body=StandardChange,
    answers={200: StandardTold},
    conditional=True,
)
@needs(Action.REGISTER_EDIT)
def change_standard(standard_id: int, asked: Json) -> Told:
    """What is left out stays; kind and unit always do."""
    preconditions.hold(CollegeStandard.id, standard_id)
    row = standards.one(db(), standard_id)
    preconditions.require(_tag(row), _told(row))
    given = {"name": row.name, "category": row.category, "is_active": row.is_active} | asked
    standards.change(db(), standard_id, by=me(), **given)
    return _shown(standards.one(db(), standard_id))


@route(
    "GET",
    "/standards/<int:standard_id>/versions",
    "Versions of a standard",
    query=Paged,
    answers={200: StandardVersions},
)
@signed_in
def list_standard_versions(standard_id: int, wanted: Json) -> Json:
    """The newest first."""
    standards.one(db(), standard_id)
    rows = versions.listed(db(), standard_id)
    return paging.newest_first([_version(row) for row in rows], wanted)


@route(
    "GET",
    "/standards/<int:standard_id>/versions/<int:number>",
    "One version of a standard",
    answers={200: StandardVersionInFull},
)
@signed_in
def show_standard_version(standard_id: int, number: int) -> Json:
    """As it was approved."""
    row, found = standards.one(db(), standard_id), versions.one(db(), standard_id, number)
    variables = {"kind": row.kind.value}
    values = shown_values(found.form, rights.READ_ALL, found.values, variables)
    return {**_version(found.row), "standard": row.id, "values": values}


@route(
    "GET",
    "/standards/<int:standard_id>/changes",
    "What differs between two versions of a standard",
    query=TwoWanted,
    answers={200: Changes},
)
@signed_in
def list_standard_changes(standard_id: int, wanted: Json) -> Json:
    """In the words of the later one's form."""
    before, after = differences.two(wanted, standards.one(db(), standard_id).number)
    earlier, later = (versions.one(db(), standard_id, one) for one in (before, after))
    both = (earlier.values, later.values)
    cited = evidence.named(later.form, *both, case=later.row.instance_id)
    return {"items": changes.changes(later.form, *both, Choices(named=cited))}


@route(
    "POST",
    "/standards/<int:standard_id>/revision",
    "Begin the case in which a standard is revised and approved",
    answers={201: told.Instance},
)
@signed_in
def revise_standard(standard_id: int) -> Told:
    """By its unit, or the quality office."""
    row = standards.one(db(), standard_id)
    subject = standards.reference(standard_id)
    return begun(instances.start(db(), standards.FLOWS[row.kind], by=me(), subject=subject))


def _shown(row: StandardRow) -> Told:
    return Told(_told(row), headers={"ETag": _tag(row)})


def _tag(row: StandardRow) -> str:
    return preconditions.etag("standard", row)


def _told(row: StandardRow) -> Json:
    return {
        "id": row.id,
        "kind": row.kind.value,
        "category": row.category,
        "name": row.name,
        "unit": college.named(row.unit_id, row.unit),
        "is_active": row.is_active,
        "instance": row.instance_id,
        "version": row.number,
        "first_year": row.first_year,
        "last_year": row.last_year,
        "due": row.due.value,
    }


def _version(row: VersionRow) -> Json:
    return {
        "number": row.number,
        "first_year": row.first_year,
        "last_year": row.last_year,
        "instance": row.instance_id,
        "published_at": row.published_at,
    }
