"""What the record alone says of the tasks and votes of a case: counted again, entry by entry.

Nothing here asks the tables; `engine.replay` compares what comes out with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from engine import people, signing
from engine.entries import Body, Kind
from engine.signing import Tally
from engine.versions import Version

OPEN, WAITING, CLOSED = "open", "waiting", "closed"
UNKNOWN: Final = "?"
"""What the record does not tell: it was erased since, or written before it was told."""

Key = tuple[str, int]


class Frame(Protocol):
    """What is read of an entry."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def kind(self) -> Kind:
        """What kind of act."""

    @property
    def by(self) -> str:
        """Who acted."""

    @property
    def body(self) -> Body:
        """What was asked, known, and followed."""

    @property
    def written(self) -> Mapping[str, Any]:
        """What was written in the act."""

    @property
    def erased(self) -> bool:
        """Whether that was erased since."""

    @property
    def version(self) -> Version:
        """The version the case is on from here."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the record tells it; `opened_by` is the entry that did."""

    element: str
    number: int
    status: str
    outcome: str | None = None
    who: int | None = None
    holder: int | None = None
    follows: int = 0
    weight: int = 1
    part: str = "holder"
    done_for: int | None = None
    name: str = ""
    opened_by: int = 0
    candidates: frozenset[str] | str = UNKNOWN
    due: datetime | str | None = UNKNOWN
    due_first: datetime | str | None = None
    lent_by: int | None = None
    added_by: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """A round as counted again; `tally` is None where votes were erased."""

    rule: str
    tally: Tally | None
    outcome: str | None = None


class Miscounted(Exception):
    """The votes decide something else than was recorded; `seq` is the entry."""

    def __init__(self, seq: int) -> None:
        super().__init__(str(seq))
        self.seq = seq


@dataclass(slots=True)
class Record:
    """Tasks by place and seat, rounds by place."""

    tasks: dict[Key, Task] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)


def read(frames: Iterable[Frame]) -> Record:
    """Follow the entries of a case. Raises `Miscounted`."""
    record = Record()
    for frame in frames:
        asked = frame.body.asked
        key = (str(asked.get("token", "")), int(asked.get("seat") or 0))
        if key[0] in record.rounds and frame.kind in _IN_ROUND:
            _seat_acts(record, frame, key)
        elif frame.kind == Kind.SIGNER_ADDED:
            _signers_added(record, frame, key)
        elif frame.kind == Kind.TASK_RETURNED and key in record.tasks and key[1]:
            _close(record, key, "return", people.marked(frame.by), asked.get("for"))
        _follow(record, frame)
        command = asked.get("command", {})
        if command.get("do") == "Move":
            _move(record, frame, command["places"])
        if key in record.tasks:
            _held(record, frame, key)
        if frame.kind == Kind.DUE_CHANGED:
            _due_changed(record, frame, key)
        elif frame.kind == Kind.INSTANCE_RESUMED:
            _stood(record, frame)
    return record


def _held(record: Record, frame: Frame, key: Key) -> None:
    """Who has a task after an act on it, whom it is offered to, and who gets it back."""
    task, asked = record.tasks[key], frame.body.asked
    if frame.kind in _HOLDER and (frame.kind != Kind.TASK_STEPPED_ASIDE or not key[1]):
        task = replace(task, holder=_HOLDER[frame.kind](asked, people.marked(frame.by)))
        record.tasks[key] = task
    if frame.kind in _GIVEN:
        lender = people.marked(frame.by) if frame.kind == Kind.TASK_LENT else None
        mine = frozenset({people.user_key(asked["to"])})
        keys = mine if frame.kind == Kind.TASK_REASSIGNED else task.candidates
        record.tasks[key] = replace(task, candidates=keys, lent_by=lender)
    elif frame.kind in _FOUND_AGAIN and f"for {key[0]}" in frame.body.known:
        keys = frozenset(frame.body.known[f"for {key[0]}"]["keys"])
        record.tasks[key] = replace(task, candidates=keys)


def _due_changed(record: Record, frame: Frame, key: Key) -> None:
    """A deadline was moved; entries of the first releases name the place, not the seat."""
    known = frame.body.known
    if "seat" not in frame.body.asked and key not in record.tasks:
        for there in [one for one in record.tasks if one[0] == key[0]]:
            task = record.tasks[there]
            record.tasks[there] = replace(task, due=UNKNOWN, due_first=UNKNOWN)
    elif key in record.tasks:
        task = record.tasks[key]
        after = _moment(known.get("after"))
        record.tasks[key] = replace(task, due=after, due_first=task.due_first or task.due)


