"""kill -9 while a file of evidence is put down: at most something is left over, nothing is half."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from quality.evidence.store import CHUNK, UNFINISHED, Store

CONTENT = bytes(range(256)) * (3 * CHUNK // 256)


class Deadly(io.BytesIO):
    """A file in whose middle the process dies."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > CHUNK:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(size)


def killed(deed: Callable[[], object]) -> None:
    """Do this in a process of its own, which dies of it."""
    child = os.fork()
    if child == 0:
        deed()
        os.kill(os.getpid(), signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("source", [Deadly, io.BytesIO], ids=["while it is copied", "before a row"])
def test_a_file_is_whole_under_its_name_or_has_none(
    source: type[io.BytesIO], tmp_path: Path
) -> None:
    store = Store(tmp_path)
    killed(lambda: store.put(source(CONTENT), most=2 * len(CONTENT)))
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    (left,) = store.names()
    assert left.name.endswith(UNFINISHED) if source is Deadly else store.is_whole(sha256)
    assert store.put(io.BytesIO(CONTENT), most=len(CONTENT)).sha256 == sha256
    assert store.is_whole(sha256)
