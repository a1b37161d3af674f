"""The directory with as many people as a college has: a search beside the bare SELECT it stands on.

The bare query asks, with the plain driver, for the same people by the same index, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, insert, text
from sqlalchemy.orm import Session

from engine import db as database
from engine.clock import now
from engine.models import Holding, PersonWord, User
from engine.queries import directory
from engine.queries.directory import Wanted
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import SINCE, Scratch

NAME: Final = "directory"
SCALE: Final = 25_000
QUICK_SCALE: Final = 2_500
TURNS: Final = 10
ROUNDS: Final = 30
AT_ONCE: Final = 5_000
FAMILIES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志"
LETTERS: Final = {
    **dict(zip(FAMILIES, "wlzlcyzhzwxshzglhgml", strict=True)),
    **dict(zip(GIVEN, "wfnmjlqljyyyjjtmcxxpggyhylhjgz", strict=True)),
}
BARE: Final = (
    "SELECT u.id, u.name, u.username, u.number, u.email FROM person_word w"
    " JOIN user_account u ON u.id = w.user_id WHERE w.word >= {0} AND w.word < {0} AND u.is_active"
    " ORDER BY w.word, w.user_id LIMIT 31"
)


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`directory`: by a part of the name, by initials, by number; each beside its bare query."""
    if only and NAME not in only:
        return
    scale = QUICK_SCALE if quick else SCALE
    with base.engine.connect() as plain:
        connection = plain.execution_options(**database.WRITING)
        _people(connection, scale)
        connection.commit()
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    with base.sessions() as db:
        pids = scratch.backend_pids(base, db)
        for how, asked in (("name", "建国"), ("initials", "zjg"), ("number", "b0012")):
            bare, ours = _side_by_side(db, base, asked, pids, scale)
            yield replace(bare, note=how)
            yield replace(ours, note=f"{how}: {ours.wall / bare.wall:.2f} of the bare query")


def _side_by_side(
    db: Session, base: Scratch, asked: str, pids: list[int], scale: int
) -> tuple[Measured, Measured]:
    """The bare query and the search in turns, so that whatever else runs here meets both."""
    works = {
        f"{NAME}_bare": partial(_bare, db, base.name, asked),
        NAME: partial(_search, db, asked),
    }
    found: dict[str, list[Measured]] = {name: [] for name in works}
    for _turn in range(TURNS):
        for name, work in works.items():
            one = clock.measure(name, base.name, work, range(ROUNDS), pids=pids, scale=scale)
            found[name].append(one)
    bare, ours = (
        replace(
            them[0],
            wall=median(one.wall for one in them),
            cpu=median(one.cpu for one in them),
            count=TURNS * ROUNDS,
        )
        for them in found.values()
    )
    return bare, ours


def _people(connection: Connection, scale: int) -> None:
    """People with a post each, and the words they are found by."""
    first = (connection.scalar(text("SELECT max(id) FROM user_account")) or 0) + 1
    post = connection.scalar(text("SELECT min(id) FROM post"))
    unit = connection.scalar(text("SELECT min(id) FROM unit"))
    for start in range(0, scale, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, scale))
        people = [_person(first + one, one) for one in numbers]
        connection.execute(insert(User), people)
        connection.execute(insert(PersonWord), [word for one in people for word in _words(one)])
        held = {"post_id": post, "unit_id": unit, "since": SINCE}
        connection.execute(insert(Holding), [{"user_id": one["id"], **held} for one in people])


def _person(user_id: int, number: int) -> dict[str, Any]:
    spread = number * 7919
    name = (
        FAMILIES[spread % len(FAMILIES)]
        + GIVEN[spread // 20 % len(GIVEN)]
        + GIVEN[spread // 600 % len(GIVEN)]
    )
    return {
        "id": user_id,
        "username": f"bench{number:05}",
        "name": name,
        "number": f"B{number:05}",
        "email": f"bench{number:05}@example.edu",
        "is_active": True,
        "is_external": False,
        "created_at": now(),
    }


def _words(person: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name = person["name"]
    initials = "".join(LETTERS[one] for one in name)
    ends = {name[at:] for at in range(len(name))} | {initials[at:] for at in range(len(initials))}
    for word in ends | {person["number"].lower(), person["username"]}:
        yield {"word": word, "user_id": person["id"]}


def _search(db: Session, asked: str, _round: int) -> None:
    directory.search(db, Wanted(asked))
    db.rollback()


def _bare(db: Session, name: str, asked: str, _round: int) -> None:
    driver = db.connection().connection.driver_connection
    mark = "?" if name == "sqlite" else "%s"
    driver.execute(BARE.format(mark), (asked, asked + directory.LAST)).fetchall()  # type: ignore[union-attr]  # both drivers have it
    db.rollback()
