"""The few statements of the busiest acts, written by hand for the driver: the one module that may.

An act reads its task and case in one statement, and all rows it changes go out together: on
PostgreSQL as one statement (roundtrips are what an act costs there), on SQLite one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from sqlalchemy.orm import Session

from engine import hotpath_page, hotpath_rounds, hotpath_told, statements

Row = Mapping[str, Any]

CASE_COLUMNS: Final = (
    "id",
    "version_id",
    "status",
    "title",
    "subject",
    "variables",
    "offered_id",
    "content_id",
    "content_hash",
    "state",
    "revision",
    "log_seq",
    "log_hash",
    "started_by",
    "successor_id",
    "parent_id",
    "parent_token",
    "depth",
)
TASK_COLUMNS: Final = (
    "id",
    "token",
    "element_id",
    "name",
    "number",
    "status",
    "assignee_id",
    "candidates",
    "due_at",
    "returned",
    "completed_by",
    "completed_at",
    "seat",
    "turn",
    "follows",
    "part",
    "weight",
    "added_by",
    "lent_by",
    "seen_at",
)
TIMES: Final = frozenset({"due_at", "completed_at", "seen_at"})


@dataclass(slots=True)
class Writes:
    """The rows of one act, gathered before any is written.

    Rows of `opened` with a `seat` belong to a round; `turned` are seats whose turn has come,
    `rounds` begin and `counted` go on. A row of `closed` closes every task of its token, or only
    its `seat`, or all `but` one; of `settled` tokens the incidents need nobody now. `told` are
    notices (`hotpath_told`), `telling` what they share. `finished` is the job whose work the act
    was; `offers_values` says that what is written here are the values the case began with.
    """

    instance_id: int
    content: Row | None = None
    closed: list[Row] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    turned: list[Row] = field(default_factory=list)
    rounds: list[Row] = field(default_factory=list)
    counted: list[Row] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    told: list[Row] = field(default_factory=list)
    telling: Row = field(default_factory=dict)
    finished: Row | None = None
    entry: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    keeps_values: bool = False
    offers_values: bool = False

    @property
    def has_rounds(self) -> bool:
        """Whether there is a row of a step that several sign."""
        is_seated = any("seat" in row for row in self.opened)
        return bool(is_seated or self.turned or self.rounds or self.counted)


def _columns(prefix: str, table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name} AS {prefix}{name}" for name in names)


_CASE_ROW: Final = (
    f"SELECT {_columns('', 'c', CASE_COLUMNS)},"  # noqa: S608  (fixed names)
    " (SELECT v.sha256 FROM process_version v WHERE v.id = c.version_id) AS version_sha256"
)
"""The version is looked up for the row as it is after the wait: a join would lose a case that was
moved meanwhile."""
_CASE: Final = f"{_CASE_ROW} FROM process_instance c WHERE c.id = :case"
_TASK: Final = (
    f"{_CASE_ROW}, {_columns('task_', 't', TASK_COLUMNS)} FROM process_instance c"
    " JOIN user_task t ON t.instance_id = c.id WHERE t.id = :task"
)
_JOB: Final = (
    f"{_CASE_ROW} FROM process_instance c JOIN job j ON j.instance_id = c.id"
    " WHERE j.id = :job AND j.fence = :fence AND j.status = 'waiting'"
)
_HOLDERS: Final = (
    "SELECT h.user_id FROM holding h JOIN post p ON p.id = h.post_id"
    " JOIN user_account u ON u.id = h.user_id WHERE p.key = :post AND u.is_active"
    " AND h.since <= :day AND (h.until IS NULL OR h.until >= :day)"
)
_FINISH: Final = (
    "UPDATE job SET status = 'done', done_at = :at, locked_until = NULL"
    " WHERE id = :job AND fence = :fence AND status = 'waiting' RETURNING id"
)
_DRAFT: Final = (
    "SELECT data, revision, saved_by, saved_at, case_revision FROM draft WHERE task_id = :task"
)
_KEEP_DRAFT: Final = (
    "INSERT INTO draft (task_id, data, revision, case_revision, saved_by, saved_at)"
    " VALUES (:task, :data, :revision, :case_revision, :saved_by, :saved_at)"
    " ON CONFLICT (task_id) DO UPDATE SET data = excluded.data, revision = excluded.revision,"
    " case_revision = excluded.case_revision, saved_by = excluded.saved_by,"
    " saved_at = excluded.saved_at RETURNING task_id"
)
_DONE: Final = (
    "SELECT element_id FROM user_task WHERE instance_id = :case AND status = 'completed'"
    " ORDER BY id"
)
_WRITTEN: Final = (
    "SELECT sha256, salt, data FROM content WHERE instance_id = :case AND sha256 {hashes}"
)
_SQL: Final[Mapping[str, tuple[str, str]]] = {
    "case": (_CASE, f"{_CASE} FOR UPDATE OF c"),
    "task": (_TASK, f"{_TASK} FOR UPDATE OF c, t"),
    "job": (_JOB, f"{_JOB} FOR UPDATE OF c, j"),
    "content": ("SELECT data FROM content WHERE id = :content",) * 2,
    "written": statements.among(_WRITTEN, "hashes"),
    "draft": (_DRAFT,) * 2,
    "keep_draft": (_KEEP_DRAFT,) * 2,
    "done": (_DONE,) * 2,
    "task_page": (hotpath_page.ONE,) * 2,
    "tasks_newest": (hotpath_page.NEWEST,) * 2,
    "beside": (hotpath_page.BESIDE,) * 2,
    "entries": (hotpath_page.ENTRIES,) * 2,
    "finish": (_FINISH,) * 2,
    "active": ("SELECT id FROM user_account WHERE id = :user AND is_active",) * 2,
    "holders": (f"{_HOLDERS} ORDER BY h.user_id",) * 2,
    "holders_in_unit": (f"{_HOLDERS} AND h.unit_id = :unit ORDER BY h.user_id",) * 2,
}


_STATEMENTS: Final = {
    name: (lite, statements.driver_style(big)) for name, (lite, big) in _SQL.items()
}


def read(db: Session, name: str, values: Row) -> list[tuple[Any, ...]]:
    """Run one of the statements that answer with rows, by name."""
    return rows(db, _STATEMENTS[name], values)


def rows(db: Session, written: tuple[str, str], values: Row) -> list[tuple[Any, ...]]:
    """Run a statement as it is written for SQLite and for PostgreSQL's driver."""
    connection = db.connection()
    driver: Any = connection.connection.driver_connection
    lite, big = written
    if connection.dialect.name == "sqlite":
        found = driver.execute(lite, statements.lite_asked(values))
    else:
        found = driver.execute(big, values, binary=True)
    answer: list[tuple[Any, ...]] = found.fetchall()
    return answer


