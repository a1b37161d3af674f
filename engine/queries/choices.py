"""What a designer may choose from: posts, forms, services, flows, tables, policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from engine import clock, decisions, policies
from engine.college import kinds
from engine.forms import load
from engine.forms.model import Form, Grid
from engine.handlers import CASES, HANDLERS
from engine.models import Committee, FormText, Post, ProcessDefinition, Unit

MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A form of the library and its fields as (address, label), the columns of grids among them."""

    key: str
    fields: tuple[tuple[str, str], ...]
    variables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything with a name that a diagram can refer to, as it stands now."""

    posts: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    committees: tuple[tuple[str, str], ...]
    forms: tuple[FormChoice, ...]
    topics: tuple[str, ...]
    cases: tuple[str, ...]
    flows: tuple[tuple[str, str], ...]
    decisions: tuple[tuple[str, str], ...]
    policies: tuple[tuple[str, str], ...]


def choices(db: Session) -> Choices:
    """What the pickers of the designer offer."""
    posts = db.execute(select(Post.key, Post.name).order_by(Post.name))
    forms = db.execute(select(FormText.key, FormText.text).order_by(FormText.key))
    readings = ((key, load.accepted(text).form) for key, text in forms)
    return Choices(
        posts=tuple((row.key, row.name) for row in posts),
        units=tuple((row.code, row.name) for row in db.execute(_units())),
        committees=tuple((row.key, row.name) for row in db.execute(_committees())),
        forms=tuple(_form(key, form) for key, form in readings if form is not None),
        topics=tuple(sorted(HANDLERS)),
        cases=tuple(sorted(CASES)),
        flows=tuple((row.key, row.name) for row in db.execute(_flows())),
        decisions=decisions.labels(db),
        policies=tuple((one.key, one.name) for one in policies.every(db)),
    )


def _flows() -> Select[str, str]:
    """Definitions with a version, which another flow may call."""
    wanted = select(ProcessDefinition.key, ProcessDefinition.name)
    published = wanted.where(ProcessDefinition.active_version_id.is_not(None))
    return published.order_by(ProcessDefinition.name).limit(MOST)


def _units() -> Select[str, str]:
    """Units of today without classes, of which there are too many to choose from."""
    wanted = select(Unit.code, Unit.name).where(Unit.kind != kinds.CLASS, _is_there(Unit))
    return wanted.order_by(Unit.position, Unit.name).limit(MOST)


def _committees() -> Select[str, str]:
    wanted = select(Committee.key, Committee.name).where(_is_there(Committee))
    return wanted.order_by(Committee.position, Committee.name).limit(MOST)


def _is_there(dated: type[Unit | Committee]) -> ColumnElement[bool]:
    return or_(dated.until.is_(None), dated.until >= clock.today())


def _form(key: str, form: Form) -> FormChoice:
    fields: list[tuple[str, str]] = []
    for address, part in form.valued.items():
        fields.append((address, part.label))
        if isinstance(part, Grid):
            fields += [
                (f"{address}.{column.key}", f"{part.label}·{column.label}")
                for column in part.columns
            ]
    return FormChoice(key, tuple(fields), form.variables)


def name_of(db: Session, key: str) -> str | None:
    """The name of a definition, or None where there is no such definition."""
    return db.execute(
        select(ProcessDefinition.name).where(ProcessDefinition.key == key)
    ).scalar_one_or_none()
