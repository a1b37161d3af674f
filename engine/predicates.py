"""Small questions about a person and a thing, one line each: the words of the policy table."""

from __future__ import annotations

from typing import Protocol

from engine.models import Role


class Person(Protocol):
    """What the questions need to know of a person."""

    @property
    def id(self) -> int | None:
        """The number of the account; None for the system."""

    @property
    def roles(self) -> frozenset[str]:
        """Roles of the product."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which work stands in the inbox."""


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


def is_initiator(person: Person, case: CaseLike) -> bool:
    """This person started the case."""
    return case.started_by is not None and case.started_by == person.id


def is_system(person: Person, _thing: object) -> bool:
    """The system itself acts: a timer, a job."""
    return person.id is None


def is_signed_in(person: Person, _thing: object) -> bool:
    """Anybody with an account."""
    return person.id is not None


def is_staff(person: Person, _thing: object) -> bool:
    """Anybody with an account who belongs to the college; an outside expert does not."""
    return person.id is not None and Role.EXTERNAL_EXPERT not in person.roles


def is_security_admin(person: Person, _thing: object) -> bool:
    """安全管理员: gives rights, and holds no other office."""
    return Role.SECURITY_ADMIN in person.roles


def is_process_admin(person: Person, _thing: object) -> bool:
    """流程管理员."""
    return Role.PROCESS_ADMIN in person.roles


def is_people_admin(person: Person, _thing: object) -> bool:
    """人员管理员."""
    return Role.PEOPLE_ADMIN in person.roles


def is_quality_office(person: Person, _thing: object) -> bool:
    """质量管理处."""
    return Role.QUALITY_OFFICE in person.roles


def is_auditor(person: Person, _thing: object) -> bool:
    """审计人员."""
    return Role.AUDITOR in person.roles


def is_operator(person: Person, _thing: object) -> bool:
    """运维人员."""
    return Role.OPERATOR in person.roles