def keep_draft(db: Session, row: Row) -> None:
    """Write the draft of a task, over the one there is."""
    read(db, "keep_draft", row)


def lock_case(db: Session, instance_id: int) -> Row | None:
    """A case, locked until the transaction ends."""
    return _case(read(db, "case", {"case": instance_id}))


def lock_job(db: Session, job_id: int, fence: int) -> Row | None:
    """The case of a job that waits under this lease, the case locked before the job."""
    return _case(read(db, "job", {"job": job_id, "fence": fence}))


def _case(rows: list[tuple[Any, ...]]) -> Row | None:
    return dict(zip((*CASE_COLUMNS, "version_sha256"), rows[0], strict=True)) if rows else None


def lock_task(db: Session, task_id: int) -> tuple[Row, Row] | None:
    """A task and its case, the case locked before the task, both as they are after the wait."""
    rows = read(db, "task", {"task": task_id})
    if not rows:
        return None
    split = len(CASE_COLUMNS) + 1
    case = dict(zip((*CASE_COLUMNS, "version_sha256"), rows[0][:split], strict=True))
    task = dict(zip(TASK_COLUMNS, rows[0][split:], strict=True))
    for name in TIMES:
        task[name] = statements.aware(task[name])
    return case, task


def draft(db: Session, task_id: int) -> tuple[Any, ...] | None:
    """The draft of a task: its text, its revision, by whom and when, and that of its case."""
    rows = read(db, "draft", {"task": task_id})
    if not rows:
        return None
    data, revision, saved_by, saved_at, case_revision = rows[0]
    return data, revision, saved_by, statements.aware(saved_at), case_revision


