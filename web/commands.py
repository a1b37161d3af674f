"""What each command of `zhengai` does."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
import waitress
from alembic.util import CommandError
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

import migrations
import quality
from engine import clock, decisions, definitions, eventlog, people
from engine import db as database
from engine import jobs as job_table
from engine import verify as verification
from engine.entries import Kind
from engine.errors import NotDecidable, NotFound, NotPublishable, Refused
from engine.models import ProcessInstance, User, UserTask
from engine.people import SYSTEM
from engine.scheduler import Ticker
from quality import default_grants, foundation
from quality.evidence import checking
from quality.evidence.store import Store
from web import backup as backups
from web import demo as demo_college
from web import evidence, notices, printing
from web.app import create_app, settle
from web.bench import run as run_bench
from web.config import SettingError, Settings, read
from web.evidence.streams import MOST_REQUEST
from web.signin import links, second_factor

PAGE: Final = 1_000
ANCHORS: Final = "seals.txt"
log = logging.getLogger(__name__)


def _sessions(settings: Settings) -> sessionmaker[Session]:
    clock.keep_to(settings.timezone)
    quality.register()
    links.register(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = database.connect(settings.database_url)
    try:
        migrations.upgrade(engine)
    except CommandError as problem:
        message = f"the database is of another version than this program, a newer one: {problem}"
        raise SettingError(message) from problem
    sessions = database.sessions(engine)
    notices.register(settings, sessions)
    printing.register(settings, sessions)
    evidence.register(settings)
    _bring_up(sessions)
    return sessions


def _bring_up(sessions: sessionmaker[Session]) -> None:
    """Give an installation of before what a new one has: grants, templates, flows and the rest."""
    with sessions() as db:
        has_people = db.execute(select(User.id).limit(1)).first() is not None
        is_complete = default_grants.are_complete(db) and foundation.is_laid(db)
        db.rollback()
        if has_people and not is_complete:
            database.begin_writing(db)
            default_grants.lay(db)
            default_grants.catch_up(db)
            for key in foundation.lay(db, by=SYSTEM).waiting:
                log.warning("%s comes with the product and waits under /definitions", key)
            db.commit()


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """One transaction per command line."""
    sessions = _sessions(settings)
    with sessions() as db:
        yield database.begin_writing(db)
        db.commit()
    sessions.kw["bind"].dispose()


def _refusal(error: Refused) -> int:
    print(error, file=sys.stderr)
    return 1


def demo(options: argparse.Namespace) -> int:
    """Make the demo college in an empty installation."""
    settings = read()
    try:
        demo_college.install(
            _sessions(settings), settings.data_dir, people=options.people, say=print
        )
    except Refused as refused:
        return _refusal(refused)
    return 0


def web(_options: argparse.Namespace) -> int:
    """Serve pages and the REST interface until told to stop."""
    return _serve(read(), with_worker=False)


def run(_options: argparse.Namespace) -> int:
    """Serve and work in one process."""
    return _serve(read(), with_worker=True)


def _log() -> None:
    """What we do, on the terminal; of the libraries only what goes wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for library in ("spiff", "apscheduler"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _serve(settings: Settings, *, with_worker: bool) -> int:
    _log()
    sessions = _sessions(settings)
    app = create_app(settings)
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            ident=None,
            channel_timeout=60,
            max_request_body_size=MOST_REQUEST,
            clear_untrusted_proxy_headers=True,
        )
    except (OSError, ValueError) as problem:
        message = f"ZHENGAI_HOST={settings.host}, ZHENGAI_PORT={settings.port}: {problem}"
        raise SettingError(message) from problem
    ticker = _ticker(settings, sessions) if with_worker else None
    if ticker is not None:
        ticker.start()
    signal.signal(signal.SIGTERM, _stop)
    settle()
    print(f"http://{settings.host}:{settings.port}", flush=True)
    try:
        server.run()
    finally:
        if ticker is not None:
            ticker.stop()
    return 0


def _stop(_number: int, _frame: object) -> None:
    """SIGTERM: waitress finishes the requests in hand when its loop is left this way."""
    raise SystemExit(0)


def worker(_options: argparse.Namespace) -> int:
    """Run due jobs until told to stop."""
    _log()
    settings = read()
    ticker = _ticker(settings, _sessions(settings))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    ticker.start()
    stopped.wait()
    ticker.stop()
    return 0


def _ticker(settings: Settings, sessions: sessionmaker[Session]) -> Ticker:
    def anchor(head: str) -> None:
        with (settings.data_dir / ANCHORS).open("a", encoding="utf-8") as file:
            file.write(f"{eventlog.moment(clock.now())} {head}\n")
            file.flush()
            os.fsync(file.fileno())

    return Ticker(
        sessions,
        seconds=settings.tick_seconds,
        seal_minutes=settings.seal_minutes,
        anchor=anchor,
        also=_also,
    )


def _also(db: Session) -> None:
    """What nobody else would put down work for, once a minute."""
    notices.begin(db)
    printing.begin(db)
    evidence.begin(db)


