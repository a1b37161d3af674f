"""How a person wants to be told: by mail at once, once a day or not; when to be left in peace.

What a person has not chosen is as the school has it (`engine.settings.NOTICES`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import calendars, clock
from engine import settings as house
from engine.calendars import NoWorkingDay
from engine.errors import Refused
from engine.models import NotificationChoice
from engine.notices import Notice

NOW: Final = "now"
DIGEST: Final = "digest"
OFF: Final = "off"
WAYS: Final = (NOW, DIGEST, OFF)
WAIT: Final = "wait"
SEND: Final = "send"
HOURS: Final = range(24)
_TABLE: Final = NotificationChoice.__table__


class ChoiceNotFitting(Refused):
    """A choice that is none of those offered."""

    sentence = "“{what}”不能这样选。"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person chose; None and missing kinds are the school's."""

    mail: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    digest_hour: int | None = None
    quiet: tuple[int, int] | None = None
    days: str | None = None

    def words(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "mail": {str(kind): way for kind, way in self.mail.items()},
            "hidden": sorted(self.hidden),
            "digest_hour": self.digest_hour,
            "quiet": list(self.quiet) if self.quiet is not None else None,
            "days": self.days,
        }


@dataclass(frozen=True, slots=True)
class School:
    """What goes where a person has not chosen."""

    mail: str
    digest_hour: int
    quiet: tuple[int, int]
    days: str


def school(db: Session) -> School:
    """The school's rules."""
    values = house.standing(db).values
    quiet = (int(values["quiet_from"]), int(values["quiet_until"]))
    return School(
        str(values["notice_mail"]), int(values["digest_hour"]), quiet, str(values["quiet_days"])
    )


_CHOSEN: Final = select(_TABLE.c.user_id, _TABLE.c.choice).where(
    _TABLE.c.user_id.in_(bindparam("users", expanding=True))
)


def of(db: Session, user_ids: Iterable[int]) -> dict[int, Choice]:
    """The choices of these people; whoever has made none has the empty one."""
    wanted = tuple(dict.fromkeys(user_ids))
    rows = db.execute(_CHOSEN, {"users": wanted})
    found = {row.user_id: row.choice for row in rows}
    return {one: read(found.get(one)) for one in wanted}


def read(text: str | None) -> Choice:
    """A choice as it is kept; the empty one where there is none."""
    kept = orjson.loads(text or "{}")
    quiet = kept.get("quiet")
    return Choice(
        kept.get("mail", {}),
        frozenset(kept.get("hidden", ())),
        kept.get("digest_hour"),
        (quiet[0], quiet[1]) if quiet is not None else None,
        kept.get("days"),
    )


def keep(db: Session, user_id: int, choice: Choice) -> None:
    """Keep what a person chose. Raises `ChoiceNotFitting`."""
    _check(choice)
    row = {"choice": orjson.dumps(choice.words()).decode(), "changed_at": clock.now()}
    mine = update(_TABLE).where(_TABLE.c.user_id == user_id).values(row)
    if db.execute(mine.returning(_TABLE.c.user_id)).first() is None:
        db.execute(insert(_TABLE), {"user_id": user_id, **row})


def _check(choice: Choice) -> None:
    kinds = set(Notice)
    wrong = [
        *(one for one, way in choice.mail.items() if one not in kinds or way not in WAYS),
        *(one for one in choice.hidden if one not in kinds),
    ]
    hours = [
        *([choice.digest_hour] if choice.digest_hour is not None else []),
        *(choice.quiet or ()),
    ]
    wrong += [str(hour) for hour in hours if hour not in HOURS]
    if choice.days not in (None, WAIT, SEND):
        wrong.append(str(choice.days))
    if wrong:
        raise ChoiceNotFitting(what=wrong[0])


def way(choice: Choice, rules: School, kind: str) -> str:
    """How this person is mailed about this kind."""
    return choice.mail.get(kind, rules.mail)


def when(
    choice: Choice,
    rules: School,
    kind: str,
    made_at: datetime,
    next_working: Callable[[date], date],
) -> datetime:
    """From when on this may be mailed; made at `made_at`, a kind that is not off."""
    local = made_at.astimezone(clock.zone())
    if way(choice, rules, kind) == DIGEST:
        hour = rules.digest_hour if choice.digest_hour is None else choice.digest_hour
        local = _next(local, hour)
    return out_of_quiet(local, choice.quiet or rules.quiet, choice.days or rules.days, next_working)


def out_of_quiet(
    local: datetime, quiet: tuple[int, int], days: str, next_working: Callable[[date], date]
) -> datetime:
    """The first moment from `local` on at which nobody is disturbed."""
    since, until = quiet
    if _is_within(local.hour, since, until):
        local = _next(local, until)
    if days == WAIT:
        try:
            day = next_working(local.date())
        except NoWorkingDay:
            day = local.date()
        if day != local.date():
            morning = until if since != until else 0
            local = datetime.combine(day, time(morning), tzinfo=local.tzinfo)
    return local


def _is_within(hour: int, since: int, until: int) -> bool:
    if since <= until:
        return since <= hour < until
    return hour >= since or hour < until


def _next(local: datetime, hour: int) -> datetime:
    """The next time the clock strikes `hour`, now included."""
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at >= local else at + timedelta(days=1)


def working_days(db: Session) -> Callable[[date], date]:
    """How to find the next working day of the school."""
    return calendars.school(db).calendar().next_working