def beside(
    db: Session, instance_id: int, token: str, typed: int | None
) -> list[hotpath_page.Beside]:
    """The tasks of a case that wait, are done, or have this token, the oldest first.

    The draft of the task `typed` comes along.
    """
    asked = {"case": instance_id, "token": token, "typed": typed}
    return [
        row._replace(
            opened_at=statements.aware(row.opened_at),
            due_at=statements.aware(row.due_at),
            returned=bool(row.returned),
            draft_at=statements.aware(row.draft_at),
        )
        for row in map(hotpath_page.Beside._make, read(db, "beside", asked))
    ]


def write(db: Session, writes: Writes) -> None:
    """Write the rows of one act."""
    connection = db.connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        _write_lite(driver, writes)
    else:
        _write_big(driver, writes)


_INSERT_CONTENT: Final = (
    "INSERT INTO content (instance_id, salt, data, sha256)"
    " VALUES (:instance_id, :salt, :data, :sha256)"
)
_CLOSE: Final = (
    "UPDATE user_task SET status = :status, completed_at = :completed_at,"
    " completed_by = :completed_by, outcome = :outcome, done_for = :done_for"
    " WHERE instance_id = :instance_id AND token = :token"
    " AND status IN ('ready', 'claimed', 'waiting')"
)
_CLOSE_SEAT: Final = f"{_CLOSE} AND seat = :seat"
_CLOSE_REST: Final = f"{_CLOSE} AND seat <> :but"
_OPEN: Final = (
    "INSERT INTO user_task (instance_id, token, element_id, name, number, status, assignee_id,"
    " candidates, returned, opened_at, due_at, completed_at)"
    " VALUES (:instance_id, :token, :element_id, :name, :number, :status, :assignee_id,"
    " :candidates, :returned, :opened_at, :due_at, :completed_at)"
)
_SETTLE: Final = (
    "UPDATE incident SET status = 'resolved', resolved_at = :resolved_at,"
    " resolved_by = :resolved_by"
    " WHERE status = 'open' AND instance_id = :instance_id AND token = :token"
)
_APPEND: Final = (
    "INSERT INTO event_log (chain, seq, at, kind, by, body, hash)"
    " VALUES (:chain, :seq, :at, :kind, :by, :body, :hash)"
)
_FINISHED: Final = (
    "UPDATE job SET status = 'done', done_at = :done_at, locked_until = NULL WHERE id = :job"
)
_CHANGEABLE: Final = frozenset(
    {"revision", "log_seq", "log_hash", "content_hash", "state", "status", "ended_at", "offered_id"}
)


def _closing(row: Row) -> str:
    if "seat" in row:
        return _CLOSE_SEAT
    return _CLOSE_REST if "but" in row else _CLOSE


def _write_lite(driver: Any, writes: Writes) -> None:
    instance = {"instance_id": writes.instance_id}
    content_id = (
        driver.execute(_INSERT_CONTENT, {**writes.content, **instance}).lastrowid
        if writes.content
        else None
    )
    for closed in writes.closed:
        for row in driver.execute(
            f"{_closing(closed)} RETURNING id", {**statements.lite(closed), **instance}
        ).fetchall():
            driver.execute("DELETE FROM task_candidate WHERE task_id = ?", row)
            driver.execute("DELETE FROM draft WHERE task_id = ?", row)
    for opened in writes.opened:
        values = statements.lite(opened)
        if "seat" not in opened:
            task_id = driver.execute(_OPEN, {**values, **instance}).lastrowid
            hotpath_rounds.offer_lite(driver, task_id, values)
    for settled in writes.settled:
        driver.execute(_SETTLE, {**statements.lite(settled), **instance})
    if writes.has_rounds:
        hotpath_rounds.write_lite(driver, writes)
    if writes.told:
        hotpath_told.write_lite(driver, writes)
    if writes.finished is not None:
        driver.execute(_FINISHED, statements.lite(writes.finished))
    driver.execute(_APPEND, writes.entry)
    changed, values = _case_changes(writes, ":content_id")
    sql = f"UPDATE process_instance SET {changed} WHERE id = :instance_id"  # noqa: S608  (names checked above)
    driver.execute(sql, {**statements.lite(values), **instance, "content_id": content_id})


