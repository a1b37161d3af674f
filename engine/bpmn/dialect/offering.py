"""What may be done at a step: its buttons, and where it may send work back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.bpmn.dialect.written import DialectError, items, short

MAX_LABEL: Final = 20


@dataclass(frozen=True, slots=True)
class Verb:
    """A button of a step; `label` is "" where the usual word stands."""

    key: str
    label: str = ""


VERBS_RUN: Final = (
    "approve",
    "refuse",
    "abstain",
    "return",
    "reassign",
    "lend",
    "add_signer",
    "remove_signer",
    "copy",
    "urge",
    "extend",
    "step_aside",
)
"""Every verb a step may offer, in the order in which the designer lists them."""
VERB_WORDS: Final[Mapping[str, str]] = {
    "approve": "同意",
    "submit": "提交",
    "refuse": "不同意",
    "return": "退回",
    "reassign": "转办",
    "abstain": "弃权",
    "lend": "委派",
    "give_back": "交回",
    "call_back": "收回委派",
    "add_signer": "加签",
    "remove_signer": "减签",
    "copy": "抄送",
    "urge": "催办",
    "extend": "申请延期",
    "step_aside": "回避",
    "on_behalf": "代办",
    "take_back": "拿回",
    "withdraw": "撤回",
    "reopen": "重新打开",
    "claim": "领取",
    "release": "放回",
}
"""What each verb is called where the step has no word of its own for it."""
OUTCOMES: Final = frozenset({"approve", "refuse", "abstain"})
DECIDING: Final = frozenset({"approve", "refuse"})
VERBS_USUAL: Final = (Verb("approve"), Verb("return"), Verb("reassign"))
VERBS_VOTING: Final = (Verb("approve"), Verb("refuse"), Verb("return"), Verb("reassign"))
VERBS_EVERYWHERE: Final = frozenset({"copy", "urge"})
"""Verbs that each step offers, written or not: `verbs` can only name them otherwise."""

RETURN_WORDS: Final = frozenset({"initiator", "previous", "any"})
RETURNS_USUAL: Final = ("initiator",)


def verbs(text: str) -> tuple[Verb, ...]:
    """Read `approve=审定通过,return`; only verbs that we run. Raises `DialectError`."""
    found: dict[str, Verb] = {}
    for item in items(text):
        key, equals, label = (part.strip() for part in item.partition("="))
        if key not in VERBS_RUN:
            message = "没有名为“{verb}”的操作。可用的操作：{verbs}。"
            raise DialectError(message, verb=short(key), verbs="、".join(VERBS_RUN))
        if equals and not 1 <= len(label) <= MAX_LABEL:
            message = "操作“{verb}”的叫法要有 1 到 {most} 个字。"
            raise DialectError(message, verb=key, most=MAX_LABEL)
        if key in found:
            raise DialectError("操作“{verb}”写了两次。", verb=key)
        found[key] = Verb(key, label)
    if not DECIDING & found.keys():
        raise DialectError("这一步没有办法办完：操作里至少要有 approve。")
    return tuple(found.values())


def offers(written: tuple[Verb, ...], key: str) -> bool:
    """Whether a step with these verbs offers this one."""
    return key in VERBS_EVERYWHERE or any(one.key == key for one in written)


def returns_to(text: str) -> tuple[str, ...]:
    """Read `initiator`, `previous`, `any` or element ids, separated by commas."""
    return tuple(dict.fromkeys(items(text)))
