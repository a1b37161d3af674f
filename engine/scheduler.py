"""The ticker: APScheduler wakes the worker, no more. What is due lives in the job table."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session, sessionmaker

from engine import deadlines, eventlog, jobs
from engine.db import begin_writing, trace

log = logging.getLogger(__name__)
# the library tells of every tick; a line a second would bury what matters
logging.getLogger("apscheduler").setLevel(logging.WARNING)
# and it warns of every tick that finds the one before still at work, as long as there is work
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

MAX_ROUNDS: Final = 500
LOOK_SECONDS: Final = 60


class Ticker:
    """Runs due jobs every `seconds`, and seals the record every `seal_minutes`.

    `also` is called once a minute in a transaction, to put down jobs that nobody else would.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        seconds: float,
        seal_minutes: int,
        anchor: Callable[[str], None],
        also: Callable[[Session], object] | None = None,
    ) -> None:
        self._sessions = sessions
        self._anchor = anchor
        self._also = also
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
        self._scheduler = BackgroundScheduler(timezone="UTC")
        once = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._is_first = True
        self._scheduler.add_job(self.tick, "interval", seconds=seconds, **once)
        self._scheduler.add_job(self.look, "interval", seconds=LOOK_SECONDS, **once)
        self._scheduler.add_job(self.seal, "interval", minutes=seal_minutes, **once)

    def start(self) -> None:
        """Begin to tick in a thread of its own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the jobs in hand and stop."""
        self._scheduler.shutdown(wait=True)

    def tick(self) -> None:
        """Run what is due until nothing is; a database that is away is tried again next time."""
        try:
            self._notice()
            for _round in range(MAX_ROUNDS):
                if jobs.run_due(self._sessions, self._worker) == 0:
                    return
        except Exception as problem:  # noqa: BLE001  (the next tick tries again)
            log.error(  # noqa: TRY400  (a database's own words may repeat what people wrote)
                "the worker could not reach its jobs; trying again\n%s",
                trace(problem),
                extra={"action": "tick"},
            )

    def _notice(self) -> None:
        """Once, before the first tick: whether the State's days are known otherwise than before."""
        if self._is_first:
            with self._sessions() as db:
                deadlines.notice(begin_writing(db))
                db.commit()
            self._is_first = False

    def look(self) -> None:
        """Let whoever asked for it see whether a job has to be put down."""
        if self._also is None:
            return
        try:
            with self._sessions() as db:
                self._also(begin_writing(db))
                db.commit()
        except Exception as problem:  # noqa: BLE001  (the next look tries again)
            log.error(  # noqa: TRY400  (as above)
                "the worker could not look for work; trying again\n%s",
                trace(problem),
                extra={"action": "look"},
            )

    def seal(self) -> None:
        """Bind the heads of all chains and hand the hash to whoever keeps it outside."""
        try:
            with self._sessions() as db:
                head = eventlog.seal(begin_writing(db))
                db.commit()
            if head is not None:
                self._anchor(head.hash)
        except Exception as problem:  # noqa: BLE001  (the next seal tries again)
            log.error(  # noqa: TRY400  (as above)
                "the record could not be sealed; trying again\n%s",
                trace(problem),
                extra={"action": "seal"},
            )
