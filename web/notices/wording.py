"""What people are told, in words: a sentence for each kind, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from engine import clock
from engine.notices import Notice
from engine.queries.told import Told

LABELS: Final[Mapping[str, str]] = {
    Notice.TASK_OPENED: "有任务要我办",
    Notice.TASK_RETURNED: "退回给我修改",
    Notice.TASK_GIVEN: "别人交给我办，或交回给我",
    Notice.TASK_URGED: "催办",
    Notice.DEADLINE: "期限快到了或已经过了",
    Notice.COPIED: "抄送给我",
    Notice.CASE_RETURNED: "我发起的被退回",
    Notice.CASE_ENDED: "我发起的已经结束",
    Notice.DEPUTY: "代理",
    Notice.EXTENSION: "延期申请有了结果",
}
"""Kinds in the words of the page, in its order."""

SENTENCES: Final[Mapping[str, str]] = {
    Notice.TASK_OPENED: "“{title}”到了“{step}”，请您办理。",
    Notice.TASK_RETURNED: "{who}把“{title}”退回到“{step}”，请您修改。",
    Notice.TASK_GIVEN: "{who}把“{title}”的“{step}”交给您办理。",
    Notice.TASK_URGED: "{who}催办“{title}”的“{step}”。",
    Notice.DEADLINE: "“{title}”的“{step}”期限是 {due}，还没有办完。",
    Notice.COPIED: "{who}把“{title}”抄送给您。",
    Notice.CASE_RETURNED: "您发起的“{title}”被{who}退回。",
    Notice.CASE_ENDED: "您发起的“{title}”已经办结。",
    Notice.DEPUTY: "{since} 至 {until}，{deputy}代理{principal}办理。",
    Notice.EXTENSION: "“{title}”的“{step}”延期申请已批准，期限改为 {until}。",
}
OTHERWISE: Final[Mapping[tuple[str, str], str]] = {
    (Notice.CASE_ENDED, "terminated"): "您发起的“{title}”没有通过，已经结束。",
    (Notice.CASE_ENDED, "cancelled"): "您发起的“{title}”已被撤销。",
    (Notice.EXTENSION, "terminated"): "“{title}”的“{step}”延期申请没有批准。",
    (Notice.EXTENSION, "cancelled"): "“{title}”的“{step}”延期申请已经撤回。",
    (Notice.EXTENSION, "lapsed"): "“{title}”的“{step}”不用再办，延期申请作废。",
    (Notice.EXTENSION, "later"): "“{title}”的“{step}”延期申请已批准，期限已经更晚，没有再改。",
}
"""Sentences of a kind where `how` it ended says something else."""
FOR_GROUPS: Final[Mapping[str, str]] = {
    Notice.TASK_OPENED: "“{title}”到了“{step}”。",
    Notice.TASK_RETURNED: "{who}把“{title}”退回到“{step}”。",
    Notice.TASK_GIVEN: "{who}转交了“{title}”的“{step}”。",
    Notice.COPIED: "{who}抄送了“{title}”。",
    Notice.CASE_RETURNED: "“{title}”被{who}退回。",
    Notice.CASE_ENDED: "“{title}”已经结束。",
    Notice.EXTENSION: "“{title}”的“{step}”延期申请有了结果。",
}
"""Sentences for a group, where they differ from those for a person."""

MOMENTS: Final = frozenset({"due", "until", "since"})
SYSTEM: Final = "系统"

Translate = Callable[[str], str]


def in_words(told: Told, gettext: Translate, *, group: bool = False) -> str:
    """What somebody was told, as a sentence in their language."""
    how = str(told.values.get("how", ""))
    sentence = OTHERWISE.get((told.kind, how), SENTENCES.get(told.kind, "{title}"))
    if group:
        sentence = FOR_GROUPS.get(told.kind, sentence)
    return gettext(sentence).format_map(_Known(_filled(told.values, gettext)))


def line(told: Told, address: str, gettext: Translate, *, group: bool = False) -> str:
    """The sentence, and under it the address of the page it leads to."""
    return f"{in_words(told, gettext, group=group)}\n{address}{path(told)}"


def _filled(values: Mapping[str, Any], gettext: Translate) -> dict[str, str]:
    filled = {name: _moment(one) if name in MOMENTS else str(one) for name, one in values.items()}
    filled["who"] = filled.get("who") or gettext(SYSTEM)
    return filled


def _moment(written: Any) -> str:
    """A day, or a day and its time, as the school's clock shows it."""
    text = str(written)
    try:
        if len(text) <= len("2026-01-01"):
            return date.fromisoformat(text).isoformat()
        return f"{datetime.fromisoformat(text).astimezone(clock.zone()):%Y-%m-%d %H:%M}"
    except ValueError:
        return text


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def path(told: Told) -> str:
    """Where it leads: to the task, else the case, else the list."""
    if told.kind == Notice.DEPUTY:
        return "/deputies"
    if told.kind in (Notice.CASE_ENDED, Notice.CASE_RETURNED, Notice.COPIED) or not told.task_id:
        return f"/instances/{told.instance_id}" if told.instance_id else "/notifications"
    return f"/tasks/{told.task_id}"
