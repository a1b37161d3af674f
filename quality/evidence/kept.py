"""What is done to evidence: put down, replaced, described otherwise, retired and taken up again.

Nothing is deleted and no file is written over. Each act is an entry of the record; what people
called things stands outside the log, where it can be erased.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.entries import Kind
from engine.errors import NotFound
from engine.forms import texts
from engine.people import Actor
from quality.evidence import filetypes, names, rights, rules
from quality.evidence.errors import (
    FileTooLarge,
    NameMissing,
    NotYours,
    Retired,
    SameFile,
    UploadAgain,
)
from quality.evidence.models import Evidence, EvidenceFile
from quality.evidence.rights import Place
from quality.evidence.store import OverLimit, Store

MOST_NAME: Final = 200
MOST_NOTE: Final = 1_000
_piece, _file = Evidence.__table__, EvidenceFile.__table__


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is on disk and may be evidence; no row names it yet."""

    filename: str
    media_type: str
    size: int
    sha256: str

    def row(self, evidence_id: int, number: int, by: Actor) -> dict[str, Any]:
        """The row of this file."""
        return {
            "evidence_id": evidence_id,
            "number": number,
            "filename": self.filename,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "uploaded_by": by.id,
            "uploaded_at": clock.now(),
        }

    def told(self, evidence_id: int, number: int) -> dict[str, Any]:
        """What the record says of it."""
        return {
            "evidence": evidence_id,
            "number": number,
            "media_type": self.media_type,
            "size": self.size,
            "file": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a piece of evidence."""

    name: str
    note: str = ""
    expires_on: date | None = None

    def checked(self) -> Said:
        """The same, as it is kept. Raises `NameMissing`, `TextTooLong`, `CannotKeep`."""
        name = " ".join(texts.kept(self.name, MOST_NAME).split())
        if not name:
            raise NameMissing
        return Said(name, texts.kept(self.note, MOST_NOTE), self.expires_on)


def take(
    store: Store, filename: str, file: BinaryIO, *, most: int, allowed: Collection[str]
) -> Taken:
    """Look at a file and put it on disk. Asks no database: large files keep nobody waiting.

    Raises `FileTooLarge`, and what `filetypes.judge` raises.
    """
    name = names.clean(filename) or "-"
    if file.seek(0, 2) > most:
        raise FileTooLarge(name=name, most=most // rules.MB)
    found = filetypes.judge(name, file, allowed)
    file.seek(0)
    try:
        kept = store.put(file, most=most)
    except OverLimit as over:
        raise FileTooLarge(name=name, most=most // rules.MB) from over
    return Taken(name, found.media_type, kept.size, kept.sha256)


def add(db: Session, store: Store, taken: Taken, *, place: Place, said: Said, by: Actor) -> int:
    """Make a piece of evidence of a file. Returns its number. `place` is one that `by` may use.

    Raises `PersonFull`, `UnitFull`, `NameMissing`, `TextTooLong`, `UploadAgain`.
    """
    said = said.checked()
    rules.require_room(db, place, by=by.id or 0, name=taken.filename, size=taken.size)
    row = {
        "owner_id": by.id,
        "unit_id": place.unit_id,
        "subject_id": place.subject_id,
        "name": said.name,
        "note": said.note,
        "expires_on": said.expires_on,
        "is_active": True,
        "number": 1,
        "made_at": clock.now(),
    }
    evidence_id: int = db.execute(insert(_piece).returning(_piece.c.id), row).scalar_one()
    db.execute(insert(_file), taken.row(evidence_id, 1, by))
    asked = taken.told(evidence_id, 1) | {"unit_id": place.unit_id}
    if place.subject_id is not None:
        asked["subject"] = place.subject_id
    if said.expires_on is not None:
        asked["expires_on"] = said.expires_on.isoformat()
    private = {"name": said.name, "filename": taken.filename} | _given(note=said.note)
    _record(db, Kind.EVIDENCE_UPLOADED, evidence_id, asked, by, private)
    _require_there(store, taken)
    return evidence_id


def replace(db: Session, store: Store, evidence_id: int, taken: Taken, *, by: Actor) -> int:
    """Give a piece a newer file; the old ones stay, for those that cite them. Returns its number.

    Raises `NotFound`, `NotYours`, `Retired`, `SameFile`, `PersonFull`, `UnitFull`, `UploadAgain`.
    """
    row = _held(db, evidence_id, by)
    if not row.is_active:
        raise Retired(name=row.name)
    newest = select(_file.c.sha256).where(
        _file.c.evidence_id == evidence_id, _file.c.number == row.number
    )
    if db.execute(newest).scalar_one() == taken.sha256:
        raise SameFile(name=row.name)
    place = Place(row.unit_id, row.subject_id, row.name)
    rules.require_room(db, place, by=by.id or 0, name=taken.filename, size=taken.size)
    number: int = row.number + 1
    db.execute(insert(_file), taken.row(evidence_id, number, by))
    db.execute(update(_piece).where(_piece.c.id == evidence_id).values(number=number))
    private = {"filename": taken.filename}
    told = taken.told(evidence_id, number)
    _record(db, Kind.EVIDENCE_REPLACED, evidence_id, told, by, private)
    _require_there(store, taken)
    return number


def change(db: Session, evidence_id: int, said: Said, *, by: Actor) -> bool:
    """Say otherwise what a piece is. Returns whether anything differs.

    Raises `NotFound`, `NotYours`, `NameMissing`, `TextTooLong`.
    """
    row = _held(db, evidence_id, by)
    said = said.checked()
    wanted = {"name": said.name, "note": said.note, "expires_on": said.expires_on}
    changed = {name: value for name, value in wanted.items() if value != getattr(row, name)}
    if not changed:
        return False
    db.execute(update(_piece).where(_piece.c.id == evidence_id).values(changed))
    private = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in changed.items()}
    asked = {"evidence": evidence_id, "changed": sorted(changed)}
    _record(db, Kind.EVIDENCE_CHANGED, evidence_id, asked, by, private)
    return True


def retire(db: Session, evidence_id: int, *, by: Actor) -> bool:
    """Take a piece out of use: what cites it keeps it, nothing new does. Says whether it was in."""
    return _switch(db, evidence_id, Kind.EVIDENCE_RETIRED, by=by, is_active=False)


def restore(db: Session, evidence_id: int, *, by: Actor) -> bool:
    """Take a retired piece into use again. Says whether it was retired."""
    return _switch(db, evidence_id, Kind.EVIDENCE_RESTORED, by=by, is_active=True)


def _switch(db: Session, evidence_id: int, kind: Kind, *, by: Actor, is_active: bool) -> bool:
    row = _held(db, evidence_id, by)
    if row.is_active is is_active:
        return False
    db.execute(update(_piece).where(_piece.c.id == evidence_id).values(is_active=is_active))
    _record(db, kind, evidence_id, {"evidence": evidence_id}, by, {})
    return True


def _held(db: Session, evidence_id: int, by: Actor) -> Row[Any]:
    """The row of a piece, locked for whoever keeps it. Raises `NotFound`, `NotYours`."""
    mine = _piece.c.id == evidence_id
    seen = select(_piece.c.id).where(mine, rights.visible(db, by))
    kept = select(_piece.c.id).where(mine, rights.kept_by(db, by))
    is_kept = db.execute(kept).first() is not None
    if not is_kept and db.execute(seen).first() is None:
        raise NotFound
    if not is_kept:
        raise NotYours
    return db.execute(select(_piece).where(mine).with_for_update()).one()


def _record(
    db: Session,
    kind: Kind,
    evidence_id: int,
    asked: Mapping[str, Any],
    by: Actor,
    private: Mapping[str, Any],
) -> None:
    about = (f"evidence:{evidence_id}",)
    eventlog.record(db, kind, by=by.mark, asked=asked, about=about, private=private)


def _require_there(store: Store, taken: Taken) -> None:
    """Nobody removes it from now on: the record is held. Raises `UploadAgain` where it is gone."""
    if store.size(taken.sha256) is None:
        raise UploadAgain


def _given(**texts_: str) -> dict[str, str]:
    return {name: text for name, text in texts_.items() if text}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
