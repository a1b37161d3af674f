"""The rows of steps that several sign, written with the act that changes them.

A step that opens has a row for each seat: on PostgreSQL they go out as one statement's part however
many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import orjson

from engine import statements
from engine.statements import Row


class Rounds(Protocol):
    """What is written: seats among what opens, seats whose turn has come, rounds."""

    @property
    def instance_id(self) -> int:
        """The case."""

    @property
    def opened(self) -> Sequence[Row]:
        """Tasks that open; those of a round have a `seat`."""

    @property
    def turned(self) -> Sequence[Row]:
        """Seats whose turn has come."""

    @property
    def rounds(self) -> Sequence[Row]:
        """Rounds that begin."""

    @property
    def counted(self) -> Sequence[Row]:
        """Rounds that go on."""


_SEAT: Final[Mapping[str, str]] = {
    "token": "text",
    "element_id": "text",
    "name": "text",
    "number": "integer",
    "status": "text",
    "assignee_id": "bigint",
    "candidates": "text",
    "returned": "boolean",
    "opened_at": "timestamptz",
    "due_at": "timestamptz",
    "completed_at": "timestamptz",
    "seat": "integer",
    "turn": "integer",
    "follows": "integer",
    "part": "text",
    "weight": "integer",
    "added_by": "bigint",
}
"""What a row of a round is written from, and how PostgreSQL reads it."""
_SEATS_LITE: Final = (
    f"INSERT INTO user_task (instance_id, {', '.join(_SEAT)})"  # noqa: S608  (fixed names)
    f" VALUES (:instance_id, {', '.join(f':{name}' for name in _SEAT)})"
)
_SEATS_BIG: Final = (
    f"INSERT INTO user_task (instance_id, {', '.join(_SEAT)}) SELECT :instance_id, s.*"  # noqa: S608  (fixed names)
    " FROM json_to_recordset(CAST(:seats AS json))"
    f" AS s({', '.join(f'{name} {kind}' for name, kind in _SEAT.items())})"
    " RETURNING id, seat, token"
)
_TURN: Final = (
    "UPDATE user_task SET status = :status, opened_at = :opened_at, due_at = :due_at"
    " WHERE id = :task_id"
)
_COUNTS: Final = (
    "seats",
    "weight",
    "left",
    "approved",
    "refused",
    "abstained",
    "stepped_aside",
    "added_left",
    "added_refused",
    "casting",
    "outcome",
    "decided_at",
)


def _quoted(name: str) -> str:
    """A column by its name: one of them, `left`, is a word of SQL."""
    return f'"{name}"'


_BEGIN_ROUND: Final = (
    "INSERT INTO signing_round (instance_id, token, rule, hidden, opened_at,"  # noqa: S608  (fixed names)
    f" {', '.join(map(_quoted, _COUNTS))})"
    " VALUES (:instance_id, :token, :rule, :hidden, :opened_at,"
    f" {', '.join(f':{name}' for name in _COUNTS)})"
)
_COUNT: Final = (
    f"UPDATE signing_round SET {', '.join(f'{_quoted(name)} = :{name}' for name in _COUNTS)}"  # noqa: S608  (fixed names)
    " WHERE instance_id = :instance_id AND token = :token"
)


def write_lite(driver: Any, writes: Rounds) -> None:
    """Write the rows on SQLite, one after the other."""
    instance = {"instance_id": writes.instance_id}
    for opened in writes.opened:
        if "seat" in opened:
            values = statements.lite(opened)
            task_id = driver.execute(_SEATS_LITE, {**values, **instance}).lastrowid
            offer_lite(driver, task_id, values)
    for turned in writes.turned:
        values = statements.lite(turned)
        driver.execute(_TURN, values)
        offer_lite(driver, values["task_id"], values)
    for begun in writes.rounds:
        driver.execute(_BEGIN_ROUND, {**statements.lite(begun), **instance})
    for counted in writes.counted:
        driver.execute(_COUNT, {**statements.lite(counted), **instance})


def offer_lite(driver: Any, task_id: int, values: Row) -> None:
    """Put a task into the inboxes of its keys."""
    driver.executemany(
        "INSERT INTO task_candidate (task_id, key, sort_at, returned) VALUES (?, ?, ?, ?)",
        [(task_id, key, values["sort_at"], values["returned"]) for key in values["keys"]],
    )


def write_big(writes: Rounds, parts: list[str], values: dict[str, Any]) -> None:
    """Add the parts of PostgreSQL's one statement, and their values."""
    seats = [opened for opened in writes.opened if "seat" in opened]
    if seats:
        rows = [{name: seat[name] for name in _SEAT} for seat in seats]
        values["seats"] = orjson.dumps(rows).decode()
        offers = [
            {"s": seat["seat"], "t": seat["token"], "k": key, "at": seat["sort_at"]}
            | {"r": seat["returned"]}
            for seat in seats
            for key in seat["keys"]
        ]
        values["offers"] = orjson.dumps(offers).decode()
        parts.append(f"seated AS ({_SEATS_BIG})")
        parts.append(
            "seats_offered AS (INSERT INTO task_candidate (task_id, key, sort_at, returned)"
            " SELECT seated.id, o.k, o.at, o.r FROM json_to_recordset(CAST(:offers AS json))"
            " AS o(s integer, t text, k text, at timestamptz, r boolean)"
            " JOIN seated ON seated.seat = o.s AND seated.token = o.t)"
        )
    for number, turned in enumerate(writes.turned):
        parts.append(
            f"turned{number} AS ({statements.numbered(_TURN, turned, f't{number}')} RETURNING id)"
        )
        parts.append(
            f"turn_offered{number} AS (INSERT INTO task_candidate (task_id, key, sort_at, returned)"  # noqa: S608  (fixed names)
            f" SELECT turned{number}.id, key, CAST(:sort_at_t{number} AS timestamptz),"
            f" CAST(:returned_t{number} AS boolean)"
            f" FROM turned{number}, unnest(CAST(:keys_t{number} AS text[])) AS key)"
        )
        values |= {f"{name}_t{number}": value for name, value in turned.items()}
    for name, sql, changed in (
        ("round", _BEGIN_ROUND, writes.rounds),
        ("counted", _COUNT, writes.counted),
    ):
        for number, row in enumerate(changed):
            parts.append(f"{name}{number} AS ({statements.numbered(sql, row, f'{name}{number}')})")
            values |= {f"{key}_{name}{number}": value for key, value in row.items()}
