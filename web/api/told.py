"""What answers about cases, tasks, documents and operations say, by name."""

from __future__ import annotations

from web.api.fields import Anything, Day, Flag, ListOf, Moment, Number, Object, Shape, Text
from web.api.paging import Listed
from web.api.schemas import KEY, LONG, NAME, WORD, Person


class OpenTask(Shape):
    """Work that waits in a case."""

    id = Number(required=True)
    element = Text(WORD, required=True)
    name = Text(WORD, required=True)
    number = Number("How often this step has been reached.", required=True)
    status = Text(KEY, required=True)
    assignee = Object(Person, required=True, nullable=True)
    offered_to = ListOf(Text(WORD), "Who may take it, in words.", required=True)
    opened_at = Moment(required=True)
    due_at = Moment(required=True, nullable=True)
    returned = Flag("It came back.", required=True)


class InstanceLine(Shape):
    """A case in a list."""

    id = Number(required=True)
    title = Text(NAME, required=True)
    state = Text(KEY, "running, completed, terminated or cancelled.", required=True)
    definition = Text(KEY, required=True)
    version = Number(required=True)
    subject = Text(WORD, required=True, nullable=True)
    business_key = Text(WORD, required=True, nullable=True)
    started_by = Object(Person, required=True, nullable=True)
    started_at = Moment(required=True)
    ended_at = Moment(required=True, nullable=True)


class Instances(Listed):
    """A page of cases, newest first."""

    items = ListOf(Object(InstanceLine), required=True)


class Instance(InstanceLine):
    """A case with what waits in it, and the document it is about."""

    tasks = ListOf(Object(OpenTask), required=True)
    document = Number("The document it writes.", required=True, nullable=True)


class Entry(Shape):
    """An entry of a case's log: `asked`, `known`, `followed` and `hash` as they are recorded.

    Of one that was changed since, `kind` is `damaged`, and the rest but `seq` and `hash` is empty.
    """

    seq = Number(required=True)
    at = Moment(required=True, nullable=True)
    kind = Text(KEY, required=True)
    by = Text(KEY, required=True)
    who = Text(KEY, "The person's name today.", required=True)
    element = Text(WORD, required=True)
    element_name = Text(WORD, required=True)
    outcome = Text(KEY, required=True)
    comment = Text(LONG, required=True)
    erased = Flag("What was written has been erased.", required=True)
    asked = Anything(required=True)
    known = Anything(required=True)
    followed = Anything(required=True)
    content = Text(KEY, "Salted hash of what was written.", required=True)
    hash = Text(KEY, required=True)


class Deputy(Shape):
    """A period in which one person may act for another."""

    id = Number(required=True)
    principal = Object(Person, required=True)
    deputy = Object(Person, required=True)
    definitions = ListOf(Text(KEY), "Keys of flows; empty for all.", required=True)
    since = Day(required=True)
    until = Day("The last day.", required=True)


class Deputies(Listed):
    """Periods that are not over."""

    items = ListOf(Object(Deputy), required=True)


class Log(Listed):
    """A page of a log, oldest first."""

    items = ListOf(Object(Entry), required=True)


class Difference(Shape):
    """The first thing in which replay and record differ."""

    chain = Text(KEY, required=True)
    seq = Number(required=True)
    sentence = Text(LONG, required=True)


class Frame(Shape):
    """Where the case stood after an entry."""

    seq = Number(required=True)
    at = Moment(required=True)
    kind = Text(KEY, required=True)
    by = Text(KEY, required=True)
    active = ListOf(Text(WORD), "Elements where it stood.", required=True)


class Replay(Shape):
    """The verdict of replaying a case, and its frames up to the first difference."""

    instance = Number(required=True)
    identical = Flag(required=True)
    difference = Object(Difference, required=True, nullable=True)
    erased = Number("Entries whose content was erased.", required=True)
    frames = ListOf(Object(Frame), required=True)


class Verb(Shape):
    """Something this person may do to the task now."""

    key = Text(KEY, required=True)
    label = Text(KEY, required=True)


