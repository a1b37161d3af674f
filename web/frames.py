"""The frames of a replay as the player reads them: an entry each, and where the case stood then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from engine import eventlog, people
from engine.entries import Body, Kind
from engine.forms import changes
from engine.forms.changes import Change, ChangeKind
from engine.forms.model import Form
from engine.queries import cases, marks
from engine.replay import Frame, Replay
from engine.versions import Version
from web import drawings, wording
from web.i18n import exact, moment, said
from web.look import initials
from web.wording import Words

MOST_CHANGES: Final = 300
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
ROWS: Final = {
    ChangeKind.ROW_ADDED: "新增的行：{label}",
    ChangeKind.ROW_REMOVED: "删去的行：{label}",
    ChangeKind.ROW_RENAMED: "改名的行：{label}",
    ChangeKind.ROW_MOVED: "移动的行：{label}",
}


class Holders:
    """Who holds which open task, followed from entry to entry; `token` → (element, words, user)."""

    def __init__(self, names: Mapping[int, str], keys: Mapping[str, str]) -> None:
        self._names, self._keys = names, keys
        self._open: dict[str, tuple[str, tuple[str, ...], int | None]] = {}

    def follow(self, body: Body, kind: Kind, by: int | None) -> None:
        """After one more entry."""
        asked, known = body.asked, body.known
        for effect in body.followed.get("effects", ()):
            token = effect.get("token", "")
            if effect["was"] == "Closed":
                self._open.pop(token, None)
            elif effect["was"] == "Opened" and effect["waits_for"] == "user":
                found = known[f"for {token}"]
                self._open[token] = (effect["element"], self._words(found), found["assignee_id"])
        token = asked.get("token", "")
        if token in self._open and kind in _TAKES:
            element, words, _before = self._open[token]
            holder = {Kind.TASK_CLAIMED: by, Kind.TASK_REASSIGNED: asked.get("to")}.get(kind)
            who = (self._names[holder],) if holder in self._names else words
            self._open[token] = (element, who, holder)

    def _words(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        if found["assignee_id"]:
            return (self._names.get(found["assignee_id"], "…"),)
        return tuple(self._keys.get(key, key) for key in found["keys"])

    def holder(self, token: str) -> int | None:
        """The person who holds this task now."""
        return self._open.get(token, ("", (), None))[2]

    def shown(self) -> dict[str, list[str]]:
        """Names by element."""
        found: dict[str, list[str]] = {}
        for element, words, _user in self._open.values():
            found.setdefault(element, []).extend(words)
        return {element: list(dict.fromkeys(words)) for element, words in found.items()}


_TAKES: Final = frozenset({Kind.TASK_CLAIMED, Kind.TASK_RELEASED, Kind.TASK_REASSIGNED})


def told(db: Session, found: Replay, form_url: str) -> list[dict[str, Any]]:
    """Every frame, cumulative; names and posts in a few statements for all of them."""
    names = people.names(db, _people(found.frames))
    holders = Holders(names, cases.key_words(db, _keys(found.frames)))
    passed, previous = marks.Passed(), eventlog.GENESIS
    answer = []
    for frame, (before, after) in zip(found.frames, _values(found.frames), strict=True):
        version, by = frame.version, people.marked(frame.by)
        words = wording.words(version, frame.kind, frame.shown)
        passed = marks.follow(version.process, passed, frame.body, frame.at)
        intervenes = _intervenes(frame, by, holders)
        holders.follow(frame.body, frame.kind, by)
        changed = () if before is None else _changes(version, before, after)
        answer.append(
            {
                **drawings.drawn(
                    passed.elements,
                    marks.active(frame.state),
                    passed.flows,
                    dict(frame.state.passes),
                    holders.shown(),
                    passed.returns,
                    passed.stuck,
                ),
                "seq": frame.seq,
                "at": frame.at.isoformat(),
                "when": moment(frame.at),
                "kind": "intervention" if intervenes else words.mark,
                "title": _title(frame, words, names, version),
                "who": _who(frame, by, names, version),
                "element": str(frame.body.asked.get("element", "")) or None,
                **_said(frame, words),
                "facts": _facts(frame, words, holders, version, names),
                "form_changes": [_change(one) for one in changed[:MOST_CHANGES]],
                "version": version.number,
                "diagram": gettext(
                    "%(name)s v%(number)s", name=version.name, number=version.number
                ),
                "bpmn_url": url_for(
                    "instances.bpmn", instance_id=found.instance_id, version=version.number
                ),
                "called": [_link(number) for number in _called(frame)],
                "form_url": form_url.format(seq=frame.seq) if after else None,
                "hash": frame.hash,
                "previous_hash": previous,
            }
        )
        previous = frame.hash
    return answer


def _called(frame: Frame) -> list[int]:
    """The cases that this entry began, or whose end it is."""
    began = [one for name, one in frame.body.known.items() if name.startswith("called ")]
    ended = frame.body.asked.get("child")
    return sorted({one for one in (*began, ended) if isinstance(one, int)})


def _link(number: int) -> dict[str, str]:
    name = gettext("下级流程 #%(number)s", number=number)
    return {"name": name, "url": url_for("audit.replay", instance_id=number)}


def paper(version: Version) -> Form | None:
    """The form of a case: that of its first step."""
    return version.form(version.first_step) if version.first_step else None


def values_at(found: Replay, seq: int) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The form values before and after an entry; None before where it changed nothing."""
    for frame, (before, after) in zip(found.frames, _values(found.frames), strict=True):
        if frame.seq == seq:
            return before, after
    return None, {}


