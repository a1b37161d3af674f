"""What a new installation begins with: posts, committees of the cycle, tables, flows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.college import committees, posts
from engine.models import Committee, Post, PostKind, Unit
from engine.people import Actor
from quality import chains, shipped, templates

CATALOG: Final = Path(__file__).parent / "catalog"


@dataclass(frozen=True, slots=True)
class Laid:
    """Every post and committee there is now: ids by key; and the flows that wait for somebody."""

    posts: Mapping[str, int]
    committees: Mapping[str, int]
    waiting: tuple[str, ...]


def lay(db: Session, *, by: Actor) -> Laid:
    """Add what is not there: posts and committees, the table of chains, templates, flows."""
    known = {row.key: row.id for row in db.execute(select(Post.key, Post.id))}
    for position, told in enumerate(yaml.safe_load((CATALOG / "posts.yaml").read_bytes())):
        if told["key"] not in known:
            kind = PostKind(told["kind"])
            known[told["key"]] = posts.create(
                db, told["key"], told["name"], by=by, kind=kind, position=position
            )
    seated = _committees(db, by)
    chains.lay(db, by=by)
    templates.lay(db)
    return Laid(known, seated, shipped.lay(db, by=by))


def is_laid(db: Session) -> bool:
    """Whether every flow and template of the product has been here."""
    return shipped.are_laid(db) and templates.are_laid(db)


def _committees(db: Session, by: Actor) -> dict[str, int]:
    known = {row.key: row.id for row in db.execute(select(Committee.key, Committee.id))}
    for position, told in enumerate(_wanted(db)):
        if told["key"] not in known:
            known[told["key"]] = committees.create(
                db,
                told["key"],
                told["name"],
                told["kind"],
                by=by,
                unit_id=told["unit_id"],
                parent_id=known[told["parent"]] if "parent" in told else None,
                duties=told["duties"],
                rule=told["rule"],
                term_years=told.get("term_years"),
                position=position,
            )
    return known


def _wanted(db: Session) -> Iterator[dict[str, Any]]:
    """What the catalogue says, with one committee for each unit of a kind where it says so."""
    columns = select(Unit.id, Unit.code, Unit.name, Unit.kind).where(Unit.until.is_(None))
    units = db.execute(columns.order_by(Unit.position, Unit.id)).all()
    named = {unit.name: unit.id for unit in reversed(units)}
    for told in yaml.safe_load((CATALOG / "committees.yaml").read_bytes()):
        if "for_each" not in told:
            yield {**told, "unit_id": named.get(told.get("unit"))}
            continue
        for unit in units:
            if unit.kind == told["for_each"]:
                words = {"code": unit.code, "name": unit.name}
                filled = {part: told[part].format(**words) for part in ("key", "name")}
                yield {**told, **filled, "unit_id": unit.id}
