"""A signing rule in the words of those who sign: what passes, who takes part, what is secret."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from flask_babel import gettext

from engine import rounds, signing
from engine.bpmn.dialect import Abstain, Method, Signing
from engine.queries.task_page import Task

HUNDRED: Final = 100


def of(task: Task) -> tuple[str, ...]:
    """The rule of a step that several sign, a sentence each; none for a plain step."""
    written = rounds.written(task.version.process.elements[task.element_id])
    if not written:
        return ()
    rule = signing.rule(written)
    return tuple(filter(None, (_passes(rule), _quorum(rule), _abstain(rule), _secret(rule))))


def _passes(rule: Signing) -> str:
    if rule.method is Method.SEQUENCE:
        return gettext("按顺序一个一个签，都同意才通过。")
    if rule.method is Method.ALL:
        return gettext("都同意才通过。")
    if not rule.is_share:
        return gettext("同意的票数达到 %(need)s 就通过。", need=rule.need)
    if rule.may_tie:
        return gettext("同意的过半数就通过。")
    return gettext("同意的占 %(share)s 以上就通过。", share=_share(rule.need))


def _quorum(rule: Signing) -> str:
    if not rule.quorum:
        return ""
    return gettext("至少 %(share)s 的人投票才有效。", share=_share(rule.quorum))


def _abstain(rule: Signing) -> str:
    if not rule.offers_abstain:
        return ""
    words = {
        Abstain.OUT: gettext("弃权不计入票数。"),
        Abstain.AGAINST: gettext("弃权按不同意算。"),
    }
    return words.get(rule.abstain, "")


def _secret(rule: Signing) -> str:
    return gettext("有结果以前，各人怎么投的不公开。") if rule.hidden else ""


def _share(share: Fraction) -> str:
    """A share as people write it: 2/3 in a hundred would be a long number."""
    if HUNDRED % share.denominator == 0 and share.denominator > 3:  # noqa: PLR2004  (1/2, 2/3)
        return f"{share * HUNDRED}%"
    return f"{share.numerator}/{share.denominator}"
