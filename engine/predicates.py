"""Small questions about a person and a thing, one line each: the words of the policy table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from engine.models import Role

STUDENT_POST: Final = "student"
STUDENT: Final = f"p:{STUDENT_POST}"
"""The key of the one post that makes nobody staff."""
HEAD: Final = "p:head"
"""The key of the post that heads a unit (负责人)."""


class Principal(Protocol):
    """What the questions need to know of somebody in whose place a person acts."""

    @property
    def id(self) -> int:
        """The number of the account."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which work stands in their inbox."""

    def covers(self, definition: str) -> bool:
        """Whether it goes for this flow."""


class Person(Protocol):
    """What the questions need to know of a person."""

    @property
    def id(self) -> int | None:
        """The number of the account; None for the system, 0 for the public."""

    @property
    def roles(self) -> frozenset[str]:
        """Roles of the product."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which work stands in the inbox."""

    @property
    def deputy_for(self) -> Sequence[Principal]:
        """Those in whose place this person may act today."""


class Work(Protocol):
    """What the questions need to know of a task."""

    @property
    def assignee_id(self) -> int | None:
        """Who holds the task."""

    @property
    def candidate_keys(self) -> frozenset[str]:
        """The keys it is offered to."""

    @property
    def started_by(self) -> int | None:
        """Who started the case."""

    @property
    def completed_by(self) -> int | None:
        """Who finished the task."""

    @property
    def definition(self) -> str:
        """The key of the flow."""


class CaseLike(Protocol):
    """What the questions need to know of a case."""

    @property
    def started_by(self) -> int | None:
        """Who started the case."""


def is_assignee(person: Person, task: Work) -> bool:
    """The task is this person's."""
    return task.assignee_id is not None and task.assignee_id == person.id


def is_candidate(person: Person, task: Work) -> bool:
    """Nobody holds the task, and it is offered to this person."""
    return task.assignee_id is None and not person.keys.isdisjoint(task.candidate_keys)


def is_offered(person: Person, task: Work) -> bool:
    """The task is offered to this person, whoever holds it."""
    return not person.keys.isdisjoint(task.candidate_keys)


def in_place_of(person: Person, task: Work) -> int | None:
    """In whose place this person can act on the task; None where it is their own, or nobody's."""
    if is_assignee(person, task) or is_candidate(person, task):
        return None
    for one in person.deputy_for:
        holds = one.id == task.assignee_id
        offered = task.assignee_id is None and not one.keys.isdisjoint(task.candidate_keys)
        if (holds or offered) and one.covers(task.definition):
            return one.id
    return None


def only_theirs(person: Person, task: Work) -> bool:
    """Nobody but this person can do the task."""
    if task.assignee_id is not None:
        return is_assignee(person, task)
    return task.candidate_keys == {f"u:{person.id}"}


def is_deputy(person: Person, task: Work) -> bool:
    """The task is, or is offered to, somebody for whom this person is deputy in this flow."""
    return in_place_of(person, task) is not None


def is_deputy_apart(person: Person, task: Work) -> bool:
    """Such a deputy, in a case that they did not begin: nobody approves there for another."""
    return is_deputy(person, task) and not is_initiator(person, task)


def is_finisher(person: Person, task: Work) -> bool:
    """This person finished the task."""
    return task.completed_by is not None and task.completed_by == person.id


def is_initiator(person: Person, case: CaseLike) -> bool:
    """This person started the case."""
    return case.started_by is not None and case.started_by == person.id


def is_system(person: Person, _thing: object) -> bool:
    """The system itself acts: a timer, a job."""
    return person.id is None


def is_signed_in(person: Person, _thing: object) -> bool:
    """Anybody with an account."""
    return bool(person.id)


def is_staff(person: Person, _thing: object) -> bool:
    """校内人员: has a post or a role here; students and people from outside do not count."""
    posts = {key for key in person.keys if key.startswith("p:") and key.count(":") == 1}
    is_outside = Role.EXTERNAL_EXPERT in person.roles
    return person.id is not None and not is_outside and bool(person.roles or posts - {STUDENT})


def is_unit_head(person: Person, _thing: object) -> bool:
    """Heads a unit: of which ones, the thing itself is asked."""
    return HEAD in person.keys


@dataclass(frozen=True, slots=True)
class HasRole:
    """Whether a person has a role of the product, as a value: it can be called, and explained."""

    role: Role

    @property
    def __name__(self) -> str:
        """What the policy calls the question."""
        return f"is_{self.role}"

    def __call__(self, person: Person, _thing: object) -> bool:
        """Ask it."""
        return self.role in person.roles


is_security_admin: Final = HasRole(Role.SECURITY_ADMIN)
is_process_admin: Final = HasRole(Role.PROCESS_ADMIN)
is_people_admin: Final = HasRole(Role.PEOPLE_ADMIN)
is_quality_office: Final = HasRole(Role.QUALITY_OFFICE)
is_auditor: Final = HasRole(Role.AUDITOR)
is_operator: Final = HasRole(Role.OPERATOR)


def is_process_admin_apart(person: Person, case: CaseLike) -> bool:
    """A process administrator, in a case that they did not begin."""
    return is_process_admin(person, case) and not is_initiator(person, case)


OF_THINGS: Final = frozenset(
    {
        is_assignee,
        is_candidate,
        is_offered,
        is_deputy,
        is_deputy_apart,
        is_finisher,
        is_initiator,
        is_process_admin_apart,
    }
)
"""The questions that cannot be asked of a person alone."""
