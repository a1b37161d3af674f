"""How several people sign one step (会签, 票签), and who must step aside from it (回避).

`ratio 2/3; quorum=1/2; abstain=out; tie=chair; chair=post:dean; early=yes; hidden`: first the
method with its threshold, then options, separated by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from engine.bpmn.dialect.assigning import Place, Rule, assignment
from engine.bpmn.dialect.written import DialectError, items, short

MAX_SEATS: Final = 200
MAX_WEIGHT: Final = 1_000
HALF: Final = Fraction(1, 2)

_SHARE: Final = re.compile(r"([0-9]{1,3})/([0-9]{1,3})|([0-9]{1,3}(?:\.[0-9]{1,2})?)%")
_NUMBER: Final = re.compile(r"[0-9]{1,6}")


class Method(StrEnum):
    """The ways in which votes become a decision."""

    ANY = "any"
    ALL = "all"
    SEQUENCE = "sequence"
    RATIO = "ratio"
    WEIGHTS = "weights"


class Abstain(StrEnum):
    """What an abstention counts as: it may not be, it leaves the count, it counts against."""

    NO = "no"
    OUT = "out"
    AGAINST = "against"


class Tie(StrEnum):
    """What decides where exactly half is for it."""

    REFUSE = "refuse"
    APPROVE = "approve"
    CHAIR = "chair"


@dataclass(frozen=True, slots=True)
class Signing:
    """A signing rule as drawn. `need` is a share of the votes that count, or a sum of weights.

    `offers_abstain` says that the rule itself asks for the button; a step may name it as a verb.
    """

    method: Method = Method.ANY
    need: Fraction = Fraction(1)
    is_share: bool = True
    weights: tuple[tuple[Rule, int], ...] = ()
    quorum: Fraction = Fraction(0)
    no_quorum: str = "refuse"
    abstain: Abstain = Abstain.OUT
    offers_abstain: bool = False
    tie: Tie = Tie.REFUSE
    chair: Rule | None = None
    early: bool = False
    hidden: bool = False

    @property
    def may_tie(self) -> bool:
        """Whether exactly half for it decides nothing by itself."""
        return self.is_share and self.need == HALF

    @property
    def is_group(self) -> bool:
        """Whether more than one person's word counts."""
        return self.method is not Method.ANY

    @property
    def is_vote(self) -> bool:
        """Whether votes are counted against a threshold."""
        return self.method in (Method.RATIO, Method.WEIGHTS)


ANY: Final = Signing(early=True)


@lru_cache(maxsize=1_000)
def signing(text: str) -> Signing:
    """Read a signing rule. Raises `DialectError`."""
    if "；" in text or "，" in text or "＝" in text:
        raise DialectError("“{text}”：请用英文的 ; , = 分开。", text=short(text))
    head, *options = [part.strip() for part in text.split(";")]
    rule = _method(head)
    seen: set[str] = set()
    for option in options:
        name, equals, value = (part.strip() for part in option.partition("="))
        if name not in _OPTIONS or (not equals and name not in ("hidden", "early")):
            message = "看不懂会签规则里的“{text}”。可写：{options}。"
            raise DialectError(message, text=short(option), options="、".join(_OPTIONS))
        if name in seen:
            raise DialectError("会签规则里的“{name}”写了两次。", name=name)
        seen.add(name)
        rule = _OPTIONS[name](rule, value if equals else "yes")
    _check(rule, seen)
    return rule


def _method(head: str) -> Signing:
    word, _space, threshold = head.partition(" ")
    threshold = threshold.strip()
    if word not in set(Method):
        message = (
            "看不懂会签规则“{text}”。可写 any（或签）、all（会签）、sequence（依次）、"
            "ratio 2/3（票签）、weights 60（按权重）。"
        )
        raise DialectError(message, text=short(head))
    method = Method(word)
    if method not in (Method.RATIO, Method.WEIGHTS):
        if threshold:
            message = "会签规则 {method} 后面不写数：“{text}”。"
            raise DialectError(message, method=method, text=short(head))
        return Signing(method, early=method is Method.ANY)
    if method is Method.WEIGHTS and _NUMBER.fullmatch(threshold):
        return Signing(method, Fraction(_sum(threshold)), is_share=False)
    return Signing(method, _share(threshold, head))


def _sum(text: str) -> int:
    most = MAX_SEATS * MAX_WEIGHT
    if not 1 <= int(text) <= most:
        raise DialectError("权重之和要在 1 到 {most} 之间。", most=most)
    return int(text)


