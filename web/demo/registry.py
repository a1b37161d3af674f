"""Enters the demo's people: gathered one by one, written all at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import yaml
from sqlalchemy.orm import Session

from engine import people
from engine.college import persons, posts
from engine.college.persons import NewPerson
from engine.college.posts import NewHolding
from engine.people import SYSTEM

PASSWORD: Final = "zhengai-demo"  # noqa: S105  (printed on the demo's sign-in page)
SINCE: Final = date(2020, 9, 1)
SEED: Final = 20_260_901
AT_ONCE: Final = 5_000


@dataclass(slots=True)
class Registry:
    """Gathers people; all of them share one hash, for hashing 600 passwords takes a while."""

    units: dict[str, int]
    posts: dict[str, int]
    users: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)
    """Who holds what: user names by `post@unit`, in the order they were entered."""
    _hash: str = field(default_factory=lambda: people.hashed(PASSWORD))
    _names: Iterator[str] = field(default_factory=lambda: _invented())  # noqa: PLW0108  (below)
    _counts: dict[str, int] = field(default_factory=lambda: {"t": 0, "s": 0, "e": 0})
    _people: list[NewPerson] = field(default_factory=list)
    _given: list[tuple[str, str, str]] = field(default_factory=list)

    def enter(self, username: str, name: str, *held: str, employer: str = "") -> str:
        """Enter a person who holds posts, each written `post@unit`, with `from..until` or not."""
        number = self._number(held[0] if held else "")
        self._people.append(
            NewPerson(
                username,
                name,
                number,
                self._hash,
                email=f"{username}@shifan.example".replace("_", "."),
                phone=f"100{len(self._people):08}",
                is_external=bool(employer),
                employer=employer,
            )
        )
        self.hold(username, *held)
        return username

    def hold(self, username: str, *held: str) -> None:
        """Let somebody who was entered hold more."""
        for one in held:
            place, _, period = one.partition(" ")
            self._given.append((username, place, period))
            self.held.setdefault(place, []).append(username)

    def invent(self, *held: str, employer: str = "") -> str:
        """Enter somebody with an invented name; the username says staff, student or expert."""
        letter = "e" if employer else "s" if held[0].startswith("student@") else "t"
        self._counts[letter] += 1
        username = f"{letter}{self._counts[letter]:04}"
        return self.enter(username, next(self._names), *held, employer=employer)

    def _number(self, held: str) -> str:
        count = len(self._people) + 1
        if held.startswith("student@"):
            return f"2026{count:06}"
        return f"W{count:05}" if held.startswith("external_expert@") else f"2020{count:05}"

    @property
    def count(self) -> int:
        """How many people were entered."""
        return len(self._people)

    def write(self, db: Session) -> None:
        """Write the people and what they hold."""
        for start in range(0, len(self._people), AT_ONCE):
            rows = self._people[start : start + AT_ONCE]
            ids = persons.create_all(db, rows, by=SYSTEM)
            self.users |= {row.username: one for row, one in zip(rows, ids, strict=True)}
        holdings = [self._holding(*one) for one in self._given]
        for start in range(0, len(holdings), AT_ONCE):
            posts.give_all(db, holdings[start : start + AT_ONCE], by=SYSTEM)

    def _holding(self, username: str, place: str, period: str) -> NewHolding:
        post, _, unit = place.partition("@")
        since, _, until = period.partition("..")
        return NewHolding(
            self.users[username],
            self.posts[post],
            self.units[unit],
            date.fromisoformat(since) if since else SINCE,
            date.fromisoformat(until) if until else None,
        )


def _invented() -> Iterator[str]:
    """Plausible names without end, the same ones each time."""
    told = yaml.safe_load((Path(__file__).parent / "names.yaml").read_bytes())
    dice = random.Random(SEED)  # noqa: S311  (invented names, nothing secret)
    surnames: str = told["surnames"]
    weights = [len(surnames) - place for place in range(len(surnames))]
    while True:
        name = dice.choices(surnames, weights)[0] + dice.choice(told["first"])
        yield name + dice.choice(told["second"]) if dice.random() < 0.8 else name  # noqa: PLR2004  (one in five has two characters)
