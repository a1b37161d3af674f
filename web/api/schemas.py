"""What requests ask and answers say, by name; the description of the interface is made of these."""

from __future__ import annotations

from typing import Final

from engine.bpmn.commands import Then
from engine.bpmn.dialect import OUTCOMES
from engine.models import IncidentStatus, InstanceStatus
from engine.tasks.decide import MAX_COMMENT
from quality.models import Stage
from web.api.fields import (
    Anything,
    Choice,
    Digits,
    Flag,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Switch,
    Text,
    Who,
)
from web.api.paging import Listed, Paged
from web.signin.passwords import MAX_PASSWORD
from web.signin.tokens import DAY, SCOPES

KEY: Final = 100
NAME: Final = 300
WORD: Final = 200
NOTE: Final = 500
LONG: Final = 100_000
YEAR: Final = 365 * DAY
MAX_BATCH: Final = 200
BOXES: Final = ("todo", "done", "started", "cc", "draft")
CHIPS: Final = ("overdue", "today", "week", "returned")


# What is asked


class TokenAsked(Shape):
    """Who wants a token."""

    username = Text(KEY, required=True, least=1)
    password = Text(MAX_PASSWORD, required=True, least=1)
    code = Text(KEY, "A one-time or recovery code, for an account with a second factor.")
    name = Text(KEY, "Which program uses it, for the list of tokens.")
    scope = Text(WORD, f"Words with spaces: {', '.join(SCOPES)}. Without it, all.")
    expires_in = Number("Seconds; without it, as the installation says.", least=60, most=YEAR)


class InstanceAsked(Shape):
    """A case to begin."""

    definition = Text(KEY, "Key of a published definition.", required=True, least=1)
    subject = Number("What the case is about.", least=1, nullable=True)
    business_key = Text(WORD, "No two cases have the same.", nullable=True)
    values = Anything("What the kind of case asks for, such as stage and period.")


class ReasonAsked(Shape):
    """Why."""

    reason = Text(MAX_COMMENT, required=True, least=1)


class DraftAsked(Shape):
    """What was typed so far."""

    values = Anything("Form values by key; a grid is the whole list of its rows.", required=True)


class Pick(Shape):
    """The people chosen for a later step."""

    step = Text(WORD, "Its element.", required=True, least=1)
    people = ListOf(
        Who(KEY, "User name, or number of the account.", required=True), most=50, required=True
    )


class CompletionAsked(Shape):
    """A decision."""

    outcome = Choice(sorted(OUTCOMES), "One of the verbs the task offers.", required=True)
    values = Anything("The form as filled. Without it: the draft if there is one, else as it is.")
    comment = Text(MAX_COMMENT, "The opinion; needed where the outcome is not approve.")
    picks = ListOf(Object(Pick), "Who gets later steps that are chosen here.", most=50)


class ReturnAsked(Shape):
    """Work to be sent back."""

    to = Text(WORD, "An element id, `initiator` or `previous`.", required=True, least=1)
    then = Choice(list(Then), "Where it goes after the rework; through_steps without it.")
    reason = Text(MAX_COMMENT, required=True, least=1)


class ReassignmentAsked(Shape):
    """A person to hand a task to."""

    to = Who(KEY, "User name, or number of the user.", required=True)
    reason = Text(MAX_COMMENT, required=True, least=1)


class BatchAsked(Shape):
    """One decision on several tasks."""

    ids = ListOf(Number(least=1), required=True, most=MAX_BATCH)
    outcome = Choice(sorted(OUTCOMES), required=True)
    comment = Text(MAX_COMMENT)


class NoteAsked(Shape):
    """Why a version is published."""

    note = Text(NOTE, "What changed, for those who read the list of versions.", required=True)


class NoteWanted(Shape):
    """The note of a version whose diagram is the body."""

    note = Text(NOTE, "What changed; where the body is a diagram.")


# How lists are narrowed


class TasksWanted(Paged):
    """Which box, which part of it."""

    box = Choice(BOXES, "todo without it.")
    due = Choice(CHIPS, "Only these, in the box todo.")


class InstancesWanted(Paged):
    """Which cases."""

    state = Choice(list(InstanceStatus))
    mine = Switch("Only those that I started.")
    definition = Text(KEY)
    subject = Digits("Number of a subject.", least=1)


class SubjectsWanted(Paged):
    """Which subjects."""

    kind = Text(KEY, "major, course …")
    q = Text(KEY, "Part of the name or of the owner's, or the beginning of the code.")
    unit = Digits("Number of a unit; those below it count as well.", least=1)
    parent = Digits("Number of the subject they belong to.", least=1)
    pilot = Switch("Only pilots, or only the others.")
    ownerless = Switch("Only those that nobody answers for, or only the others.")
    active = Switch("Only those in use, or only the closed.")