class Target(Shape):
    """A step that work may go back to."""

    to = Text(WORD, "Element id.", required=True)
    word = Text(WORD, "What it may also be called in a request.", required=True)
    name = Text(WORD, required=True)


class DraftTold(Shape):
    """What was typed and not handed in."""

    values = Anything(required=True)
    revision = Number(required=True)
    saved_at = Moment(required=True, nullable=True)
    saved_by = Object(Person, required=True, nullable=True)


class Brief(Shape):
    """A case, briefly."""

    id = Number(required=True)
    title = Text(NAME, required=True)
    state = Text(KEY, required=True)
    definition = Text(KEY, required=True)
    version = Number(required=True)


class Task(Shape):
    """A task: its form, the values, what may be done with each, and the verbs allowed now."""

    id = Number(required=True)
    instance = Object(Brief, required=True)
    element = Text(WORD, required=True)
    name = Text(WORD, required=True)
    number = Number(required=True)
    status = Text(KEY, required=True)
    assignee = Object(Person, required=True, nullable=True)
    returned = Flag(required=True)
    opened_at = Moment(required=True)
    due_at = Moment(required=True, nullable=True)
    completed_at = Moment(required=True, nullable=True)
    completed_by = Object(Person, required=True, nullable=True)
    outcome = Text(KEY, required=True, nullable=True)
    done_for = Object(Person, "In whose place it was done.", required=True, nullable=True)
    deputy_of = Object(Person, "Whose work it is, for a deputy.", required=True, nullable=True)
    lent_by = Object(Person, "Who lent it and gets it back.", required=True, nullable=True)
    due_first = Moment("The deadline before any change.", required=True, nullable=True)
    form = Anything("form-js JSON, as published.", required=True, nullable=True)
    values = Anything("As they stand; the draft, where there is one, is beside.", required=True)
    rights = Anything("By address (`goals`, `goals.remark`): read, edit, required.", required=True)
    choices = Anything("What each `source` of the form offers now.", required=True)
    draft = Object(DraftTold, required=True, nullable=True)
    verbs = ListOf(Object(Verb), required=True)
    return_targets = ListOf(Object(Target), required=True)
    etag = Text(KEY, required=True)


class TaskLine(Shape):
    """A task in a list."""

    id = Number(required=True)
    instance = Number(required=True)
    title = Text(NAME, required=True)
    name = Text(WORD, required=True)
    element = Text(WORD, required=True)
    number = Number(required=True)
    status = Text(KEY, required=True)
    initiator = Text(KEY, required=True)
    definition_name = Text(WORD, required=True)
    subject = Text(WORD, required=True, nullable=True)
    opened_at = Moment(required=True)
    due_at = Moment(required=True, nullable=True)
    returned = Flag(required=True)
    assignee_id = Number(required=True, nullable=True)
    completed_at = Moment(required=True, nullable=True)
    outcome = Text(KEY, required=True, nullable=True)
    has_draft = Flag(required=True)
    lent_by = Text(KEY, "Who lent it and gets it back; else empty.", required=True)
    done_for = Text(KEY, "In whose place it was done; else empty.", required=True)
    deputy_of = Text(KEY, "Whose work it is, for their deputy; else empty.", required=True)


class StartedLine(Shape):
    """A case that this person started, in the box `started`."""

    instance = Number(required=True)
    title = Text(NAME, required=True)
    definition_name = Text(WORD, required=True)
    state = Text(KEY, required=True)
    started_at = Moment(required=True)
    ended_at = Moment(required=True, nullable=True)
    steps = ListOf(Text(WORD), "Where it waits.", required=True)
    holders = ListOf(Text(KEY), required=True)
    due_at = Moment(required=True, nullable=True)


class CopyLine(Shape):
    """A copy of a case that this person got, in the box `cc`."""

    instance = Number(required=True)
    title = Text(NAME, required=True)
    definition_name = Text(WORD, required=True)
    state = Text(KEY, required=True)
    sender = Text(KEY, "Who sent it; empty where the flow did.", required=True)
    sent_at = Moment(required=True)
    read_at = Moment(required=True, nullable=True)


