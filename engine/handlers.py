"""What others plug into the engine, by the names that diagrams use.

`@handler("quality.publish")` does the work of a service task; `@resolver("subject.college")` tells
which unit a word in an assignment rule means, `PEOPLE["subject.owner"]` which people;
`register_case("quality.document", …)` says how a kind of case begins and ends. The engine knows
the names only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.forms.model import Option
from engine.people import Actor
from engine.sentence import Sentence


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """What a service task's handler is told: which case, for what subject, with which values.

    `key` is the same however often the job runs, for outsides that can refuse a repetition.
    """

    instance_id: int
    element_id: str
    subject: str | None
    variables: Mapping[str, Any]
    values: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case begins: title, unique business key, subject, variables and first form values.

    `offered` are form values with every row of the template, where the first values leave some out.
    """

    title: str
    business_key: str | None = None
    subject: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    offered: Mapping[str, Any] | None = None


class BpmnError(Exception):
    """What a handler raises to say that its work came to a bad end of the kind `code`.

    An error event drawn for that code catches it; nothing is tried again. Whatever the handler
    wrote is taken back.
    """

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(said or code)
        self.code = code
        self.said = said


class CaseType(Protocol):
    """A kind of case that somebody outside the engine understands."""

    def open(
        self,
        db: Session,
        definition: str,
        *,
        by: Actor,
        subject: str | None,
        values: Mapping[str, Any],
    ) -> Opening:
        """Check what was asked and say how the case begins. Raises `CannotStart`, `NotFound`."""

    def opened(self, db: Session, instance_id: int, opening: Opening) -> None:
        """The case has begun under this number."""

    def ended(self, db: Session, instance_id: int, how: str) -> None:
        """The case is over."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence as a form that cites it names it.

    `number` is the file that is cited, `newest` the one there is now. Of one that the reader may
    not know of only the number is told: `name` is empty.
    """

    id: int
    number: int
    newest: int
    name: str = ""
    media_type: str = ""
    size: int = 0
    expires_on: date | None = None
    is_expired: bool = False
    is_active: bool = True


class Library(Protocol):
    """Where the evidence is kept that forms cite. A place is `field`, or `grid/row/column`."""

    def faults(
        self, db: Session, instance_id: int, cited: Mapping[str, Sequence[int]], *, by: Actor
    ) -> Mapping[str, Sentence]:
        """What may not be cited by this person, by place; nothing where all is right."""

    def keep(
        self,
        db: Session,
        instance_id: int,
        cited: Mapping[str, Sequence[int]],
        *,
        renewed: Collection[str],
    ) -> Mapping[int, int]:
        """The case cites this now, and nothing else; places that were `renewed`, the newest.

        Answers which file of each piece that is.
        """

    def told(
        self, db: Session, person: Actor, instance_id: int | None, ids: Iterable[int]
    ) -> Mapping[int, Piece]:
        """What cited evidence is called, by number, for this reader and this case."""


Handler = Callable[[Session, ServiceCall], Mapping[str, Any]]
Background = Callable[[Session, str], bool]
Outside = Callable[[Session, str], Callable[[], None] | None]
Resolver = Callable[[Session, str], int | None]
Dates = Callable[[Session, str, Mapping[str, Any], date], date | None]
PeopleOf = Callable[[Session, str], Sequence[int]]
Source = Callable[[Session, str | None, Mapping[str, Any]], Sequence[Option]]
Apart = Callable[[Session, Actor, str], bool]

HANDLERS: Final[dict[str, Handler]] = {}
RESOLVERS: Final[dict[str, Resolver]] = {}
DATES: Final[dict[str, Dates]] = {}
DATE_NAMES: Final[dict[str, Callable[[Session], Sequence[str]]]] = {}
PEOPLE: Final[dict[str, PeopleOf]] = {}
CASES: Final[dict[str, CaseType]] = {}
KEYS: Final[set[str]] = set()
"""First words of business keys that nobody else may give."""
BACKGROUND: Final[dict[str, Background]] = {}
OUTSIDE: Final[dict[str, Outside]] = {}
LIBRARIES: Final[dict[str, Library]] = {}
SOURCES: Final[dict[str, Source]] = {}
APART: Final[dict[str, Apart]] = {}
"""Whether what is written in cases about a subject is kept from this person, whatever office they
hold, unless they take part."""


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Register a function as the work behind a service task's topic."""

    def add(function: Handler) -> Handler:
        HANDLERS[topic] = function
        return function

    return add


def resolver(word: str) -> Callable[[Resolver], Resolver]:
    """Register a function that finds the unit a word means for a subject."""

    def add(function: Resolver) -> Resolver:
        RESOLVERS[word] = function
        return function

    return add


def dates(word: str) -> Callable[[Dates], Dates]:
    """Register a function that knows dates by name, for due rules such as `cycle:plan_end`.

    Told the name, the variables of the case and what day it is, it answers None for no such date.
    """

    def add(function: Dates) -> Dates:
        DATES[word] = function
        return function

    return add


def source(name: str) -> Callable[[Source], Source]:
    """Register a function that offers the choices of a form's `select` with this `source`.

    Told the subject and the variables of the case, it answers with options whose value is
    `12:words` (`choices.option`); the words are kept with the number and stay as they were chosen.
    """

    def add(function: Source) -> Source:
        SOURCES[name] = function
        return function

    return add


def background(topic: str) -> Callable[[Background], Background]:
    """Register a function as background work: told a reference, it does a part in this transaction.

    It answers whether more is left; what it did is kept, and it is called again for the rest.
    """

    def add(function: Background) -> Background:
        BACKGROUND[topic] = function
        return function

    return add


def outside(topic: str) -> Callable[[Outside], Outside]:
    """Register a function that prepares a deed outside the database: a mail, a call.

    Told a reference, it answers with the deed, or None where nothing is to be done. What it wrote
    is kept, the deed is done with no transaction open, and after a failure both come again.
    """

    def add(function: Outside) -> Outside:
        OUTSIDE[topic] = function
        return function

    return add


def register_case(name: str, case: CaseType, *keys: str) -> None:
    """Register a kind of case, and the words with which its business keys begin, up to a `:`."""
    CASES[name] = case
    KEYS.update(keys)


def get(topic: str) -> Handler:
    """The handler of a topic. Raises `NotFound`."""
    if topic not in HANDLERS:
        raise NotFound
    return HANDLERS[topic]
