"""What the house says of evidence: which types, how large, how much a person and a unit may keep.

These are rules like those of `engine.settings`, changed on a page of their own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import settings
from engine.settings import Number, Rule, Several
from quality.evidence.errors import PersonFull, UnitFull
from quality.evidence.filetypes import TYPES, USUAL
from quality.evidence.models import Evidence, EvidenceFile
from quality.evidence.rights import Place

MB: Final = 1024 * 1024
LARGEST_FILE: Final = 200
AT_ONCE: Final = 5
"""How many files one request may bring."""
_file, _piece = EvidenceFile.__table__, Evidence.__table__

RULES: Final[dict[str, Rule]] = {
    "evidence_types": Several(
        "允许上传的类型",
        "内容要与扩展名相符，否则拒收；已经上传的不受影响。",
        default=USUAL,
        words={one: one for one in TYPES},
    ),
    "evidence_file": Number(
        "每个文件最大",
        "超过的在上传途中就拒收。",
        "MB",
        default=20,
        least=1,
        most=LARGEST_FILE,
    ),
    "evidence_person": Number(
        "每人最多",
        "一个人上传的全部佐证材料，包括换下的旧文件。",
        "MB",
        default=1_000,
        least=1,
        most=100_000,
    ),
    "evidence_unit": Number(
        "每个单位最多",
        "一个单位和它的主体的全部佐证材料，包括换下的旧文件。",
        "MB",
        default=10_000,
        least=1,
        most=999_999,
    ),
}


def register() -> None:
    """Put these beside the other rules of the house."""
    settings.RULES.update(RULES)


def most_bytes(db: Session) -> int:
    """How large one file may be."""
    return settings.number(db, "evidence_file") * MB


def allowed(db: Session) -> frozenset[str]:
    """The endings that may be uploaded."""
    return settings.words(db, "evidence_types")


def require_room(db: Session, place: Place, *, by: int, name: str, size: int) -> None:
    """Go on only if there is room for one more file. Raises `PersonFull`, `UnitFull`."""
    size_of = func.coalesce(func.sum(_file.c.size), 0)
    mine = select(size_of).where(_file.c.uploaded_by == by)
    used, most = db.execute(mine).scalar_one(), settings.number(db, "evidence_person")
    if used + size > most * MB:
        raise PersonFull(used=_mb(used), most=most, name=name)
    theirs = select(size_of).join(_piece, _piece.c.id == _file.c.evidence_id)
    used = db.execute(theirs.where(_piece.c.unit_id == place.unit_id)).scalar_one()
    most = settings.number(db, "evidence_unit")
    if used + size > most * MB:
        raise UnitFull(unit=place.unit or place.name, used=_mb(used), most=most, name=name)


def _mb(size: int) -> int:
    return -(-size // MB)