class Tasks(Listed):
    """A page of a box; the items of `started` and `cc` are cases."""

    items = ListOf(Anything(), "TaskLine; StartedLine in started, CopyLine in cc.", required=True)


class Event(Shape):
    """The entry an act left: the same however often the request is repeated under its key."""

    chain = Text(KEY, required=True)
    seq = Number(required=True)
    hash = Text(KEY, required=True)


class Done(Shape):
    """An act on a task that was done."""

    task = Number(required=True)
    status = Text(KEY, required=True)
    outcome = Text(KEY, required=True, nullable=True)
    event = Object(Event, required=True)
    instance = Object(Brief, required=True)


class BatchLine(Shape):
    """What became of one task of a batch: as it would have been answered alone."""

    task = Number(required=True)
    status = Number("The HTTP status.", required=True)
    title = Text(LONG, "Why not, empty where it was done.", required=True)
    event = Object(Event, required=True, nullable=True)


class BatchDone(Shape):
    """What became of each task."""

    items = ListOf(Object(BatchLine), required=True)


class DraftSaved(Shape):
    """A draft as it was kept."""

    task = Number(required=True)
    draft = Object(DraftTold, required=True)
    etag = Text(KEY, required=True)


class Subject(Shape):
    """Something that is improved."""

    id = Number(required=True)
    kind = Text(KEY, required=True)
    kind_label = Text(KEY, required=True)
    code = Text(KEY, required=True)
    name = Text(WORD, required=True)
    unit = Text(WORD, required=True)
    unit_code = Text(KEY, required=True)
    owner = Object(Person, required=True, nullable=True)
    parent = Number("The subject it belongs to.", required=True, nullable=True)
    is_pilot = Flag(required=True)
    is_active = Flag(required=True)


class Subjects(Listed):
    """A page of subjects."""

    items = ListOf(Object(Subject), required=True)


class DocumentLine(Shape):
    """A published document in a list."""

    id = Number(required=True)
    title = Text(NAME, required=True)
    subject = Number(required=True)
    kind = Text(KEY, required=True)
    stage = Text(KEY, required=True)
    period = Text(KEY, required=True)
    status = Text(KEY, "Of the newest work on it.", required=True)
    version = Number("The newest published.", required=True)
    published_at = Moment(required=True)


class Documents(Listed):
    """A page of documents, the last published first."""

    items = ListOf(Object(DocumentLine), required=True)


class DocumentVersion(Shape):
    """A published version of a document."""

    number = Number(required=True)
    published_at = Moment(required=True)
    instance = Number("The case that brought it.", required=True)


class Document(DocumentLine):
    """A document with one version's values, and all its versions."""

    number = Number("The version whose values these are.", required=True)
    values = Anything(required=True)
    versions = ListOf(Object(DocumentVersion), required=True)


class Job(Shape):
    """Work for later."""

    id = Number(required=True)
    kind = Text(KEY, required=True)
    instance = Number(required=True, nullable=True)
    title = Text(NAME, required=True, nullable=True)
    element = Text(WORD, required=True, nullable=True)
    status = Text(KEY, required=True)
    due_at = Moment(required=True)
    attempts = Number(required=True)


class Jobs(Listed):
    """A page of jobs, by number."""

    items = ListOf(Object(Job), required=True)


class Incident(Shape):
    """What could not go on."""

    id = Number(required=True)
    instance = Number(required=True, nullable=True)
    title = Text(NAME, required=True, nullable=True)
    element = Text(WORD, required=True, nullable=True)
    sentence = Text(LONG, required=True)
    state = Text(KEY, required=True)
    opened_at = Moment(required=True)
    resolved_at = Moment(required=True, nullable=True)


class Incidents(Listed):
    """A page of incidents, newest first."""

    items = ListOf(Object(Incident), required=True)
