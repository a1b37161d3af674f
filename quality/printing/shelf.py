"""Where batches lie: a folder of finished documents each, then one zip; and what became of each.

Everything is written beside its place and then moved there, so that what has its name is whole.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

FOLDER: Final = "prints"
NOTES: Final = "notes.jsonl"
LONGEST_NAME: Final = 80
CHUNK: Final = 1024 * 1024
_NOT_IN_A_NAME: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]+')


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one document: its number from 1, its file, or why there is none."""

    number: int
    title: str
    kind: str
    unit: str
    version: int
    file: str
    problem: str


def file_name(title: str, ending: str) -> str:
    """A name that every system takes."""
    plain = _NOT_IN_A_NAME.sub(" ", title).strip(" .")[:LONGEST_NAME].strip(" .")
    return f"{plain or '-'}.{ending}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The place of one batch under the data directory."""

    data_dir: Path
    run_id: int

    @property
    def folder(self) -> Path:
        """Where documents wait to be packed."""
        return self.data_dir / FOLDER / str(self.run_id)

    @property
    def zip(self) -> Path:
        """The result."""
        return self.data_dir / FOLDER / f"{self.run_id}.zip"

    def keep(self, note: Note, content: bytes) -> None:
        """Lay down a document, if there is one, and what became of it."""
        self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(exist_ok=True)
        if note.file:
            place = self.folder / str(note.number)
            # two workers may have the same one in hand for a moment; both wrote it whole
            unfinished = self.folder / f"{note.number}.{os.getpid()}.unfinished"
            unfinished.write_bytes(content)
            unfinished.replace(place)
        with (self.folder / NOTES).open("ab") as notes:
            notes.write(orjson.dumps(asdict(note)) + b"\n")

    def notes(self) -> tuple[Note, ...]:
        """What became of each document, in order; what was done twice counts once."""
        found: dict[int, Note] = {}
        for told in self._lines():
            note = Note(**told)
            found[note.number] = note
        return tuple(found[number] for number in sorted(found))

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        try:
            lines = (self.folder / NOTES).read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # cut off by a crash; that document is done again

    def pack(self, index_name: str, index: bytes) -> str:
        """One zip of everything, a file at a time, and away with the folder. Returns its hash."""
        unfinished = self.zip.with_suffix(".unfinished")
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(index_name, index)
            for note in self.notes():
                if note.file:
                    archive.write(self.folder / str(note.number), note.file)
        hashed = hashlib.sha256()
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
            while chunk := written.read(CHUNK):
                hashed.update(chunk)
        unfinished.replace(self.zip)
        return hashed.hexdigest()

    def clear(self) -> None:
        """Remove the documents that waited to be packed."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def remove(self) -> None:
        """Remove everything of this batch."""
        self.clear()
        self.zip.unlink(missing_ok=True)
        self.zip.with_suffix(".unfinished").unlink(missing_ok=True)
