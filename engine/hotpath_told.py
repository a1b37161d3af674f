"""The rows that tell people what an act opened, returned or ended: written with the act.

A row that tells of a task names its `token` and `seat`, or its `task_id` where that is known. A
deputy in force is told of an opened task with the principal, and looked up by the same statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import orjson

from engine import statements
from engine.statements import Row


class Told(Protocol):
    """What is told, and what the rows share: `by`, `flow`, `day` and `now`."""

    @property
    def instance_id(self) -> int:
        """The case."""

    @property
    def told(self) -> Sequence[Row]:
        """Who is told: `user_id`, `kind`, `event`, `data`, `leads`, and of which task."""

    @property
    def telling(self) -> Row:
        """Who acts, in which flow, on what day and when."""


_COLUMNS: Final = "user_id, kind, event, instance_id, task_id, data, leads, made_at, send_at"
_IN_FORCE: Final = (
    "d.since <= :day AND d.until >= :day"
    " AND (d.definitions IS NULL OR d.definitions LIKE :flow ESCAPE '!')"
)
_TOLD_LITE: Final = (
    f"INSERT OR IGNORE INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    " VALUES (:user_id, :kind, :event, :case, coalesce(:task_id, (SELECT t.id FROM user_task t"
    " WHERE t.instance_id = :case AND t.token = :token AND t.seat = :seat)),"
    " :data, :leads, :now, :now)"
)
_DEPUTIES_LITE: Final = (
    f"INSERT OR IGNORE INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    " SELECT d.user_id, n.kind, n.event, n.instance_id, n.task_id, n.data, 0, :now, :now"
    " FROM deputy d JOIN notification n ON n.user_id = d.principal_id AND n.event = :event"
    f" WHERE d.user_id <> :by AND {_IN_FORCE}"
)
_ROWS: Final = (
    "json_to_recordset(CAST(:told AS json)) AS o(user_id bigint, kind text, event text,"
    " task_id bigint, token text, seat integer, data text, leads boolean)"
)
_PLAIN: Final = (
    f"told AS (INSERT INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    " SELECT o.user_id, o.kind, o.event, :case, o.task_id, o.data, o.leads, :now, :now"
    f" FROM {_ROWS} ON CONFLICT (user_id, event) DO NOTHING)"
)
_WITH_TASKS: Final = (
    f"told AS (INSERT INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    " SELECT user_id, kind, event, CAST(:case AS bigint), coalesce(task_id, new_id), data, leads,"
    " :now, :now FROM telling"
    " UNION ALL SELECT d.user_id, telling.kind, telling.event, CAST(:case AS bigint), new_id,"
    " telling.data, false, :now, :now"
    " FROM deputy d JOIN telling ON telling.user_id = d.principal_id AND new_id IS NOT NULL"
    f" WHERE d.user_id <> :by AND {_IN_FORCE} ON CONFLICT (user_id, event) DO NOTHING)"
)


def write_lite(driver: Any, writes: Told) -> None:
    """Write the rows on SQLite, one after the other; their tasks are there."""
    values = statements.lite(_shared(writes))
    driver.executemany(_TOLD_LITE, [{**row, **values} for row in writes.told])
    for event in dict.fromkeys(row["event"] for row in writes.told if row["token"]):
        driver.execute(_DEPUTIES_LITE, {**values, "event": event})


def write_big(
    writes: Told, opening: Sequence[str], parts: list[str], values: dict[str, Any]
) -> None:
    """Add the parts of PostgreSQL's one statement, and their values; `opening` opens tasks."""
    shared = _shared(writes)
    if any(row["token"] for row in writes.told):
        opened = " UNION ALL ".join(f"SELECT id, token, seat FROM {part}" for part in opening)  # noqa: S608  (fixed names)
        parts.append(
            f"telling AS (SELECT o.*, t.id AS new_id FROM {_ROWS}"  # noqa: S608  (fixed names)
            f" LEFT JOIN ({opened}) t ON t.token = o.token AND t.seat = o.seat)"
        )
        parts.append(_WITH_TASKS)
        values |= shared
    else:
        parts.append(_PLAIN)
        values |= {"case": writes.instance_id, "now": shared["now"]}
    values["told"] = orjson.dumps(list(writes.told)).decode()


def _shared(writes: Told) -> dict[str, Any]:
    flow = writes.telling["flow"].replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return {
        **writes.telling,
        "flow": f'%"{flow}"%',
        "case": writes.instance_id,
        "by": writes.telling["by"] or 0,
    }
