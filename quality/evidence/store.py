"""Files on disk under their hash: written whole, durable before a row names them, never changed.

`files/ab/abcd…` holds the content whose SHA-256 is `abcd…`. The same content is there once, however
many rows name it. A file that no row names is what a crash left; `quality.evidence.sweeping` ends
it after a day.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

CHUNK: Final = 256 * 1024
FOLDER: Final = "files"
UNFINISHED: Final = ".part"
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class OverLimit(Exception):
    """There is more of it than may be kept; nothing of it was."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that is on disk for good."""

    sha256: str
    size: int


class Reading:
    """A file on its way, a part at a time; closed at its end, or when whoever reads gives up."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        part = self._file.read(CHUNK)
        if not part:
            self.close()
            raise StopIteration
        return part

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Store:
    """The files of one installation. `root` is its data directory."""

    root: Path

    def path(self, sha256: str) -> Path:
        """Where a content lies, whether or not it is there. Raises `ValueError` for no hash."""
        if not _HASH.fullmatch(sha256):
            message = "not a SHA-256"
            raise ValueError(message)
        return self.root / FOLDER / sha256[:2] / sha256

    def put(self, source: BinaryIO, *, most: int) -> Kept:
        """Keep a content, a part at a time. Raises `OverLimit` as soon as there is too much.

        When this returns, the file is on disk with its name: rows may speak of it.
        """
        folder = self.root / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{secrets.token_hex(16)}{UNFINISHED}"
        try:
            kept = _copy(source, unfinished, most)
            _settle(unfinished, self.path(kept.sha256))
        finally:
            unfinished.unlink(missing_ok=True)
        return kept

    def size(self, sha256: str) -> int | None:
        """How large the file is now, or None where it is gone."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def is_whole(self, sha256: str) -> bool:
        """Whether the file still has the content that its name says. Reads all of it."""
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def read(self, sha256: str) -> Reading:
        """The content a part at a time. Raises `OSError` at once where there is none."""
        return Reading(self.path(sha256).open("rb"))

    def names(self) -> Iterator[Path]:
        """Every file that is there, unfinished ones too."""
        folder = self.root / FOLDER
        if not folder.is_dir():
            return
        with os.scandir(folder) as found:
            places = sorted(found, key=lambda one: one.name)
        for place in places:
            if place.is_dir(follow_symlinks=False):
                with os.scandir(place.path) as inner:
                    yield from sorted(Path(one.path) for one in inner)
            else:
                yield Path(place.path)


def _copy(source: BinaryIO, target: Path, most: int) -> Kept:
    hashed, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while part := source.read(CHUNK):
            size += len(part)
            if size > most:
                raise OverLimit
            hashed.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return Kept(hashed.hexdigest(), size)


def _settle(unfinished: Path, place: Path) -> None:
    """Give a file its name for good; over one that is there already, which is the same or damaged.

    A power cut afterwards finds the name: the folders are made durable too.
    """
    is_new = not place.parent.is_dir()
    place.parent.mkdir(exist_ok=True)
    unfinished.replace(place)
    _durable(place.parent)
    if is_new:
        _durable(place.parent.parent)


def _durable(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