def _stood(record: Record, frame: Frame) -> None:
    """What a case that goes on has open is due later, by as long as it stood."""
    stood = frame.body.known.get("stood_microseconds")
    for key, task in record.tasks.items():
        if task.status == CLOSED or task.due is None:
            continue
        later: datetime | str = UNKNOWN
        if stood is not None and isinstance(task.due, datetime):
            later = task.due + timedelta(microseconds=stood)
        record.tasks[key] = replace(task, due=later, due_first=task.due_first or task.due)


def _due(known: Mapping[str, Any], token: str) -> datetime | str | None:
    return _moment(known.get(f"due {token}", UNKNOWN))


def _moment(written: str | None) -> datetime | str | None:
    return datetime.fromisoformat(written) if written and written != UNKNOWN else written


def _follow(record: Record, frame: Frame) -> None:
    """The places that opened and closed."""
    asked = frame.body.asked
    command = asked.get("command", {})
    acted = command.get("token") if command.get("do") in _BY_THE_HOLDER else None
    for effect in frame.body.followed.get("effects", ()):
        token = effect.get("token", "")
        if effect["was"] == "Opened" and effect["waits_for"] == "user":
            _opened(record, frame, effect)
        elif effect["was"] == "Closed":
            for key in [one for one in record.tasks if one[0] == token]:
                mine = token == acted and not key[1]
                outcome = asked.get("outcome") or _return(asked)
                how = (outcome, people.marked(frame.by), asked.get("for"))
                if record.tasks[key].status != CLOSED:
                    _close(record, key, *(how if mine else (None, None)))


def _opened(record: Record, frame: Frame, effect: Mapping[str, Any]) -> None:
    token, known = effect["token"], frame.body.known
    first = Task(
        effect["element"],
        effect["number"],
        OPEN,
        name=frame.version.process.label(effect["element"]),
        opened_by=frame.seq,
        due=_due(known, token),
    )
    begun = known.get(f"round {token}")
    if begun is None:
        found = known[f"for {token}"]
        keys = frozenset(found["keys"])
        record.tasks[token, 0] = replace(first, holder=found["assignee_id"], candidates=keys)
        return
    record.rounds[token] = Round(begun["rule"], Tally(**begun["tally"]))
    _seats(record, token, first, begun["seats"])


def _seats(record: Record, token: str, like: Task, seats: Iterable[Any]) -> None:
    """Seats that begin; one that is nobody's tells the keys it is offered to."""
    for seat, holder, weight, follows, part, *keys in seats:
        mine = keys[0] if keys else [people.user_key(holder)] if holder else None
        record.tasks[token, seat] = replace(
            like,
            status=WAITING if follows else OPEN,
            holder=holder,
            follows=follows,
            weight=weight,
            part=part,
            candidates=UNKNOWN if mine is None else frozenset(mine),
            due=None if follows else like.due,
        )


def _more(record: Record, frame: Frame, token: str, task: Task, added_by: int | None) -> None:
    """Seats that come to a round that goes on."""
    like = Task(
        task.element,
        task.number,
        OPEN,
        name=frame.version.process.label(task.element),
        opened_by=frame.seq,
        due=_due(frame.body.known, token),
        added_by=added_by,
    )
    _seats(record, token, like, frame.body.known.get("seats", ()))


def _signers_added(record: Record, frame: Frame, key: Key) -> None:
    known, token = frame.body.known, key[0]
    if known.get("round"):
        plain = record.tasks.pop((token, 0))
        record.tasks[key] = plain
        record.rounds[token] = Round(known["round"]["rule"], signing.opened([1], []))
    mine, round_ = record.tasks[key], record.rounds[token]
    record.tasks[key] = replace(mine, holder=known.get("holder"))
    tally = round_.tally
    for _seat in known["seats"]:
        tally = signing.added(tally) if tally is not None else None
    record.rounds[token] = replace(round_, tally=tally)
    _relink(record, key, known)
    _more(record, frame, token, mine, people.marked(frame.by))


