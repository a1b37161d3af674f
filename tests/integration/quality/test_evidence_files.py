"""Files of evidence on disk: what is lost is found, what is left over is removed."""

from __future__ import annotations

import io
import os
from datetime import UTC, timedelta

import pytest
from sqlalchemy import update

from engine import clock, handlers, later
from quality.evidence import checking, kept, rights, sweeping
from quality.evidence.errors import UploadAgain
from quality.evidence.kept import Said
from quality.evidence.models import EvidenceFile
from quality.evidence.store import Store
from tests.library import Library
from tests.unit.quality.test_evidence_files import png


@pytest.fixture
def library(db, college, tmp_path):
    return Library(db, college, Store(tmp_path))


def test_a_lost_a_changed_and_a_swapped_file_are_found(library):
    db, store = library.db, library.store
    lost, changed = library.add(), library.add()
    taken = library.take(png(), "a.png")
    kept.replace(db, store, changed, taken, by=library.who("leader"))
    store.path(taken.sha256).write_bytes(b"x" * taken.size)
    said = [str(one) for one in checking.verify(db, store)]
    assert said == [f"佐证材料 {changed} 第 2 版的文件内容变了。"]
    store.path(library.take().sha256).unlink()
    assert f"佐证材料 {lost} 第 1 版的文件不见了。" in [
        str(one) for one in checking.verify(db, store)
    ]
    library.take()
    mine = EvidenceFile.evidence_id == lost
    other = store.put(io.BytesIO(b"%PDF-1.4 other"), most=99).sha256
    db.execute(update(EvidenceFile).where(mine).values(sha256=other))
    assert f"佐证材料 {lost} 第 1 版和上传时的记录不一样。" in [
        str(one) for one in checking.verify(db, store)
    ]


def test_only_old_files_that_no_row_names_are_removed(library):
    db, store = library.db, library.store
    library.add()
    named = store.path(library.take().sha256)
    orphan = store.path(store.put(io.BytesIO(b"orphan"), most=99).sha256)
    young = store.path(store.put(io.BytesIO(b"young"), most=99).sha256)
    torn = store.root / "files" / ("f" * 32 + ".part")
    torn.write_bytes(b"half")
    long_ago = (clock.now() - timedelta(days=2)).astimezone(UTC).timestamp()
    for path in (named, orphan, torn):
        os.utime(path, (long_ago, long_ago))
    assert sum(sweeping.sweep(db, store, digit) for digit in sweeping.DIGITS) == 2
    assert (named.exists(), young.exists()) == (True, True)
    assert (orphan.exists(), torn.exists()) == (False, False)
    sweeping.register(store)
    assert handlers.BACKGROUND[sweeping.TOPIC](db, "f") is False
    assert later.is_put(db, sweeping.TOPIC)


def test_an_upload_whose_file_went_meanwhile_is_refused(library):
    taken, leader = library.take(), library.who("leader")
    library.store.path(taken.sha256).unlink()
    place = rights.place(library.db, leader, f"subject:{library.college.subject}")
    with pytest.raises(UploadAgain):
        kept.add(library.db, library.store, taken, place=place, said=Said("证书"), by=leader)
