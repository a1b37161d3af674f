"""Background work: print a batch, a few seconds at a time, with no transaction open meanwhile.

Each document is a file before the note that it is done; whatever ends the worker, the next one
goes on with the first that is not done. What the asker may read is looked at for each document.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import time as hour
from datetime import timedelta
from typing import Final

from flask import Flask
from flask_babel import gettext
from sqlalchemy.orm import Session, sessionmaker

from engine import calendars, clock, handlers, later, people, settings
from engine.db import begin_writing, is_passing, trace
from engine.errors import NotFound, Refused
from engine.people import Actor
from quality import documents
from quality.printing import press, runs, word
from quality.printing.errors import PressBusy
from quality.printing.models import PrintStatus
from quality.printing.paper import Paper
from quality.printing.runs import PrintForm, Run
from quality.printing.shelf import Note, Shelf, file_name
from web.config import Settings
from web.i18n import say
from web.printing import index_book, papers
from web.printing.speaking import speaking, voice

log = logging.getLogger(__name__)

OLD: Final = "print.old"
AT: Final = hour(3, 30)
"""When old batches are removed, by the school's clock."""
PORTION: Final = 100
BUSY: Final = timedelta(seconds=5)
TURN: Final = 2.0
"""Seconds that one part of a batch works, at least one document; then others have their turn."""

Sessions = sessionmaker[Session]
MAKERS: Final[dict[PrintForm, Callable[[Paper], bytes]]] = {
    PrintForm.PDF: press.pdf,
    PrintForm.WORD: word.docx,
}


def begin(db: Session) -> None:
    """Put down the walk over old batches for next night, and work on batches that lost theirs."""
    runs.heal(db)
    if not later.is_put(db, OLD):
        tomorrow = calendars.local(clock.now()) + timedelta(days=1)
        later.enqueue(db, OLD, "", at=calendars.moment(tomorrow, AT))


def register(given: Settings, sessions: Sessions) -> None:
    """Have the jobs use these settings and this database."""
    app = voice(given)

    @handlers.outside(runs.TOPIC)
    def go_on(_db: Session, reference: str) -> Callable[[], None]:
        return lambda: _go_on(app, given, sessions, int(reference))

    @handlers.background(OLD)
    def remove_old(db: Session, _reference: str) -> bool:
        found = runs.old(db, settings.number(db, "print_days"), PORTION)
        for run_id in found:
            Shelf(given.data_dir, run_id).remove()
        runs.forget(db, found)
        if len(found) == PORTION:
            return True
        begin(db)
        return False


def _go_on(app: Flask, given: Settings, sessions: Sessions, run_id: int) -> None:
    """One part of a batch."""
    with sessions() as db:
        run = runs.in_work(db, run_id)
        by = _asker(db, run.by_id) if run is not None else None
    shelf = Shelf(given.data_dir, run_id)
    if run is None or by is None:
        _write(sessions, lambda db: runs.end(db, run_id, PrintStatus.CANCELLED))
        shelf.clear()
        return
    until = time.monotonic() + TURN
    with speaking(app, run.language):
        for at in range(run.done, run.total):
            try:
                note = _print(sessions, shelf, run, at, by)
            except PressBusy:
                soon = clock.now() + BUSY
                _write(
                    sessions, lambda db, at=soon: later.enqueue(db, runs.TOPIC, str(run_id), at=at)
                )
                return
            if not _write(sessions, lambda db, at=at, note=note: _noted(db, run, at, note)):
                return  # cancelled, or another worker has it: the next look finds what is left
            if time.monotonic() > until and at + 1 < run.total:
                _write(sessions, lambda db: later.enqueue(db, runs.TOPIC, str(run_id)))
                return
        index = index_book.written(shelf.notes())
        hashed = shelf.pack(gettext("目录.xlsx"), index)
    if not _write(sessions, lambda db: runs.end(db, run_id, PrintStatus.DONE, hashed)):
        shelf.remove()
    shelf.clear()


def _asker(db: Session, user_id: int) -> Actor | None:
    """Who asked, with what they may do now; None for somebody who left meanwhile."""
    try:
        return people.actor(db, user_id)
    except NotFound:
        return None


def _noted(db: Session, run: Run, at: int, note: Note) -> bool:
    return runs.note(db, run, at, failed=bool(note.problem))


def _write(sessions: Sessions, deed: Callable[[Session], object]) -> object:
    """Do something in a short transaction of its own."""
    with sessions() as db:
        done = deed(begin_writing(db))
        db.commit()
    return done


def _print(sessions: Sessions, shelf: Shelf, run: Run, at: int, by: Actor) -> Note:
    """Print one document of a batch; one that cannot be printed stops no other."""
    number, title, kind, unit, version = at + 1, "", "", "", 0
    content, problem = b"", ""
    try:
        with sessions() as db:
            found = documents.one(db, by, run.documents[at]).row
            title, unit, version = found.title, found.unit, found.number
            kind = gettext(found.kind_label)
            paper = papers.of_document(db, by, found.id)
        content = MAKERS[run.form](paper)
    except PressBusy:
        raise
    except Refused as refusal:
        problem = say(refusal)
    except Exception as fault:
        if is_passing(fault):
            raise  # the database is away: this document is printed when it is back
        log.error("document %s was not printed\n%s", run.documents[at], trace(fault))  # noqa: TRY400  (trace leaves out what people wrote)
        problem = gettext("出了意外，这一份没有打印；管理员能在日志里看到原因。")
    name = f"{number:03d}-{file_name(title, run.form)}" if not problem else ""
    shown = title or gettext("文档 %(id)s", id=run.documents[at])
    note = Note(number, shown, kind, unit, version, name, problem)
    shelf.keep(note, content)
    return note
