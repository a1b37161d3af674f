"""What one was told, and how one wants to be told."""

from __future__ import annotations

from flask_babel import gettext

from engine import notices
from engine.notices import Notice
from engine.queries import rail
from engine.queries import told as queries
from engine.queries.told import Told as Notified
from web.access import signed_in
from web.api import paging
from web.api.fields import (
    Anything,
    Choice,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Switch,
    Text,
)
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.api.schemas import LONG
from web.notices import choices, wording
from web.session import db, me

KINDS = tuple(one.value for one in Notice)


class NotificationsWanted(Paged):
    """Which."""

    unread = Switch("Only what has not been read.")


class Notification(Shape):
    """Something one was told: its kind, in words, and where it leads."""

    id = Number(required=True)
    kind = Choice(KINDS, required=True)
    sentence = Text(LONG, "In the language of the person.", required=True)
    path = Text(LONG, "The page it leads to.", required=True)
    instance = Number(required=True, nullable=True)
    task = Number(required=True, nullable=True)
    made_at = Moment(required=True)
    read_at = Moment(required=True, nullable=True)


class Notifications(Listed):
    """A page of what one was told, the newest first."""

    items = ListOf(Object(Notification), required=True)
    unread = Number("How much is unread; 100 means that many or more.", required=True)


class NotificationChoices(Shape):
    """How one wants to be told; what is null or missing is as the school has it."""

    mail = Anything("Kinds to `now`, `digest` or `off`.", required=True)
    hidden = Anything("Kinds that do not show in the list, each to true.", required=True)
    digest_hour = Number(most=23, required=True, nullable=True)
    quiet_from = Number(
        "The hour from which nothing is sent; the same as `quiet_until`: always sent.",
        most=23,
        required=True,
        nullable=True,
    )
    quiet_until = Number(most=23, required=True, nullable=True)
    days = Choice((choices.SEND, choices.WAIT), "On days off.", required=True, nullable=True)


@route(
    "GET",
    "/notifications",
    "What I was told",
    query=NotificationsWanted,
    answers={200: Notifications},
)
@signed_in
def list_notifications(wanted: Json) -> Json:
    """The newest first."""
    user_id = me().id or 0
    found, following = queries.listed(
        db(),
        user_id,
        before=paging.number(wanted),
        unread_only=bool(wanted.get("unread")),
        limit=paging.limit(wanted),
    )
    return {**paging.page(map(_told, found), following), "unread": rail.unread(db(), user_id)}


@route("POST", "/notifications/<int:notice_id>/reading", "I have read it", answers={204: None})
@signed_in
def read_notification(notice_id: int) -> Told:
    """Once is enough."""
    notices.read(db(), me().id or 0, notice_id)
    return Told(None, 204)


@route(
    "GET",
    "/notifications/choices",
    "How I want to be told",
    answers={200: NotificationChoices},
)
@signed_in
def show_notification_choices() -> Json:
    """What is null or missing is as the school has it."""
    user_id = me().id or 0
    return _chosen(choices.of(db(), [user_id])[user_id])


@route(
    "PUT",
    "/notifications/choices",
    "Choose how I want to be told",
    body=NotificationChoices,
    answers={200: NotificationChoices},
)
@signed_in
def choose_notifications(asked: Json) -> Json:
    """All of it at once."""
    quiet = (asked["quiet_from"], asked["quiet_until"])
    chosen = choices.Choice(
        mail={str(kind): str(way) for kind, way in asked["mail"].items()},
        hidden=frozenset(kind for kind, is_so in asked["hidden"].items() if is_so),
        digest_hour=asked["digest_hour"],
        quiet=None if None in quiet else quiet,
        days=asked["days"],
    )
    choices.keep(db(), me().id or 0, chosen)
    return _chosen(chosen)


def _told(found: Notified) -> Json:
    return {
        "id": found.id,
        "kind": found.kind,
        "sentence": wording.in_words(found, gettext),
        "path": wording.path(found),
        "instance": found.instance_id,
        "task": found.task_id,
        "made_at": found.made_at,
        "read_at": found.read_at,
    }


def _chosen(choice: choices.Choice) -> Json:
    since, until = choice.quiet or (None, None)
    return {
        "mail": dict(choice.mail),
        "hidden": dict.fromkeys(sorted(choice.hidden), True),
        "digest_hour": choice.digest_hour,
        "quiet_from": since,
        "quiet_until": until,
        "days": choice.days,
    }