def _relink(record: Record, key: Key, known: Mapping[str, Any]) -> None:
    """Who waits for whom from now on; whoever added signers before them waits as well."""
    for seat, follows in known.get("waits", {}).items():
        there = (key[0], int(seat))
        status = WAITING if there == key else record.tasks[there].status
        record.tasks[there] = replace(record.tasks[there], follows=follows, status=status)


def _seat_acts(record: Record, frame: Frame, key: Key) -> None:
    """A vote, a recusal, a removal: the count after it, and whose turn is next."""
    token, known = key[0], frame.body.known
    round_, task = record.rounds[token], record.tasks[key]
    waited = task.status == WAITING
    outcome = frame.body.asked.get("outcome") or frame.written.get("vote")
    if frame.kind == Kind.TASK_VOTED and outcome is None:
        outcome = UNKNOWN
    who = people.marked(frame.by) if frame.kind != Kind.SIGNER_REMOVED else None
    said = outcome if frame.kind == Kind.TASK_VOTED else None
    _close(record, key, said, who, frame.body.asked.get("for"))
    tally = _counted(round_, task, frame.kind, outcome)
    for _seat, _holder, weight, _follows, part, *_keys in known.get("seats", ()):
        if tally is not None and part == "signer":
            tally = signing.seated(tally, weight)
    decided = known.get("decided", {}).get("outcome")
    if tally is not None:
        tally, verdict, _asks = signing.settle(signing.rule(round_.rule), tally)
        if (verdict.outcome if verdict else None) != decided:
            raise Miscounted(frame.seq)
    record.rounds[token] = replace(round_, tally=tally, outcome=decided)
    _more(record, frame, token, task, None)
    if waited:
        _relink(record, key, known)
    elif not decided:
        for there, one in record.tasks.items():
            if there[0] == token and one.status == WAITING and one.follows == key[1]:
                due = one.due or _due(known, token)
                record.tasks[there] = replace(one, status=OPEN, due=due)


def _counted(round_: Round, task: Task, kind: Kind, outcome: str | None) -> Tally | None:
    tally = round_.tally
    if tally is None or (kind == Kind.TASK_VOTED and outcome == UNKNOWN):
        return None
    if kind == Kind.TASK_VOTED:
        rule = signing.rule(round_.rule)
        return signing.voted(rule, tally, task.part, task.weight, outcome or "")
    change = signing.stepped_aside if kind == Kind.TASK_STEPPED_ASIDE else signing.removed
    return change(tally, task.part, task.weight)


def _close(
    record: Record, key: Key, outcome: str | None, who: int | None, done_for: int | None = None
) -> None:
    task = record.tasks[key]
    record.tasks[key] = replace(task, status=CLOSED, outcome=outcome, who=who, done_for=done_for)


def _move(record: Record, frame: Frame, places: Mapping[str, str]) -> None:
    """Open tasks of a case that was moved go along to their element in the other version."""
    for key, task in record.tasks.items():
        if task.status != CLOSED:
            there = places.get(task.element, task.element)
            name = frame.version.process.label(there)
            record.tasks[key] = replace(task, element=there, name=name)


def _return(asked: Mapping[str, Any]) -> str | None:
    return "return" if asked.get("command", {}).get("do") == "Return" else None


_IN_ROUND: Final = frozenset({Kind.TASK_VOTED, Kind.TASK_STEPPED_ASIDE, Kind.SIGNER_REMOVED})
_BY_THE_HOLDER: Final = ("Complete", "Return")
_HOLDER: Final[Mapping[Kind, Any]] = {
    Kind.TASK_CLAIMED: lambda _asked, by: by,
    Kind.TASK_RELEASED: lambda _asked, _by: None,
    Kind.TASK_REASSIGNED: lambda asked, _by: asked["to"],
    Kind.TASK_LENT: lambda asked, _by: asked["to"],
    Kind.TASK_GIVEN_BACK: lambda asked, _by: asked["to"],
    Kind.TASK_STEPPED_ASIDE: lambda _asked, _by: None,
}
_GIVEN: Final = frozenset({Kind.TASK_LENT, Kind.TASK_GIVEN_BACK, Kind.TASK_REASSIGNED})
_FOUND_AGAIN: Final = frozenset({Kind.TASK_STEPPED_ASIDE, Kind.INCIDENT_RETRIED})