class DocumentsWanted(Paged):
    """Which documents."""

    stage = Choice(list(Stage))
    period = Text(KEY, "2026-2028, or 2027.")


class VersionWanted(Shape):
    """Which version of a document."""

    version = Digits("Its number; the newest without it.", least=1)


class JobsWanted(Paged):
    """Which jobs."""

    due = Switch("Only those whose time has come.")


class IncidentsWanted(Paged):
    """Which incidents."""

    state = Choice(list(IncidentStatus), "open without it.")


# What is told


class Token(Shape):
    """A bearer token."""

    token = Text(WORD, "Shown once; kept on the server as a hash.", required=True)
    token_type = Text(WORD, required=True)
    expires_in = Number("Seconds.", required=True)
    scope = Text(WORD, "Words with spaces.", required=True)
    ref = Text(KEY, "Names the token where it is listed and ended; opens nothing.", required=True)


class TokenListed(Shape):
    """A token, without what makes it one."""

    ref = Text(KEY, required=True)
    name = Text(KEY, required=True)
    scope = Text(WORD, required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True)
    used_at = Moment("The last use, to five minutes.", required=True, nullable=True)


class Tokens(Listed):
    """All tokens of a person; there is one page of them."""

    items = ListOf(Object(TokenListed), required=True)


class Person(Shape):
    """A person, briefly."""

    id = Number(required=True)
    name = Text(KEY, required=True)


class UnitTold(Shape):
    """A unit, briefly."""

    id = Number(required=True)
    code = Text(KEY, required=True)
    name = Text(WORD, required=True)


class PostHeld(Shape):
    """A post in a unit."""

    key = Text(KEY, required=True)
    name = Text(WORD, required=True)
    unit = Object(UnitTold, required=True)


class Me(Shape):
    """Who the token speaks for."""

    id = Number(required=True)
    username = Text(KEY, required=True)
    name = Text(KEY, required=True)
    roles = ListOf(Text(KEY), required=True)
    posts = ListOf(Object(PostHeld), required=True)
    permissions = ListOf(Text(KEY), "Actions that this person may always do.", required=True)


class Problem(Shape):
    """A refusal, as RFC 9457 has it."""

    type = Text(WORD, required=True)
    title = Text(LONG, "A sentence for a person.", required=True)
    status = Number(required=True)
    detail = Text(LONG, required=True)
    errors = Anything("By path, a sentence each: what is wrong in the request or the form.")
    findings = ListOf(Anything(), "What is wrong in a diagram.")
    current = Anything("With 412: what is there now.")


class Finding(Shape):
    """What was found in a diagram."""

    element = Text(LONG, "Id of the element, empty for the whole file.", required=True)
    severity = Choice(["error", "warning"], required=True)
    rule = Text(KEY, required=True)
    sentence = Text(LONG, required=True)


class Definition(Shape):
    """A definition: `version` is what new cases start on, null where nothing is published yet."""

    key = Text(KEY, required=True)
    name = Text(WORD, required=True)
    version = Number(required=True, nullable=True)
    published_at = Moment(required=True, nullable=True)


class Definitions(Listed):
    """A page of definitions."""

    items = ListOf(Object(Definition), required=True)


class Version(Shape):
    """A published version; it never changes."""

    definition = Text(KEY, required=True)
    number = Number(required=True)
    name = Text(WORD, required=True)
    note = Text(LONG, required=True)
    sha256 = Text(KEY, "Of the diagram and the forms.", required=True)
    is_active = Flag("New cases start on it.", required=True)
    published_at = Moment(required=True)
    published_by = Object(Person, required=True, nullable=True)


class Versions(Listed):
    """A page of versions, newest first."""

    items = ListOf(Object(Version), required=True)


class Published(Shape):
    """What publishing made; `is_new` is false where this content had been published before."""

    definition = Text(KEY, required=True)
    number = Number(required=True)
    is_new = Flag(required=True)
    findings = ListOf(Object(Finding), required=True)


class DefinitionDraft(Shape):
    """A definition's draft as it was kept, and what publishing would say of it."""

    key = Text(KEY, required=True)
    revision = Number(required=True)
    findings = ListOf(Object(Finding), required=True)


class VersionWithForms(Version):
    """A published version and the forms it brought, by key."""

    forms = Anything("form-js JSON by key.", required=True)
