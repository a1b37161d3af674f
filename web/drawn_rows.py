"""Rows of grids as they were drawn last: the same rows are opened again and again, by many.

What a row's HTML depends on is its key, so nothing here can be out of date; what was not asked for
longest makes room.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

MOST_BYTES: Final = 32 * 1024 * 1024
Drawn = tuple[str, str]
"""A row before and behind the place for the head of its goal."""


class Kept:
    """The drawn rows of this process, for all its threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._size, self._lock = most_bytes, 0, Lock()
        self._rows: OrderedDict[bytes, Drawn] = OrderedDict()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Drawn]:
        """Those that are here."""
        with self._lock:
            found = {key: self._rows[key] for key in keys if key in self._rows}
            for key in found:
                self._rows.move_to_end(key)
        return found

    def keep(self, drawn: Mapping[bytes, Drawn]) -> None:
        """Keep these, too."""
        with self._lock:
            for key, row in drawn.items():
                if key not in self._rows:
                    self._size += _size(key, row)
                    self._rows[key] = row
            while self._size > self._most:
                self._size -= _size(*self._rows.popitem(last=False))


def _size(key: bytes, row: Drawn) -> int:
    return len(key) + sum(map(sys.getsizeof, row))
