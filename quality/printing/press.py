"""Papers as PDF: a few typesetters at work beside this process, each asked for one at a time.

Typst cannot be interrupted and keeps what it laid out before, so it works in processes of its own
(`typesetter`): one that takes too long is ended, and what it used goes with it.
"""

from __future__ import annotations

import atexit
import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, LifoQueue
from typing import IO, Any, Final

import orjson

from quality.printing import layout
from quality.printing.coverage import FONTS
from quality.printing.errors import NotSet, PressBusy
from quality.printing.paper import Paper

log = logging.getLogger(__name__)

TYPESETTER: Final = Path(__file__).with_name("typesetter.py")
AT_ONCE: Final = 2
PATIENCE: Final = 20
"""Seconds that somebody waits for a typesetter to come free."""
LONGEST: Final = 90
"""Seconds that setting one paper may take."""


class Typesetter:
    """One process that sets papers, started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def set(self, paper: bytes, form: str, ppi: float | None = None) -> list[bytes]:
        """The pages of a paper; as PDF there is one of all pages. Raises `NotSet`."""
        head = {"format": form, "ppi": ppi, "bytes": len(paper)}
        question = json.dumps(head).encode() + b"\n" + paper
        try:
            answer, pages = self._ask(question)
        except (OSError, ValueError) as problem:
            self.stop()
            log.error("a paper was not set: %s", problem, extra={"action": "print"})  # noqa: TRY400  (the words of people may stand in a trace)
            raise NotSet from problem
        if answer["last"]:
            self.stop()
        if "problem" in answer:
            log.error("a paper was not set: %s", answer["problem"], extra={"action": "print"})
            raise NotSet
        return pages

    def _ask(self, question: bytes) -> tuple[dict[str, Any], list[bytes]]:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  (pipes were asked for)
        assert process.stdout is not None  # noqa: S101  (likewise)
        timer = threading.Timer(LONGEST, process.kill)
        timer.start()
        try:
            process.stdin.write(question)
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer, [_exactly(process.stdout, count) for count in answer["bytes"]]
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            if not any(FONTS.glob("*.ttf")):
                message = f"there are no fonts in {FONTS}; the build of web/assets puts them there"
                raise OSError(message)
            self._process = subprocess.Popen(  # noqa: S603  (our own program and folder)
                [sys.executable, "-I", str(TYPESETTER), str(FONTS)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._process

    def stop(self) -> None:
        """End the process; the next paper starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _shut(pipe)
        process.wait()


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    content = pipe.read(count)
    if len(content) != count:
        message = "the typesetter ended in the middle of an answer"
        raise OSError(message)
    return content


def _shut(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return  # what was not written yet went with the process


_free: Final[LifoQueue[Typesetter]] = LifoQueue()
_all: Final = tuple(Typesetter() for _ in range(AT_ONCE))
for _one in _all:
    _free.put(_one)


def pdf(paper: Paper) -> bytes:
    """The paper as one PDF file. Raises `NotSet`, `PressBusy`."""
    return b"".join(_set(paper, "pdf"))


def pictures(paper: Paper, ppi: float = 100) -> list[bytes]:
    """The pages of a paper as PNG, to look at."""
    return _set(paper, "png", ppi)


def _set(paper: Paper, form: str, ppi: float | None = None) -> list[bytes]:
    written = orjson.dumps(layout.laid(paper))
    try:
        typesetter = _free.get(timeout=PATIENCE)
    except Empty:
        raise PressBusy from None
    try:
        return typesetter.set(written, form, ppi)
    finally:
        _free.put(typesetter)


@atexit.register
def stop() -> None:
    """End every typesetter; the next paper starts one again."""
    for one in _all:
        one.stop()
