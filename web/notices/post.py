"""Bringing what people are told to them: mail, one message at a time.

One job at a time, the postman, is put down by the ticker when a row is due (`begin`), so that a
mail server that is away costs one job and one incident, not one for each message. It takes a batch
of due rows (`send_at`), puts off what falls into quiet hours, days off or a digest, settles what
nobody wants by mail or has read meanwhile, and lends itself the rest for `LENT`: another worker
leaves them alone. Each message that the server took is settled (`sent_at`) in a transaction of its
own at once; a worker killed between the two sends that one again, under the same Message-ID.
What robots of groups say is `web.notices.groups`.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from babel.support import Translations
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, handlers, later, old_notices
from engine.db import begin_writing
from engine.models import Notification, User
from engine.queries import told as queries
from engine.queries.told import Told
from web.config import Settings
from web.notices import choices, groups, wording
from web.notices.choices import Choice, School
from web.signin import mail
from web.signin.mail import Mail

TOPIC: Final = "notices.mail"
BATCH: Final = 200
MESSAGES: Final = 30
GATHERED: Final = 5
"""From so many on, what is due for one person goes out as one message."""
LENT: Final = timedelta(minutes=2)
LONGEST: Final = timedelta(seconds=12)
AFTER_FAILURE: Final = timedelta(hours=1)
MOST_LINES: Final = 100
WORDS: Final = Path(__file__).resolve().parents[1] / "translations"
_TABLE: Final = Notification.__table__

Sessions = sessionmaker[Session]


@dataclass(frozen=True, slots=True)
class Person:
    """Who gets mail."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and the rows that it settles."""

    mail: Mail
    ids: tuple[int, ...]


def begin(db: Session) -> bool:
    """Put the postman down if a row is due and none is on the way; after a failure, later.

    The walk over what is old is put down as well, if nobody has.
    """
    old_notices.begin(db)
    now = clock.now()
    due = select(_TABLE.c.id).where(_TABLE.c.sent_at.is_(None), _TABLE.c.send_at <= now)
    if db.execute(due.limit(1)).first() is None:
        return False
    if later.is_put(db, TOPIC, after=now - AFTER_FAILURE):
        return False
    later.enqueue(db, TOPIC, "")
    return True


def register(settings: Settings, sessions: Sessions) -> None:
    """Have the jobs use these settings and this database."""
    groups.register(settings, sessions)

    @handlers.outside(TOPIC)
    def prepare(db: Session, _reference: str) -> Callable[[], None] | None:
        letters = _sort(db, settings)
        return (lambda: _send(settings, sessions, letters)) if letters else None