def _case_changes(writes: Writes, content_id: str) -> tuple[str, dict[str, Any]]:
    """What becomes of the row of the case; `content_id` says which content was written here."""
    unknown = writes.case.keys() - _CHANGEABLE
    if unknown:
        message = f"a case has no {unknown}"
        raise ValueError(message)
    changed = [f"{name} = :{name}" for name in writes.case]
    if writes.keeps_values:
        changed.append(f"content_id = {content_id}")
    if writes.offers_values:
        changed.append(f"offered_id = {content_id}")
    return ", ".join(changed), writes.case


def _write_big(driver: Any, writes: Writes) -> None:
    """One statement with a part for every row; its text depends on the shape alone."""
    parts: list[str] = []
    values: dict[str, Any] = {"instance_id": writes.instance_id}
    if writes.content:
        parts.append(f"content_row AS ({_INSERT_CONTENT} RETURNING id)")
        values |= writes.content
    for number, closed in enumerate(writes.closed):
        close = statements.numbered(_closing(closed), closed, number)
        parts.append(f"closed{number} AS ({close} RETURNING id)")
        parts += [
            f"gone_{table}{number} AS (DELETE FROM {table} USING closed{number}"  # noqa: S608  (fixed names)
            f" WHERE task_id = closed{number}.id)"
            for table in ("task_candidate", "draft")
        ]
        values |= {f"{name}_{number}": value for name, value in closed.items()}
    alone = [opened for opened in writes.opened if "seat" not in opened]
    opening = ["seated"] if len(alone) < len(writes.opened) else []
    for index, opened in enumerate(alone):
        number = len(writes.closed) + index
        open_ = statements.numbered(_OPEN, opened, number)
        opening.append(f"opened{number}")
        parts.append(f"opened{number} AS ({open_} RETURNING id, token, 0 AS seat)")
        parts.append(
            f"offered{number} AS (INSERT INTO task_candidate (task_id, key, sort_at, returned)"  # noqa: S608  (fixed names)
            f" SELECT opened{number}.id, key, CAST(:sort_at_{number} AS timestamptz),"
            f" CAST(:returned_{number} AS boolean)"
            f" FROM opened{number}, unnest(CAST(:keys_{number} AS text[])) AS key)"
        )
        values |= {f"{name}_{number}": value for name, value in opened.items()}
    for number, settled in enumerate(writes.settled):
        parts.append(f"settled{number} AS ({statements.numbered(_SETTLE, settled, f's{number}')})")
        values |= {f"{name}_s{number}": value for name, value in settled.items()}
    if writes.has_rounds:
        hotpath_rounds.write_big(writes, parts, values)
    if writes.told:
        hotpath_told.write_big(writes, opening, parts, values)
    if writes.finished is not None:
        parts.append(f"finished AS ({_FINISHED})")
        values |= writes.finished
    parts.append(f"entry AS ({statements.numbered(_APPEND, writes.entry, 'e')})")
    values |= {f"{name}_e": value for name, value in writes.entry.items()}
    changed, case = _case_changes(writes, "(SELECT id FROM content_row)")
    values |= case
    sql = f"WITH {', '.join(parts)} UPDATE process_instance SET {changed} WHERE id = :instance_id"  # noqa: S608  (names checked above)
    text, names = statements.positional(sql)
    with psycopg.RawCursor(driver) as cursor:
        cursor.execute(text, [values[name] for name in names])
