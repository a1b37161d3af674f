"""Where evidence is cited: the library that the engine asks, and the choices of whoever cites."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from engine.handlers import Piece
from engine.people import Actor
from engine.sentence import Sentence
from quality import subjects
from quality.evidence import rights
from quality.evidence.listed import is_expired
from quality.evidence.models import Citation, Evidence, EvidenceFile
from quality.models import DocumentVersion

MOST_CHOICES: Final = 50
_piece, _file, _citation = Evidence.__table__, EvidenceFile.__table__, Citation.__table__


class EvidenceLibrary:
    """The library of evidence, as `engine.handlers.Library` wants one."""

    def faults(
        self,
        db: Session,
        instance_id: int,  # noqa: ARG002  (what a library is told)
        cited: Mapping[str, Sequence[int]],
        *,
        by: Actor,
    ) -> Mapping[str, Sentence]:
        """What this person may not cite: what they may not see, or is out of use."""
        ids = {one for found in cited.values() for one in found}
        wanted = select(_piece.c.id, _piece.c.name, _piece.c.is_active)
        wanted = wanted.where(_piece.c.id.in_(sorted(ids)), rights.citable(db, by))
        known = {row.id: row for row in db.execute(wanted)}
        faults = {}
        for place, numbers in cited.items():
            for one in numbers:
                if one not in known:
                    faults[place] = Sentence("没有这份佐证材料，或者您无权引用它，请重新选择。")
                elif not known[one].is_active:
                    said = "“{name}”已经停用，不能再引用，请换一份。"
                    faults.setdefault(place, Sentence(said, name=known[one].name))
        return faults

    def keep(
        self,
        db: Session,
        instance_id: int,
        cited: Mapping[str, Sequence[int]],
        *,
        renewed: Collection[str],
    ) -> Mapping[int, int]:
        """Write down what the case cites now; what it has published stays as it was."""
        published = select(DocumentVersion.id).where(DocumentVersion.instance_id == instance_id)
        if db.execute(published.limit(1)).first() is not None:
            return {}
        mine = select(_citation).where(_citation.c.instance_id == instance_id)
        before = {(row.place, row.evidence_id): row for row in db.execute(mine)}
        asked = [(place, one) for place, ids in cited.items() for one in dict.fromkeys(ids)]
        fresh = {key for key in asked if key not in before or key[0] in renewed}
        newest = _newest(db, {one for _place, one in fresh})
        now = {key: newest[key[1]] if key in fresh else before[key].number for key in asked}
        gone = [row.id for key, row in before.items() if key not in now]
        if gone:
            db.execute(delete(_citation).where(_citation.c.id.in_(gone)))
        changed = {key: n for key, n in now.items() if key in before and n != before[key].number}
        if changed:
            again = update(_citation).where(_citation.c.id == bindparam("row"))
            rows = [{"row": before[key].id, "number": n} for key, n in changed.items()]
            db.execute(again, rows)
        new = [
            {"evidence_id": key[1], "number": n, "instance_id": instance_id, "place": key[0]}
            for key, n in now.items()
            if key not in before
        ]
        if new:
            db.execute(insert(_citation), new)
        numbers: dict[int, int] = {}
        for (_place, one), number in now.items():
            numbers[one] = max(number, numbers.get(one, 0))
        return numbers

    def told(
        self, db: Session, person: Actor, instance_id: int | None, ids: Iterable[int]
    ) -> Mapping[int, Piece]:
        """What these are called: for who may not see one, that there is one."""
        asked = sorted(set(ids))
        numbers = _cited_numbers(db, instance_id, asked)
        seen = case((rights.citable(db, person), 1), else_=0).label("is_seen")
        wanted = (
            select(_piece, _file.c.number.label("shown"), _file.c.media_type, _file.c.size, seen)
            .join(_file, _file.c.evidence_id == _piece.c.id)
            .where(_piece.c.id.in_(asked))
        )
        found = {}
        for row in db.execute(wanted):
            if row.shown != numbers.get(row.id, row.number):
                continue
            if not row.is_seen:
                found[row.id] = Piece(row.id, row.shown, row.number)
                continue
            found[row.id] = Piece(
                row.id,
                row.shown,
                row.number,
                row.name,
                row.media_type,
                row.size,
                row.expires_on,
                is_expired(row.expires_on),
                row.is_active,
            )
        return found


def choices(
    db: Session, person: Actor, *, case_id: int | None, text: str = ""
) -> tuple[Piece, ...]:
    """Evidence this person may cite, nearest to the case first, then one's own, then the newest."""
    reference = rights.of_case(db, person, case_id) if case_id is not None else ""
    subject_id = subjects.read_reference(reference) if reference.startswith("subject:") else 0
    near = case(
        (_piece.c.subject_id == subject_id, 0), (_piece.c.owner_id == person.id, 1), else_=2
    )
    wanted = (
        select(_piece, _file.c.media_type, _file.c.size)
        .join(_file, (_file.c.evidence_id == _piece.c.id) & (_file.c.number == _piece.c.number))
        .where(_piece.c.is_active, rights.citable(db, person))
        .order_by(near, _piece.c.id.desc())
        .limit(MOST_CHOICES)
    )
    words = text.strip()
    if words:
        texts = (_piece.c.name, _piece.c.note, _file.c.filename)
        wanted = wanted.where(or_(*(one.contains(words, autoescape=True) for one in texts)))
    return tuple(
        Piece(
            row.id,
            row.number,
            row.number,
            row.name,
            row.media_type,
            row.size,
            row.expires_on,
            is_expired(row.expires_on),
        )
        for row in db.execute(wanted)
    )


def _newest(db: Session, ids: Collection[int]) -> dict[int, int]:
    """The number of the newest file of each."""
    if not ids:
        return {}
    wanted = select(_piece.c.id, _piece.c.number).where(_piece.c.id.in_(sorted(ids)))
    return {row.id: row.number for row in db.execute(wanted)}


def _cited_numbers(db: Session, instance_id: int | None, ids: Sequence[int]) -> Mapping[int, int]:
    """The numbers under which a case cites these."""
    if instance_id is None:
        return {}
    wanted = (
        select(_citation.c.evidence_id, func.max(_citation.c.number).label("number"))
        .where(_citation.c.instance_id == instance_id, _citation.c.evidence_id.in_(ids))
        .group_by(_citation.c.evidence_id)
    )
    return {row.evidence_id: row.number for row in db.execute(wanted)}
