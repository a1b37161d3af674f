"""What a rule may ask about the house: which posts, forms and handlers there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.sentence import Sentence


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What is known of a form besides its keys: addresses that nobody fills in, and what is amiss.

    `unoffered` are sources of choices that nobody here offers; `faults` are places with sentences,
    of a form that cannot be used.
    """

    fixed: frozenset[str] = frozenset()
    unoffered: frozenset[str] = frozenset()
    faults: tuple[tuple[str, Sentence], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Names that exist. None means that nobody has said, so nothing is checked against it.

    `forms` gives the keys of a form's fields by the key of the form, and a grid's columns as
    `goals.remark`; `places` are the words after `@` that somebody
    resolves, `people` the words such as `subject.owner` that name people; `vacant` are the posts
    that nobody holds today; `variables` the names a case is started with;
    `policies` gives the rules of the rungs by the key of an escalation policy; `dates` are the
    named dates of the year; `definitions` the keys of published flows and `calls` which flows
    each of them calls.
    """

    posts: frozenset[str] | None = None
    units: frozenset[str] | None = None
    users: frozenset[str] | None = None
    forms: Mapping[str, frozenset[str]] | None = None
    form_facts: Mapping[str, FormFacts] = field(default_factory=dict)
    topics: frozenset[str] | None = None
    cases: frozenset[str] | None = None
    places: frozenset[str] | None = None
    people: frozenset[str] | None = None
    committees: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    vacant: frozenset[str] | None = None
    decisions: frozenset[str] | None = None
    variables: frozenset[str] | None = None
    policies: Mapping[str, tuple[str, ...]] | None = None
    definitions: frozenset[str] | None = None
    calls: Mapping[str, frozenset[str]] | None = None
    dates: frozenset[str] | None = None
