"""One subject: its head as the tables print it, its people, what it belongs to, its documents.

GET /subjects/N
"""

from __future__ import annotations

from flask import render_template

from engine import clock, permissions
from engine.college import history
from engine.permissions import Action
from quality import documents, kinds, subjects
from quality.models import Stage
from quality.subjects import SubjectRow, Wanted
from web.access import signed_in
from web.asked import number
from web.session import db, me
from web.subjects import told
from web.subjects.blueprint import bp
from web.written import Written

CHILDREN = 12
ENTRIES = 20


@bp.get("/<int:subject_id>")
@signed_in
def show(subject_id: int) -> str:
    """A subject this person may know of."""
    return page(subject_id)


def page(subject_id: int, *, failed: str = "", written: Written | None = None) -> str:
    """The page, with what was typed into the form called `failed` and what is wrong there."""
    row = subjects.one(db(), me(), subject_id)
    kind = kinds.get(row.kind)
    past = history.of(
        db(),
        subjects.reference(subject_id),
        reader=me(),
        after=number("entries"),
        limit=ENTRIES,
    )
    children = subjects.visible(
        db(), me(), Wanted(parent_id=subject_id, is_active=True), limit=CHILDREN
    )
    return render_template(
        "subjects/show.html",
        row=row,
        kind=kind,
        head=_heads(row),
        owners=subjects.owners(db(), subject_id),
        members=subjects.members(db(), subject_id),
        is_parent_known=bool(subjects.known(db(), me(), [row.parent_id])),
        children=children.items,
        below=subjects.below(db(), me(), subject_id),
        stages=_stages(row),
        entries=told.entries(db(), row, past.items),
        older=past.next,
        may_edit=permissions.may(me(), Action.SUBJECT_EDIT),
        may_start=bool(subjects.startable(db(), me(), subject_id=subject_id, limit=1).items),
        failed=failed,
        given=written.given if written is not None else {},
        errors=written.errors if written is not None else {},
        today=clock.today(),
    )


def _heads(row: SubjectRow) -> list[tuple[str, str | None]]:
    """The head with every label a stage has for a field, in the order of the stages."""
    printed = [subjects.head(db(), row, stage) for stage in (Stage.GOAL, Stage.STANDARD)]
    goals, standards = printed
    return [
        (here if here == there else f"{here} / {there}", value)
        for (here, value), (there, _same) in zip(goals, standards, strict=True)
    ]


def _stages(row: SubjectRow) -> list[tuple[str, list[documents.DocumentRow]]] | None:
    """What is published for each stage, gaps included; None for who may not read any of it."""
    if not subjects.has_documents_for(db(), me(), row.id):
        return None
    found = documents.published(db(), me(), documents.Wanted(subject_id=row.id)).items
    return [
        (title, [one for one in found if one.stage == stage])
        for stage, title in kinds.get(row.kind).stages.items()
    ]
