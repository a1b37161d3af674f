"""What requests about tasks and cases ask beyond deciding, by name."""

from __future__ import annotations

from engine.bpmn.commands import Then
from engine.tasks.decide import MAX_COMMENT
from engine.tasks.persons import MOST
from engine.tasks.signers import Where
from web.api.fields import Anything, Choice, Day, ListOf, Shape, Text, Who
from web.api.schemas import KEY, WORD

DECISIONS = ("approve", "refuse", "abstain", "return")


class LoanAsked(Shape):
    """A person to do a task and give it back."""

    to = Who(KEY, "User name, or number of the user.", required=True)
    reason = Text(MAX_COMMENT, required=True, least=1)


class SaidAsked(Shape):
    """Something to say with it, or nothing."""

    comment = Text(MAX_COMMENT)


class CopyAsked(Shape):
    """People to show a case to."""

    to = ListOf(Who(KEY), "User names, or numbers of users.", required=True, most=MOST)
    note = Text(MAX_COMMENT)


class UrgeAsked(Shape):
    """A reminder."""

    note = Text(MAX_COMMENT)


class ExtensionAsked(Shape):
    """More time."""

    until = Text(
        KEY,
        "ISO 8601, after the deadline; school time without a zone.",
        required=True,
        least=1,
    )
    reason = Text(MAX_COMMENT, required=True, least=1)


class WhyAsked(Shape):
    """Why, or nothing."""

    reason = Text(MAX_COMMENT)


class OnBehalfAsked(Shape):
    """A decision in the place of somebody who cannot take it."""

    of = Who(KEY, "In whose place: user name, or number of the user.", required=True)
    reason = Text(MAX_COMMENT, required=True, least=1)
    outcome = Choice(DECISIONS, "approve without it.")
    values = Anything("The form as filled; as it stands without it.")
    to = Text(WORD, "With return: an element id, `initiator` or `previous`.")
    then = Choice(list(Then), "With return; through_steps without it.")


class ReopeningAsked(Shape):
    """A case that is over is to go on."""

    to = Text(WORD, "Element id of a step that was done; the last one without it.", least=1)
    reason = Text(MAX_COMMENT, required=True, least=1)


class SignersAsked(Shape):
    """People who sign as well."""

    people = ListOf(Who(KEY), "User names, or numbers of users.", required=True, most=MOST)
    when = Choice(list(Where), "When they sign; beside without it.")
    reason = Text(MAX_COMMENT)


class DeputyAsked(Shape):
    """Who may act for whom, when and in which flows."""

    deputy = Who(KEY, "User name, or number of the user.", required=True)
    principal = Who(KEY, "For whom; oneself without it.")
    since = Day("The first day.", required=True)
    until = Day("The last day.", required=True)
    definitions = ListOf(Text(KEY, least=1), "Keys of flows; all without it.", most=100)
