"""What a rule may ask about the house: which posts, forms and handlers there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """Names that exist. None means that nobody has said, so nothing is checked against it.

    `forms` gives the keys of a form's fields by the key of the form (a grid's columns may stand
    there as `goals.remark`); `places` are the words after `@` that somebody
    resolves; `variables` the names a case is started with.
    """

    posts: frozenset[str] | None = None
    units: frozenset[str] | None = None
    users: frozenset[str] | None = None
    forms: Mapping[str, frozenset[str]] | None = None
    topics: frozenset[str] | None = None
    cases: frozenset[str] | None = None
    places: frozenset[str] | None = None
    variables: frozenset[str] | None = None