def publish(options: argparse.Namespace) -> int:
    """Publish BPMN files with the form files and decision tables given beside them."""
    paths = [Path(name) for name in options.files]
    forms = {
        path.stem: path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in (".form", ".json")
    }
    diagrams = [path for path in paths if path.suffix not in (".form", ".json", ".dmn")]
    try:
        with writing(read()) as db:
            user_id = db.execute(
                select(User.id).where(User.username == options.by)
            ).scalar_one_or_none()
            if user_id is None:
                print(f"there is no user {options.by!r}", file=sys.stderr)
                return 1
            by = people.actor(db, user_id)
            for path in [path for path in paths if path.suffix == ".dmn"]:
                kept = decisions.save(db, path.read_bytes(), by=by)
                print(
                    f"{path}: {kept.key} r{kept.revision}" + ("" if kept.is_new else " (unchanged)")
                )
            for path in diagrams:
                made = definitions.publish(
                    db, path.read_bytes(), by=by, note=options.note, forms=forms
                )
                print(
                    f"{path}: {made.key} v{made.number}" + ("" if made.is_new else " (unchanged)")
                )
    except (NotDecidable, NotPublishable) as refused:
        for finding in refused.values["findings"]:  # type: ignore[attr-defined]  # a tuple of findings
            print(f"{finding.element}: {finding.severity}: {finding.rule}: {finding.text()}")
        return _refusal(refused)
    except (Refused, OSError, UnicodeDecodeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def sign_in_link(options: argparse.Namespace) -> int:
    """Print a link for a person who cannot get in; the record says that it was made."""
    settings = read()
    try:
        with writing(settings) as db:
            user_id = db.execute(
                select(User.id).where(User.username == options.user)
            ).scalar_one_or_none()
            if user_id is None:
                print(f"there is no user {options.user!r}", file=sys.stderr)
                return 1
            if options.without_second_factor and second_factor.is_on(db, user_id):
                second_factor.remove(db, user_id, by=SYSTEM, reason="zhengai sign-in-link")
            made = links.make(db, user_id, by=SYSTEM, how="command")
    except Refused as refused:
        return _refusal(refused)
    print(made.address(settings.public_url or f"http://{settings.host}:{settings.port}"))
    print(f"good for {made.minutes} minutes, and once", file=sys.stderr)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Walk the chains and replay; every difference is a line."""
    settings = read()
    with _sessions(settings)() as db:
        found = 0
        try:
            for one in verification.verify(db, instance_id=options.instance, head=options.head):
                print(f"{one.chain} #{one.seq}: {one.text()}")
                found += 1
        except NotFound as refused:
            return _refusal(refused)
        if options.instance is None:
            for lost in checking.verify(db, Store(settings.data_dir)):
                print(lost)
                found += 1
        heads = eventlog.newest_seal(db)
    if found:
        return 1
    print("the record is whole" + (f"; newest seal {heads.seq}: {heads.hash}" if heads else ""))
    return 0


def seal(_options: argparse.Namespace) -> int:
    """Seal now, and print the hash to keep outside."""
    with writing(read()) as db:
        head = eventlog.seal(db) or eventlog.newest_seal(db)
    print(head.hash if head else "nothing to seal yet")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Write the whole installation to one file."""
    settings = read()
    try:
        rows = backups.save(_sessions(settings).kw["bind"], Path(options.path), settings.data_dir)
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{options.path}: {sum(rows.values())} rows in {len(rows)} tables")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of what is here."""
    settings = read()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    quality.register()
    try:
        rows = backups.restore(
            settings.database_url, Path(options.path), settings.data_dir, replace=options.replace
        )
    except Refused as refused:
        return _refusal(refused)
    print(
        f"{options.path}: {sum(rows.values())} rows in {len(rows)} tables; now run: zhengai verify"
    )
    return 0


def log_export(options: argparse.Namespace) -> int:
    """The log as JSON lines, by number; that it was taken becomes an entry too."""
    with _sessions(read())() as db:
        after = options.start - 1
        while rows := verification.export(db, after, PAGE):
            for row in rows:
                sys.stdout.buffer.write(orjson.dumps(row) + b"\n")
            after = rows[-1]["id"]
        db.rollback()
        database.begin_writing(db)
        eventlog.record(
            db, Kind.LOG_EXPORTED, by=SYSTEM.mark, asked={"from": options.start, "to": after}
        )
        db.commit()
    return 0


def tasks(_options: argparse.Namespace) -> int:
    """Open tasks as JSON lines."""
    table, case = UserTask.__table__, ProcessInstance.__table__
    columns = (
        table.c.id,
        table.c.instance_id,
        table.c.element_id,
        table.c.name,
        table.c.number,
        table.c.status,
        table.c.assignee_id,
        table.c.due_at,
        case.c.title,
    )
    wanted = (
        select(*columns)
        .join(case, case.c.id == table.c.instance_id)
        .where(table.c.status.in_(("ready", "claimed")))
    )
    with _sessions(read())() as db:
        for row in db.execute(
            wanted.order_by(table.c.id).execution_options(yield_per=PAGE)
        ).mappings():
            sys.stdout.buffer.write(orjson.dumps(dict(row), default=str) + b"\n")
    return 0


def jobs(options: argparse.Namespace) -> int:
    """Waiting jobs as JSON lines."""
    with _sessions(read())() as db:
        after = 0
        while rows := job_table.waiting(db, due_only=options.due, limit=PAGE, after=after):
            for row in rows:
                sys.stdout.buffer.write(orjson.dumps(row, default=str) + b"\n")
            after = int(str(rows[-1]["id"]))
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measure, and print a table or JSON."""
    return run_bench(read(), as_json=options.json, only=options.only or (), quick=options.quick)
