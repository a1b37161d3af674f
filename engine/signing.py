"""Counting the votes of a step that several sign: pure, so that replay counts them again.

A vote changes a few numbers; nobody looks at the votes before it. `decide` says what the numbers
mean under the rule, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.dialect import Abstain, Method, Signing, Tie

APPROVE, REFUSE, ABSTAIN = "approve", "refuse", "abstain"
CASTING_ASKED = "asked"


class Why(StrEnum):
    """Why a round came to its decision."""

    VOTES = "votes"
    QUORUM = "quorum"
    NOBODY = "nobody"
    TIE = "tie"
    CASTING = "casting"
    ADDED = "added"


WORDS: Final[Mapping[str, str]] = {
    Why.VOTES: "按票数决定",
    Why.QUORUM: "参加表决的人数不够法定人数",
    Why.NOBODY: "没有人表示同意或不同意",
    Why.TIE: "赞成与反对票数相等，按规则决定",
    Why.CASTING: "赞成与反对票数相等，由主持人决定",
    Why.ADDED: "加签的人不同意",
}
"""Why votes decided, as people read it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A round as counted so far. Numbers are weights, those of added signers are people.

    `weight` is that of all seats as opened, those included who stepped aside; `left` of those who
    have not voted yet. `casting` is None, `asked`, or what the chair said on a tie.
    """

    seats: int
    weight: int
    left: int
    approved: int = 0
    refused: int = 0
    abstained: int = 0
    stepped_aside: int = 0
    added_left: int = 0
    added_refused: int = 0
    casting: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the votes decide; `outcome` is "" where they are equal and the chair is to say."""

    outcome: str
    why: Why


def rule(text: str) -> Signing:
    """A signing rule as it stands in a file. Raises `DialectError`."""
    return dialect.signing(text)


def opened(weights: list[int], aside: list[int]) -> Tally:
    """A round that begins: the weights of those who vote, and of those who may not by rule."""
    return Tally(
        seats=len(weights) + len(aside),
        weight=sum(weights) + sum(aside),
        left=sum(weights),
        stepped_aside=sum(aside),
    )


def seated(tally: Tally, weight: int) -> Tally:
    """One more seat of the group."""
    return replace(
        tally, seats=tally.seats + 1, weight=tally.weight + weight, left=tally.left + weight
    )


def added(tally: Tally) -> Tally:
    """One more signer beside the group."""
    return replace(tally, added_left=tally.added_left + 1)


def voted(signing: Signing, tally: Tally, part: str, weight: int, outcome: str) -> Tally:
    """One vote counted."""
    if part == "chair":
        return replace(tally, casting=outcome)
    if part == "added":
        against = outcome == REFUSE or (outcome == ABSTAIN and signing.abstain is Abstain.AGAINST)
        return replace(
            tally,
            added_left=tally.added_left - 1,
            added_refused=tally.added_refused + int(against),
        )
    name = {APPROVE: "approved", REFUSE: "refused", ABSTAIN: "abstained"}[outcome]
    return replace(tally, left=tally.left - weight, **{name: getattr(tally, name) + weight})


def stepped_aside(tally: Tally, part: str, weight: int) -> Tally:
    """Somebody who has not voted steps aside."""
    if part == "chair":
        return replace(tally, casting=None)
    if part == "added":
        return replace(tally, added_left=tally.added_left - 1)
    return replace(tally, left=tally.left - weight, stepped_aside=tally.stepped_aside + weight)


def is_deserted(signing: Signing, tally: Tally) -> bool:
    """Whether nobody of the group is left and nobody has voted; a quorum has its own answer."""
    cast = tally.approved + tally.refused + tally.abstained
    return not tally.left and not cast and not signing.quorum


def removed(tally: Tally, part: str, weight: int) -> Tally:
    """A seat that has not voted is taken out, as if it had never been."""
    if part == "added":
        return replace(tally, added_left=tally.added_left - 1)
    return replace(
        tally, seats=tally.seats - 1, weight=tally.weight - weight, left=tally.left - weight
    )


def decide(signing: Signing, tally: Tally) -> Verdict | None:
    """What the votes so far decide; None while that is open.

    The group's rule and every added signer must agree. Without `early`, everybody is heard first.
    """
    verdict = _group(signing, tally)
    if tally.added_refused and (signing.early or (verdict and not tally.added_left)):
        return Verdict(REFUSE, Why.ADDED)
    if verdict is None or not verdict.outcome:
        return verdict
    if tally.added_left and not (signing.early and verdict.outcome == REFUSE):
        return None
    return verdict


def settle(signing: Signing, tally: Tally) -> tuple[Tally, Verdict | None, bool]:
    """The count with what it decides, and whether the chair is to be asked now."""
    verdict = decide(signing, tally)
    if verdict is None or verdict.outcome:
        return tally, verdict, False
    asks = tally.casting is None
    return (replace(tally, casting=CASTING_ASKED) if asks else tally), None, asks


def _group(signing: Signing, tally: Tally) -> Verdict | None:
    if signing.method is Method.ANY:
        return _first(tally)
    cast = tally.approved + tally.refused + tally.abstained
    wanted = signing.quorum * tally.weight
    if cast + tally.left < wanted and (signing.early or not tally.left):
        return Verdict(signing.no_quorum, Why.QUORUM)
    if tally.left and not (signing.early and cast):
        return None
    against = tally.refused + (tally.abstained if signing.abstain is Abstain.AGAINST else 0)
    if not tally.left and not tally.approved + against:
        return Verdict(REFUSE, Why.NOBODY)
    is_quorum = cast >= wanted
    if signing.is_vote:
        return _counted(signing, tally, against, is_quorum=is_quorum)
    return _unanimous(tally, against, is_quorum=is_quorum)


def _unanimous(tally: Tally, against: int, *, is_quorum: bool) -> Verdict | None:
    if against and is_quorum:
        return Verdict(REFUSE, Why.VOTES)
    return None if tally.left else Verdict(APPROVE, Why.VOTES)


def _first(tally: Tally) -> Verdict | None:
    if tally.approved or tally.refused:
        return Verdict(APPROVE if tally.approved else REFUSE, Why.VOTES)
    return None if tally.left else Verdict(REFUSE, Why.NOBODY)


def _counted(signing: Signing, tally: Tally, against: int, *, is_quorum: bool) -> Verdict | None:
    """The votes against a threshold: at the end, or early where no vote can change the result."""
    worst = _beyond(signing, tally.approved, against + tally.left)
    best = _beyond(signing, tally.approved + tally.left, against)
    if best < 0 and is_quorum:
        return Verdict(REFUSE, Why.VOTES)
    if is_quorum and (worst > 0 or (worst == 0 and not signing.may_tie)):
        return Verdict(APPROVE, Why.VOTES)
    return None if tally.left else _tied(signing, tally)


def _beyond(signing: Signing, approved: int, against: int) -> Fraction:
    """How much more is for it than is needed."""
    needed = signing.need * (approved + against) if signing.is_share else signing.need
    return approved - needed


def _tied(signing: Signing, tally: Tally) -> Verdict:
    if signing.tie is not Tie.CHAIR:
        return Verdict(signing.tie.value, Why.TIE)
    if tally.casting in (APPROVE, REFUSE):
        return Verdict(tally.casting or "", Why.CASTING)
    return Verdict("", Why.TIE)