def _values(frames: tuple[Frame, ...]) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    stands: dict[str, Any] = {}
    for frame in frames:
        written = frame.written.get("values")
        if written is None:
            yield None, stands
            continue
        before = None if frame.kind is Kind.INSTANCE_STARTED else stands
        stands = written
        yield before, stands


def _changes(
    version: Version, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Change, ...]:
    form = paper(version)
    return changes.changes(form, before, after) if form is not None else ()


def _change(one: Change) -> dict[str, str]:
    template = ROWS.get(one.kind)
    label = gettext(template).format(label=one.label) if template else one.label
    return {"row": "", "label": label, "before": one.before, "after": one.after}


def _intervenes(frame: Frame, by: int | None, holders: Holders) -> bool:
    """Whether somebody passed on work that another person held."""
    if frame.kind not in (Kind.TASK_REASSIGNED, Kind.TASK_RELEASED):
        return False
    return holders.holder(str(frame.body.asked.get("token", ""))) not in (None, by)


def _title(frame: Frame, words: Words, names: Mapping[int, str], version: Version) -> str:
    asked = frame.body.asked
    principal = names.get(asked.get("for") or 0, "")
    who = wording.acting(names.get(people.marked(frame.by) or 0, "") or gettext("系统"), principal)
    step = _place(version, str(asked.get("element", "")))
    if frame.kind is Kind.TASK_RETURNED:
        to = _place(version, str(asked.get("to", "")))
        return gettext("%(who)s 把 %(step)s 退回到 %(to)s", who=who, step=step, to=to)
    if frame.kind is Kind.TASK_REASSIGNED:
        to = names.get(asked.get("to") or 0, "…")
        return gettext("%(who)s 把 %(step)s 转给 %(to)s", who=who, step=step, to=to)
    if not step:
        return gettext("%(who)s：%(what)s", who=who, what=words.verdict)
    return gettext("%(who)s：%(what)s（%(step)s）", who=who, what=words.verdict, step=step)


def _place(version: Version, element: str) -> str:
    return said(version.process.called(element))


def _who(
    frame: Frame, by: int | None, names: Mapping[int, str], version: Version
) -> dict[str, str] | None:
    if by is None:
        return None
    asked, name = frame.body.asked, names.get(by, "…")
    return {
        "name": wording.acting(name, names.get(asked.get("for") or 0, "")),
        "post": _place(version, str(asked.get("element", ""))),
        "initials": initials(name),
    }


def _said(frame: Frame, words: Words) -> dict[str, str | None]:
    comment = gettext("（这段文字已依法删除）") if frame.erased else frame.written.get("comment")
    is_reason = words.mark in ("returned", "reassigned", "intervention")
    return (
        {"reason": comment, "opinion": None} if is_reason else {"opinion": comment, "reason": None}
    )


def _facts(
    frame: Frame, words: Words, holders: Holders, version: Version, names: Mapping[int, str]
) -> list[tuple[str, str]]:
    facts = []
    if "settled" in frame.body.asked:
        name = names.get(frame.body.asked.get("person") or 0, "…")
        facts.append((gettext("为什么通过"), wording.passed(frame.body, name)))
    for element, holding in holders.shown().items():
        where = f"{_place(version, element)}·{wording.listed(holding)}"
        facts.append((gettext("现在在"), where))
    if words.number > 1:
        facts.append((gettext("遍数"), gettext("第 %(number)s 遍", number=words.number)))
    if frame.body.asked.get("then") == "back_to_me":
        facts.append((gettext("改后"), gettext("直接交回退回的人")))
    reached = [names[one] for one in _reached(frame) if one in names]
    if reached:
        facts.append((gettext("给谁"), wording.listed(reached)))
    sent = frame.body.asked.get("message") or frame.body.asked.get("signal")
    if sent:
        named = [sent, frame.body.asked.get("key")]
        facts.append((gettext("消息"), "·".join(str(one) for one in named if one)))
    late = frame.body.known.get("late_seconds")
    if late:
        facts.append((gettext("晚了"), _long(late)))
    facts.append((gettext("时刻"), exact(frame.at)))
    return facts


def _long(seconds: int) -> str:
    if seconds < MINUTE:
        return gettext("%(count)s 秒", count=seconds)
    if seconds < HOUR:
        return gettext("%(count)s 分钟", count=seconds // MINUTE)
    return gettext("%(count)s 小时", count=seconds // HOUR)


def _reached(frame: Frame) -> list[int]:
    """Whom a copy or a rung of a deadline went to."""
    return [*frame.body.asked.get("people", ()), *frame.body.known.get("reached", ())]


def _people(frames: tuple[Frame, ...]) -> Iterator[int | None]:
    for frame in frames:
        yield people.marked(frame.by)
        for name in ("to", "for", "person"):
            other = frame.body.asked.get(name)
            yield other if isinstance(other, int) else None
        yield from _reached(frame)
        for name, known in frame.body.known.items():
            if name.startswith("for "):
                yield known["assignee_id"]


def _keys(frames: tuple[Frame, ...]) -> set[str]:
    return {
        key
        for frame in frames
        for name, known in frame.body.known.items()
        if name.startswith("for ")
        for key in known["keys"]
    }