def _share(text: str, whole: str) -> Fraction:
    found = _SHARE.fullmatch(text)
    if found is None or (found[2] is not None and int(found[2]) == 0):
        message = "“{text}”里要写比例，例如 2/3 或 60%。"
        raise DialectError(message, text=short(whole))
    share = Fraction(found[3]) / 100 if found[3] else Fraction(int(found[1]), int(found[2]))
    if not 0 < share <= 1:
        raise DialectError("“{text}”：比例要大于 0，不超过 1。", text=short(whole))
    return share


def _weights(rule: Signing, text: str) -> Signing:
    found = []
    for item in items(text):
        who, _colon, number = item.rpartition(":")
        if not _NUMBER.fullmatch(number) or not 1 <= int(number) <= MAX_WEIGHT:
            message = "“{text}”：权重要写成 规则:数，数在 1 到 {most} 之间，例如 post:dean:3。"
            raise DialectError(message, text=short(item), most=MAX_WEIGHT)
        (one,) = assignment(who)
        found.append((one, int(number)))
    return replace(rule, weights=tuple(found))


def _chair(rule: Signing, text: str) -> Signing:
    chairs = assignment(text)
    if len(chairs) > 1:
        raise DialectError("chair 只能写一条规则：“{text}”。", text=short(text))
    return replace(rule, chair=chairs[0])


def _word(name: str, words: type[StrEnum]) -> Callable[[Signing, str], Signing]:
    def read(rule: Signing, text: str) -> Signing:
        if text not in set(words):
            message = "会签规则里的 {name} 要写：{words}。"
            raise DialectError(message, name=name, words="、".join(words))
        changed: dict[str, object] = {name: words(text)}
        return replace(rule, **changed)  # type: ignore[arg-type]  # named by the table below

    return read


def _abstain(rule: Signing, text: str) -> Signing:
    rule = _word("abstain", Abstain)(rule, text)
    return replace(rule, offers_abstain=rule.abstain is not Abstain.NO)


def _switch(name: str) -> Callable[[Signing, str], Signing]:
    def read(rule: Signing, text: str) -> Signing:
        if text not in ("yes", "no"):
            raise DialectError("会签规则里的 {name} 要写 yes 或 no。", name=name)
        changed: dict[str, object] = {name: text == "yes"}
        return replace(rule, **changed)  # type: ignore[arg-type]  # named by the table below

    return read


def _no_quorum(rule: Signing, text: str) -> Signing:
    if text not in ("approve", "refuse"):
        raise DialectError("会签规则里的 no_quorum 要写 approve 或 refuse。")
    return replace(rule, no_quorum=text)


_OPTIONS: Final[Mapping[str, Callable[[Signing, str], Signing]]] = MappingProxyType(
    {
        "quorum": lambda rule, text: replace(rule, quorum=_share(text, f"quorum={text}")),
        "no_quorum": _no_quorum,
        "abstain": _abstain,
        "tie": _word("tie", Tie),
        "chair": _chair,
        "weights": _weights,
        "early": _switch("early"),
        "hidden": _switch("hidden"),
    }
)


def _check(rule: Signing, seen: set[str]) -> None:
    if rule.method is Method.ANY and seen:
        raise DialectError("会签规则 any 由一人决定，后面不能再写“{name}”。", name=min(seen))
    if "weights" in seen and rule.method is not Method.WEIGHTS:
        raise DialectError("只有 weights 规则才能写各人的权重。")
    if rule.method is Method.WEIGHTS and "weights" not in seen:
        message = "weights 规则要写各人的权重，例如 weights=post:dean:3,user:zhang:2。"
        raise DialectError(message)
    if ("tie" in seen or "chair" in seen) and not rule.may_tie:
        raise DialectError(
            "只有按一半（ratio 1/2、weights 50%）决定时才会平票，才能写 tie 和 chair。"
        )
    if rule.chair is not None and rule.tie is not Tie.CHAIR:
        raise DialectError("写了 chair=…（谁是主持人），还要写 tie=chair。")
    if "no_quorum" in seen and not rule.quorum:
        raise DialectError("no_quorum 要和 quorum 一起写。")


def recuse(text: str) -> tuple[Rule | Place, ...]:
    """Read who must step aside: rules of assignment, or units whose people must.

    Raises `DialectError`.
    """
    places = set(Place) - {Place.ANYWHERE, Place.UNIT}
    found: list[Rule | Place] = []
    for item in items(text):
        found += [Place(item)] if item in places else assignment(item)
    return tuple(dict.fromkeys(found))
