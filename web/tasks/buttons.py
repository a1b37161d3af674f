"""The verbs of a task as buttons: six at most on screen, the rest folded, each with its dialog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import url_for
from flask_babel import gettext

from engine.queries.task_page import Task
from web import wording

MOST_SHOWN: Final = 6
# The order on screen, the likely next act last; and how each button looks.
LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "refuse": ("refuse", "x"),
    "abstain": ("", "stop"),
    "call_back": ("", "undo"),
    "reassign": ("", "delegate"),
    "add_signer": ("", "plus"),
    "lend": ("", "user"),
    "extend": ("", "clock"),
    "step_aside": ("", "wait"),
    "copy": ("", "copy"),
    "urge": ("", "bell"),
    "on_behalf": ("", "people"),
    "return": ("", "back"),
    "give_back": ("primary", "back"),
    "approve": ("primary", "check"),
}
FOLDED: Final = ("extend", "step_aside", "copy", "urge", "on_behalf", "lend", "add_signer")
"""What goes under 更多 first, if there are more buttons than the screen should have."""
ALWAYS_FOLDED: Final = frozenset({"copy", "urge", "on_behalf", "extend", "step_aside"})
OUTCOMES: Final = frozenset({"approve", "refuse", "abstain"})
LIKELY: Final = frozenset({"approve", "return", "give_back", "call_back"})
PLACES: Final[Mapping[str, str]] = {
    "return": "tasks.send_back",
    "reassign": "tasks.reassign",
    "lend": "tasks.lend",
    "give_back": "tasks.give_back",
    "call_back": "tasks.give_back",
    "copy": "tasks.copy",
    "urge": "tasks.urge",
    "extend": "tasks.extend",
    "step_aside": "tasks.step_aside",
    "add_signer": "tasks.add_signer",
    "on_behalf": "tasks.on_behalf",
    "take_back": "tasks.take_back",
}
FOR_OTHERS: Final = frozenset({"reassign", "call_back", "on_behalf"})
"""What may be done about a task that is not for the reader."""
AT_ONCE: Final = frozenset({"give_back", "call_back"})
"""Verbs that ask nothing more: the opinion beside them is enough."""


@dataclass(frozen=True, slots=True)
class Button:
    """A verb that the reader may say now; `url` is "" for a decision, `asks` opens its dialog."""

    key: str
    label: str
    css: str
    symbol: str
    url: str
    asks: bool

    @property
    def is_likely(self) -> bool:
        """Whether it has its place on a phone, too."""
        return self.key in LIKELY

    @property
    def is_outcome(self) -> bool:
        """Whether it decides."""
        return self.key in OUTCOMES


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons of a task: those on screen, and those under 更多."""

    shown: tuple[Button, ...]
    folded: tuple[Button, ...]

    @property
    def every(self) -> tuple[Button, ...]:
        """All of them."""
        return self.shown + self.folded

    @property
    def keys(self) -> frozenset[str]:
        """Which verbs there are."""
        return frozenset(one.key for one in self.every)


NONE: Final = Buttons((), ())


def of(task: Task, may: Iterable[str], *, fills: bool, others: int) -> Buttons:
    """The buttons of what the reader may; `others` is how many the bar has besides (领取, 放回).

    Whoever only looks on finds 催办 and 抄送 on the page of the case.
    """
    may = {*may} & (LOOKS.keys() if fills else FOR_OTHERS)
    shown = [key for key in LOOKS if key in may and key not in ALWAYS_FOLDED]
    folded = [key for key in LOOKS if key in may and key in ALWAYS_FOLDED]
    if len(folded) == 1 and len(shown) + others < MOST_SHOWN:
        shown, folded = [key for key in LOOKS if key in (*shown, *folded)], []
    room = MOST_SHOWN - others - (1 if folded else 0)
    for key in (*FOLDED, "abstain", "reassign", "refuse"):
        if len(shown) > room and key in shown:
            shown.remove(key)
            folded.append(key)
            room = MOST_SHOWN - others - 1
    return Buttons(
        tuple(_button(task, key) for key in shown),
        tuple(_button(task, key) for key in LOOKS if key in folded),
    )


def _button(task: Task, key: str) -> Button:
    css, symbol = LOOKS[key]
    label = wording.verb(task.version, task.element_id, key)
    url = "" if key in OUTCOMES else url_for(PLACES[key], task_id=task.id)
    return Button(key, label, css, symbol, url, key in PLACES and key not in AT_ONCE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A dialog of a verb: its heading, where it is sent, and what its button says."""

    key: str
    title: str
    url: str
    says: str


def choice(task: Task, key: str, label: str = "") -> Choice | None:
    """The dialog of a verb, whose `label` may be at hand; None for one that has none."""
    if key not in PLACES or key in AT_ONCE:
        return None
    title = label or wording.verb(task.version, task.element_id, key)
    says = title
    if key in ("copy", "extend"):
        says = gettext("发送") if key == "copy" else gettext("提交申请")
    return Choice(key, title, url_for(PLACES[key], task_id=task.id), says)


def outcomes(task: Task) -> tuple[Button, ...]:
    """The decisions that the step offers, the usual one first."""
    offered = {one.key for one in task.version.verbs(task.element_id)}
    return tuple(_button(task, key) for key in ("approve", "refuse", "abstain") if key in offered)
