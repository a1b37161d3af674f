"""Bringing in people from a workbook, from upload to the last row, beside bare inserts of the same.

The bare inserts put the same people, words and posts into the same tables with the plain driver,
in one transaction: nothing is compared, recorded or kept for a preview.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

import xlsxwriter
from sqlalchemy import text

import quality
from engine import db as database
from engine import jobs, people, roles
from engine.college import posts, units
from engine.college.words import words_of
from engine.models import PostKind, Role
from engine.people import SYSTEM, Actor
from quality.imports import runs
from quality.imports.models import ImportStatus
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.directory import FAMILIES, GIVEN
from web.bench.scratch import Scratch

NAME: Final = "import"
SCALE: Final = 25_000
QUICK_SCALE: Final = 2_500
UNITS: Final = 40
SINCE: Final = date(2026, 9, 1)


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`import_bare`, then `import`: the whole of it, and each of its three parts."""
    if only and NAME not in only:
        return
    quality.register()
    scale = QUICK_SCALE if quick else SCALE
    with base.sessions() as db:
        pids = scratch.backend_pids(base, db)
    admin, post, places = _college(base)
    told = partial(_measured, base, scale, pids)
    bare = told(
        "import_bare", lambda: _bare(base, _people(scale, "b"), post, list(places.values()))
    )
    yield bare
    content = _workbook(_people(scale, "t"), list(places))
    numbers: list[int] = []
    parts = (
        ("import_upload", lambda: numbers.append(_upload(base, content, admin))),
        ("import_compare", lambda: _work(base)),
        ("import_apply", lambda: _apply(base, numbers[0], admin)),
    )
    every = [told(name, deed) for name, deed in parts]
    wall, cpu = sum(one.wall for one in every), sum(one.cpu for one in every)
    said = f"{1 / wall:.0f} rows/s, {wall * scale:.1f} s in all, {wall / bare.wall:.1f} × bare"
    yield from every
    yield Measured(NAME, base.name, wall, cpu, scale, scale, said)
    _require_done(base, numbers[0], admin, scale)


def _measured(
    base: Scratch, scale: int, pids: list[int], name: str, deed: Callable[[], object]
) -> Measured:
    """What one row costs in a deed that is done once for all of them."""
    found = clock.measure(name, base.name, lambda _n: deed(), range(1), pids=pids)
    said = f"{scale / found.wall:.0f} rows/s"
    return Measured(name, base.name, found.wall / scale, found.cpu / scale, scale, scale, said)


def _college(base: Scratch) -> tuple[Actor, int, dict[str, int]]:
    with base.sessions() as db:
        database.begin_writing(db)
        top = units.create(db, "bench-school", "学校", "school", by=SYSTEM)
        places = {
            f"bench-{number}": units.create(
                db, f"bench-{number}", f"第{number}学院", "college", by=SYSTEM, parent=top
            )
            for number in range(UNITS)
        }
        post = posts.create(db, "bench_teacher", "教师", by=SYSTEM, kind=PostKind.MEMBER)
        roles.give(db, base.reviewer.id or 0, Role.PEOPLE_ADMIN, by=SYSTEM)
        db.commit()
        return people.actor(db, base.reviewer.id or 0), post, places


def _people(scale: int, letter: str) -> list[tuple[str, str]]:
    """Number and name of so many people."""
    return [
        (
            f"{letter}{number:06}",
            FAMILIES[number % len(FAMILIES)]
            + GIVEN[number // len(FAMILIES) % len(GIVEN)]
            + GIVEN[number // 600 % len(GIVEN)],
        )
        for number in range(scale)
    ]


def _workbook(crowd: list[tuple[str, str]], places: list[str]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("人员")
        page.write_row(0, 0, ["工号/学号", "姓名", "单位编码", "岗位", "起", "邮箱", "电话"])
        for line, (number, name) in enumerate(crowd, start=1):
            place = places[line % len(places)]
            mail, phone = f"{number}@example.edu.cn", f"138{line:08}"
            row = [number, name, place, "教师", SINCE.isoformat(), mail, phone]
            page.write_row(line, 0, row)
    return made.getvalue()


def _upload(base: Scratch, content: bytes, admin: Actor) -> int:
    with base.sessions() as db:
        number = runs.begin(database.begin_writing(db), "bench.xlsx", content, by=admin)
        db.commit()
    return number


def _work(base: Scratch) -> None:
    while jobs.run_due(base.sessions, "bench"):
        pass


def _apply(base: Scratch, number: int, admin: Actor) -> None:
    with base.sessions() as db:
        runs.apply(database.begin_writing(db), number, by=admin)
        db.commit()
    _work(base)


def _require_done(base: Scratch, number: int, admin: Actor, scale: int) -> None:
    with base.sessions() as db:
        run = runs.one(db, admin, number)
    if run.status is not ImportStatus.DONE or run.counts.get("add") != scale:
        message = f"the import is {run.status} with {run.counts}"
        raise RuntimeError(message)


def _bare(base: Scratch, crowd: list[tuple[str, str]], post: int, places: list[int]) -> None:
    """The same rows with the plain driver: people, their words, their posts."""
    words = [(number, words_of(name, number, number)) for number, name in crowd]
    plain: Any
    with base.engine.connect() as begun:
        connection = begun.execution_options(**database.WRITING)
        first = (connection.scalar(text("SELECT max(id) FROM user_account")) or 0) + 1
        plain = connection.connection.cursor()
        mark = "%s" if base.name == "postgresql" else "?"
        for table, columns, rows in (
            ("user_account", _USER, _user_rows(crowd, first)),
            (
                "person_word",
                "word, user_id",
                [(word, first + at) for at, (_n, said) in enumerate(words) for word in said],
            ),
            (
                "holding",
                "user_id, post_id, unit_id, since",
                [
                    (first + at, post, places[at % len(places)], str(SINCE))
                    for at in range(len(crowd))
                ],
            ),
        ):
            marks = ", ".join([mark] * (columns.count(",") + 1))
            plain.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  (fixed names)
        connection.commit()
        if base.name == "postgresql":
            counter = "pg_get_serial_sequence('user_account', 'id')"
            newest = f"SELECT setval({counter}, (SELECT max(id) FROM user_account))"  # noqa: S608  (fixed names)
            connection.execute(text(newest))
            connection.commit()


_USER: Final = (
    "id, username, name, number, is_active, is_external, employer, email, phone, id_number, "
    "language, theme, created_at"
)


def _user_rows(crowd: list[tuple[str, str]], first: int) -> list[tuple[object, ...]]:
    at = "2026-09-01 08:00:00"
    return [
        (first + n, number, name, number, True, False, "", "", "", "", "", "", at)
        for n, (number, name) in enumerate(crowd)
    ]