def _sort(db: Session, settings: Settings) -> list[Letter]:
    """Decide what becomes of the rows that are due; the letters that go out now."""
    now = clock.now()
    due = (
        select(_TABLE.c.id, _TABLE.c.leads)
        .where(_TABLE.c.sent_at.is_(None), _TABLE.c.send_at <= now)
        .order_by(_TABLE.c.send_at, _TABLE.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    leads = {row.id: row.leads for row in db.execute(due)}
    if not leads:
        return []
    rows = queries.rows(db, queries.wide().where(_TABLE.c.id.in_(leads)).order_by(_TABLE.c.id))
    rules, next_working = choices.school(db), choices.working_days(db)
    groups.tell(db, [told for told in rows if leads[told.id]], rules, next_working)
    if not mail.is_set(settings):
        _settle(db, leads, now)
        return []
    people = _people(db, {told.user_id for told in rows})
    wishes = choices.of(db, people)
    moments: dict[datetime, list[int]] = defaultdict(list)
    mine: dict[int, list[Told]] = defaultdict(list)
    settled = []
    for told in rows:
        choice = wishes.get(told.user_id, Choice())
        if told.user_id not in people or not _is_wanted(told, choice, rules):
            settled.append(told.id)
            continue
        when = choices.when(choice, rules, told.kind, told.made_at, next_working)
        when = choices.out_of_quiet(
            max(when, now.astimezone(when.tzinfo)),
            choice.quiet or rules.quiet,
            choice.days or rules.days,
            next_working,
        )
        if when > now:
            moments[when].append(told.id)
        else:
            mine[told.user_id].append(told)
    _settle(db, settled, now)
    for when, ids in moments.items():
        db.execute(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(send_at=when))
    letters = [
        letter
        for user_id, notices in mine.items()
        for letter in _letters(people[user_id], notices, wishes[user_id], rules, settings)
    ][:MESSAGES]
    lent = [one for letter in letters for one in letter.ids]
    db.execute(update(_TABLE).where(_TABLE.c.id.in_(lent)).values(send_at=now + LENT))
    return letters


def _people(db: Session, ids: set[int]) -> dict[int, Person]:
    """Those of them who are still here and have an address."""
    wanted = select(User.id, User.name, User.email, User.language).where(
        User.id.in_(ids), User.is_active
    )
    return {
        row.id: Person(row.name, row.email, row.language or "zh")
        for row in db.execute(wanted)
        if row.email
    }


def _is_wanted(told: Told, choice: Choice, rules: School) -> bool:
    """Whether mail still helps: it is wanted, was not read meanwhile, and the task is open."""
    return told.is_news and choices.way(choice, rules, told.kind) != choices.OFF


def _settle(db: Session, ids: Iterable[int], now: datetime) -> None:
    """Nothing more is to be done for these rows."""
    once = _TABLE.c.id.in_(list(ids)) & _TABLE.c.sent_at.is_(None)
    db.execute(update(_TABLE).where(once).values(sent_at=now))


def _letters(
    person: Person, notices: Sequence[Told], choice: Choice, rules: School, settings: Settings
) -> list[Letter]:
    """At once: a message for each, but not a flood of them. Of a digest: one for all."""
    daily = [one for one in notices if choices.way(choice, rules, one.kind) == choices.DIGEST]
    at_once = [one for one in notices if one not in daily]
    parts = [[one] for one in at_once] if len(at_once) < GATHERED else [at_once]
    return [_letter(person, part, settings) for part in (*parts, daily) if part]


def _letter(person: Person, notices: Sequence[Told], settings: Settings) -> Letter:
    gettext = Translations.load(WORDS, [person.language]).gettext
    first = wording.in_words(notices[0], gettext)
    if len(notices) == 1:
        subject = gettext("诊改平台：{what}").format(what=first)
    else:
        subject = gettext("诊改平台：{count} 条通知").format(count=len(notices))
    text = gettext("{name}，您好：\n\n{lines}\n\n哪些事、什么时候发邮件，可以在这里改：{choices}\n")
    shown = "\n\n".join(
        wording.line(one, settings.public_url, gettext) for one in notices[:MOST_LINES]
    )
    filled = text.format(
        name=person.name, lines=shown, choices=f"{settings.public_url}/notifications/choices"
    )
    short = subject if len(subject) <= MOST_LINES else f"{subject[: MOST_LINES - 1]}…"
    return Letter(
        Mail(person.email, " ".join(short.split()), filled, _number(notices, settings)),
        tuple(one.id for one in notices),
    )


def _number(notices: Sequence[Told], settings: Settings) -> str:
    """The Message-ID: the same for the same events and person, however often it is sent."""
    said = "\n".join(f"{one.event} {one.user_id}" for one in notices)
    host = urlsplit(settings.public_url).hostname or "localhost"
    return f"<notice-{hashlib.sha256(said.encode()).hexdigest()[:40]}@{host}>"


def _send(settings: Settings, sessions: Sessions, letters: Sequence[Letter]) -> None:
    """Hand the letters to the server, one after the other, and settle each."""
    until = clock.now() + LONGEST
    for number, letter in enumerate(letters):
        if clock.now() > until:
            _give_back(sessions, letters[number:])
            return
        try:
            mail.send(settings, letter.mail)
        except smtplib.SMTPRecipientsRefused:
            pass  # the address is wrong: no other try will change that
        except (OSError, smtplib.SMTPException):
            _give_back(sessions, letters[number:])
            raise
        with sessions() as db:
            _settle(begin_writing(db), letter.ids, clock.now())
            db.commit()


def _give_back(sessions: Sessions, letters: Sequence[Letter]) -> None:
    ids = [one for letter in letters for one in letter.ids]
    with sessions() as db:
        waiting = _TABLE.c.id.in_(ids) & _TABLE.c.sent_at.is_(None)
        begin_writing(db).execute(update(_TABLE).where(waiting).values(send_at=clock.now()))
        db.commit()
