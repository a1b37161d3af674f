"""How cases and the record name a subject."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import NotFound

_REFERENCE: Final = re.compile(r"(?:subject:)?([1-9][0-9]{0,17})", re.ASCII)


def reference(subject_id: int) -> str:
    """How a case, or an entry of the record, names its subject."""
    return f"subject:{subject_id}"


def read_reference(written: str) -> int:
    """The subject's id. Raises `NotFound` for anything that names none."""
    found = _REFERENCE.fullmatch(written)
    if found is None:
        raise NotFound
    return int(found[1])
