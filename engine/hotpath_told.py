"""The rows that tell people of tasks that have opened: with every act, so written by hand.

A row names its task, and a deputy in force is told with the principal: both are looked up by the
statement that writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from engine import statements
from engine.statements import Row

_COLUMNS: Final = "user_id, kind, event, instance_id, task_id, data, leads, made_at, send_at"
_EVENT: Final = "'opened:' || t.instance_id || ':' || t.token || ':' || t.seat"
_IN_FORCE: Final = (
    "d.since <= :day AND d.until >= :day"
    " AND (d.definitions IS NULL OR d.definitions LIKE :flow ESCAPE '!')"
)
_TOLD_LITE: Final = (
    f"INSERT OR IGNORE INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    f" SELECT :user_id, :kind, {_EVENT}, t.instance_id, t.id, :data, :leads, :now, :now"
    " FROM user_task t WHERE t.instance_id = :case AND t.token = :token AND t.seat = :seat"
)
_DEPUTIES_LITE: Final = (
    f"INSERT OR IGNORE INTO notification ({_COLUMNS})"  # noqa: S608  (fixed names)
    " SELECT d.user_id, n.kind, n.event, n.instance_id, n.task_id, n.data, 0, :now, :now"
    " FROM deputy d JOIN notification n ON n.user_id = d.principal_id AND n.event = :event"
    f" WHERE d.user_id <> :by AND {_IN_FORCE}"
)
_TOLD_BIG: Final = statements.driver_style(
    "WITH told AS (SELECT o.*, t.id AS task_id,"  # noqa: S608  (fixed names)
    f" {_EVENT} AS event FROM json_to_recordset(CAST(:told AS json))"
    " AS o(token text, seat integer, user_id bigint, kind text, data text, leads boolean)"
    " JOIN user_task t ON t.instance_id = :case AND t.token = o.token AND t.seat = o.seat)"
    f" INSERT INTO notification ({_COLUMNS})"
    " SELECT user_id, kind, event, :case, task_id, data, leads, :now, :now FROM told"
    " UNION ALL SELECT d.user_id, told.kind, told.event, :case, told.task_id, told.data, false,"
    " :now, :now FROM deputy d JOIN told ON told.user_id = d.principal_id"
    f" WHERE d.user_id <> :by AND {_IN_FORCE} ON CONFLICT (user_id, event) DO NOTHING"
)


def write(
    db: Session,
    instance_id: int,
    told: Sequence[Row],
    *,
    flow: str,
    by: int | None,
    now: datetime,
    day: date,
) -> None:
    """Tell people of open tasks: `token`, `seat`, `user_id`, `kind`, `data`, `leads` each."""
    connection = db.connection()
    driver: Any = connection.connection.driver_connection
    quoted = flow.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    shared = {
        "case": instance_id,
        "by": by or 0,
        "now": now,
        "day": day,
        "flow": f'%"{quoted}"%',
    }
    if connection.dialect.name != "sqlite":
        driver.execute(_TOLD_BIG, {**shared, "told": orjson.dumps(list(told)).decode()})
        return
    values = statements.lite(shared)
    driver.executemany(_TOLD_LITE, [{**row, **values} for row in told])
    for token, seat in dict.fromkeys((row["token"], row["seat"]) for row in told):
        driver.execute(_DEPUTIES_LITE, {**values, "event": f"opened:{instance_id}:{token}:{seat}"})
