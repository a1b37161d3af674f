"""Templates of the eight kinds: those that hold, their versions, writing and proposing the next."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from engine import clock, instances, people
from quality import kinds, templates
from quality.kinds import Goal, Item
from quality.templates import MOST_GOALS, MOST_ITEMS, Draft, Template, What, drafts
from quality.templates.models import TemplateDraft
from web.access import signed_in
from web.api import differences, paging, preconditions, told
from web.api.differences import TwoWanted
from web.api.fields import (
    Choice,
    Digits,
    Flag,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Text,
)
from web.api.instances import begun
from web.api.paging import Listed, Paged
from web.api.preconditions import Stale
from web.api.routing import Told, route
from web.api.schemas import KEY, LONG, WORD, Person
from web.i18n import say
from web.session import db, me

LABEL = drafts.MOST_TYPED


class TemplateWanted(Shape):
    """For which year."""

    year = Digits("The first year of a period; this year without it.", least=1, most=9999)


class ItemAsked(Shape):
    """An item of a template; one without an `id` is new."""

    id = Text(WORD, "As the draft has it.")
    label = Text(LABEL, required=True)
    placeholder = Flag("Whoever fills in a table may have several of it.")


class GoalAsked(Shape):
    """A goal of a template; one without an `id` is new."""

    id = Text(WORD, "As the draft has it.")
    label = Text(LABEL, required=True)
    label_in_standard = Text(
        LABEL, "What it is called among the standards; null: it is not there.", nullable=True
    )
    items = ListOf(Object(ItemAsked), least=0, most=MOST_ITEMS)


class TemplateAsked(Shape):
    """The next template of a kind, in full."""

    goals = ListOf(Object(GoalAsked), required=True, most=MOST_GOALS)
    first_year = Number("From which year on it holds.", required=True, most=9999)
    note = Text(drafts.MOST_NOTE, "Why.")


class TemplateItem(Shape):
    """An item of a template."""

    id = Text(WORD, required=True)
    label = Text(LABEL, required=True)
    placeholder = Flag(required=True)


class TemplateGoal(Shape):
    """A goal of a template with its items."""

    id = Text(WORD, required=True)
    label = Text(LABEL, required=True)
    label_in_standard = Text(LABEL, required=True, nullable=True)
    items = ListOf(Object(TemplateItem), required=True)


class TemplateLine(Shape):
    """A published template; what comes with the product was published by nobody."""

    kind = Choice(kinds.KEYS, required=True)
    number = Number(required=True)
    first_year = Number(required=True)
    sha256 = Text(KEY, "Documents that were made from it name it by this.", required=True)
    note = Text(LONG, required=True)
    published_by = Object(Person, required=True, nullable=True)
    published_at = Moment(required=True, nullable=True)


class TemplateTold(TemplateLine):
    """A published template in full."""

    goals = ListOf(Object(TemplateGoal), required=True)


class TemplateVersions(Listed):
    """Templates of one kind, the newest first."""

    items = ListOf(Object(TemplateLine), required=True)


class KindTold(Shape):
    """A kind: the template that holds this year, the newest, and what is being done about it."""

    kind = Choice(kinds.KEYS, required=True)
    label = Text(WORD, required=True)
    current = Number(required=True)
    newest = Number(required=True)
    instance = Number("The case that approves the next.", required=True, nullable=True)
    may_edit = Flag("The caller may write the next.", required=True)


class Templates(Listed):
    """The eight kinds, in one page."""

    items = ListOf(Object(KindTold), required=True)


class TemplateChange(Shape):
    """One difference between two templates."""

    what = Choice(list(What), required=True)
    id = Text(WORD, "Of the goal or item.", required=True)
    goal = Text(LABEL, required=True)
    before = Text(LABEL, required=True)
    after = Text(LABEL, required=True)


class TemplateChanges(Shape):
    """Every difference, in the order of the later one."""

    items = ListOf(Object(TemplateChange), required=True)


class Hindrance(Shape):
    """What stands in the way of handing a draft in."""

    row = Text(WORD, "Of which goal or item; empty for the whole.", required=True)
    sentence = Text(LONG, required=True)


class TemplateDraftTold(Shape):
    """The next template as it stands; revision 0 is one that nobody wrote on yet."""

    kind = Choice(kinds.KEYS, required=True)
    revision = Number(required=True)
    first_year = Number(required=True)
    note = Text(LONG, required=True)
    saved_by = Text(KEY, required=True)
    saved_at = Moment(required=True, nullable=True)
    goals = ListOf(Object(TemplateGoal), required=True)
    problems = ListOf(Object(Hindrance), required=True)


@route("GET", "/templates", "The templates of the eight kinds", answers={200: Templates})
@signed_in
def list_templates() -> Json:
    """Which holds this year, and which is the newest."""
    editable, year = templates.editable(db(), me()), clock.today().year
    items = []
    for kind in kinds.every():
        listed = templates.listed(db(), kind.key)
        current = next((one for one in listed if one.first_year <= year), listed[-1])
        told_ = {
            "kind": kind.key,
            "label": gettext(kind.label),
            "current": current.number,
            "newest": listed[0].number,
            "instance": templates.under_way(db(), kind.key),
            "may_edit": kind.key in editable,
        }
        items.append(told_)
    return paging.page(items, None)


@route(
    "GET",
    "/templates/<word:kind>",
    "The template that documents of a year are made from",
    query=TemplateWanted,
    answers={200: TemplateTold},
)
@signed_in
def show_template(kind: str, wanted: Json) -> Told:
    """With its goals and items."""
    return _shown(templates.current(db(), kind, wanted.get("year", clock.today().year)))


@route(
    "GET",
    "/templates/<word:kind>/versions",
    "Published templates of a kind",
    query=Paged,
    answers={200: TemplateVersions},
)
@signed_in
def list_template_versions(kind: str, wanted: Json) -> Json:
    """The newest first."""
    return paging.newest_first(_lines(templates.listed(db(), kind)), wanted)


@route(
    "GET",
    "/templates/<word:kind>/versions/<int:number>",
    "One published template",
    answers={200: TemplateTold},
)
@signed_in
def show_template_version(kind: str, number: int) -> Told:
    """With its goals and items."""
    return _shown(templates.one(db(), kind, number))


@route(
    "GET",
    "/templates/<word:kind>/changes",
    "What differs between two templates of a kind",
    query=TwoWanted,
    answers={200: TemplateChanges},
)
@signed_in
def list_template_changes(kind: str, wanted: Json) -> Json:
    """Row by row."""
    numbers = differences.two(wanted, templates.newest(db(), kind).number)
    before, after = (templates.one(db(), kind, one).goals for one in numbers)
    return {"items": templates.differences(before, after)}


@route(
    "GET",
    "/templates/<word:kind>/draft",
    "The next template of a kind as it stands",
    answers={200: TemplateDraftTold},
)
@signed_in
def show_template_draft(kind: str) -> Told:
    """With what stands in the way of handing it in."""
    templates.require(db(), me(), kind)
    return _draft(templates.draft(db(), kind))


@route(
    "PUT",
    "/templates/<word:kind>/draft",
    "Write the next template of a kind",
    body=TemplateAsked,
    answers={200: TemplateDraftTold},
    conditional=True,
)
@signed_in
def save_template_draft(kind: str, asked: Json) -> Told:
    """In full, over the draft that `If-Match` names; without it, over whatever is there."""
    stands = _stands(kind)
    goals = [
        Goal(one.get("id", ""), one["label"], one.get("label_in_standard"), _items(one))
        for one in asked["goals"]
    ]
    saved = templates.save(
        db(),
        kind,
        goals,
        by=me(),
        first_year=asked["first_year"],
        note=asked.get("note", ""),
        revision=stands.revision,
    )
    return _draft(saved)


def _items(goal: Json) -> tuple[Item, ...]:
    return tuple(
        Item(one.get("id", ""), one["label"], one.get("placeholder", False))
        for one in goal.get("items", ())
    )


@route(
    "DELETE",
    "/templates/<word:kind>/draft",
    "Throw the draft of a template away",
    answers={200: TemplateDraftTold},
    conditional=True,
)
@signed_in
def discard_template_draft(kind: str) -> Told:
    """The next one begins from the newest template."""
    stands = _stands(kind)
    templates.discard(db(), kind, by=me(), revision=stands.revision)
    return _draft(templates.draft(db(), kind))


@route(
    "POST",
    "/templates/<word:kind>/submission",
    "Hand the draft of a template in: the case of its approval begins",
    answers={201: told.Instance},
    conditional=True,
)
@signed_in
def submit_template(kind: str) -> Told:
    """The draft that `If-Match` names; without it, whatever is there."""
    _stands(kind)
    return begun(instances.start(db(), templates.FLOW, by=me(), values={"kind": kind}))


def _stands(kind: str) -> Draft:
    """The draft, if it is still as `If-Match` says."""
    templates.require(db(), me(), kind)
    preconditions.hold(TemplateDraft.kind, kind)
    draft = templates.draft(db(), kind)
    if not preconditions.matches(_tag(draft)):
        raise Stale(TemplateDraftTold().dump(_draft(draft).body), _tag(draft))
    return draft


def _draft(draft: Draft) -> Told:
    problems = [
        {"row": place, "sentence": say(refusal)}
        for place, refusal in templates.problems(db(), draft)
    ]
    body = {
        "kind": draft.kind,
        "revision": draft.revision,
        "first_year": draft.first_year,
        "note": draft.note,
        "saved_by": draft.saved_by,
        "saved_at": draft.saved_at,
        "goals": draft.goals,
        "problems": problems,
    }
    return Told(body, headers={"ETag": _tag(draft)})


def _tag(draft: Draft) -> str:
    written = (draft.first_year, draft.note, draft.goals)
    return preconditions.etag("template draft", draft.kind, draft.revision, *written)


def _shown(found: Template) -> Told:
    (line,) = _lines([found])
    return Told({**line, "goals": found.goals}, headers={"ETag": f'"{found.sha256}"'})


def _lines(found: Sequence[Template]) -> list[Json]:
    who = people.names(db(), [one.published_by for one in found if one.published_by])
    return [
        {
            "kind": one.kind,
            "number": one.number,
            "first_year": one.first_year,
            "sha256": one.sha256,
            "note": one.note,
            "published_by": {"id": one.published_by, "name": who.get(one.published_by, "")}
            if one.published_by
            else None,
            "published_at": one.published_at,
        }
        for one in found
    ]
