"""Counting votes: the bounds of the grammar; an early finish decides as the full count would."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import signing
from engine.bpmn import dialect
from engine.signing import Tally, Verdict

RULES = (
    "all",
    "sequence",
    "ratio 1/2",
    "ratio 1/2; tie=approve",
    "ratio 2/3",
    "ratio 60%",
    "ratio 1/1",
    "weights 4; weights=user:a:2",
    "weights 50%; weights=user:a:2",
)
OPTIONS = (
    "",
    "; abstain=out",
    "; abstain=against",
    "; quorum=1/2",
    "; quorum=2/3; no_quorum=approve",
)
ACTS = ("approve", "refuse", "abstain", "aside")


def counted(text: str, weights: list[int], acts: list[str]) -> tuple[Verdict | None, int]:
    """The first decision, and after how many acts."""
    rule = signing.rule(text)
    tally: Tally = signing.opened(weights, [])
    for number, (weight, act) in enumerate(zip(weights, acts, strict=True), start=1):
        if act == "aside":
            tally = signing.stepped_aside(tally, "signer", weight)
        else:
            tally = signing.voted(rule, tally, "signer", weight, act)
        verdict = signing.decide(rule, tally)
        if verdict is not None:
            return verdict, number
    return None, len(acts)


@settings(max_examples=1_500, derandomize=True, deadline=None, database=None)
@given(
    st.sampled_from(RULES),
    st.sampled_from(OPTIONS),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(ACTS)), min_size=1, max_size=7),
)
def test_an_early_finish_decides_as_hearing_everybody_does(
    rule: str, option: str, votes: list[tuple[int, str]]
) -> None:
    weights, acts = [weight for weight, _act in votes], [act for _weight, act in votes]
    late, after = counted(rule + option, weights, acts)
    early, _soon = counted(f"{rule}{option}; early=yes", weights, acts)
    assert late is not None
    assert after == len(acts)
    assert early is not None
    assert early.outcome == late.outcome


@pytest.mark.parametrize(
    "text",
    [
        "",
        "half",
        "ratio",
        "ratio 0/1",
        "ratio 1/0",
        "ratio 3/2",
        "ratio 0%",
        "ratio 1000000000/1000000001",
        "weights 3",
        "weights 1000000000; weights=user:a:1",
        "weights 3; weights=user:a:1000000000",
        "weights 3; weights=user:a",
        "any; early=yes",
        "all 3",
        "all; weights=user:a:1",
        "ratio 2/3; tie=chair; chair=user:a",
        "ratio 1/2; chair=user:a",
        "ratio 1/2; tie=maybe",
        "all; quorum=2",
        "all; no_quorum=approve",
        "all; early=yes; early=no",
        "ratio 1/2；early=yes",
        "all; seats=1000000000",
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(dialect.DialectError, match=r"[一-龥]"):
        dialect.signing(text)


def test_everybody_abstaining_approves_nothing() -> None:
    verdict, _after = counted("ratio 1/2; abstain=out", [1, 1], ["abstain", "abstain"])
    assert verdict == Verdict("refuse", signing.Why.NOBODY)


def test_added_signers_stand_beside_the_group() -> None:
    rule = signing.rule("all")
    tally = signing.added(signing.opened([1], []))
    tally = signing.voted(rule, tally, "signer", 1, "approve")
    assert signing.decide(rule, tally) is None
    refused = signing.voted(rule, tally, "added", 1, "refuse")
    assert signing.decide(rule, refused) == Verdict("refuse", signing.Why.ADDED)
    agreed = signing.voted(rule, tally, "added", 1, "approve")
    assert signing.decide(rule, agreed) == Verdict("approve", signing.Why.VOTES)
