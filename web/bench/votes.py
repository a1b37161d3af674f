"""Votes: what the first and the hundredth of a round cost, and the one that decides.

`vote_plain` is the same step under `any`, with the same people, form and step behind it: the
yardstick of `vote_deciding`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import db as database
from engine import definitions, instances, people, tasks
from engine.college import persons
from engine.people import SYSTEM, Actor
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import WRITTEN, Scratch

FIVE: Final = 5
MANY: Final = 100
CASES: Final = 100
SHARE: Final = "ratio 1/2"
NAMES: Final = frozenset({"vote", "vote_deciding", "vote_plain"})


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`vote_plain`, `vote_deciding` of five, `vote` as the first and the last of a hundred."""
    if only and not only & NAMES:
        return
    cases = CASES // 5 if quick else CASES
    with base.sessions() as db:
        pids = scratch.backend_pids(base, db)
        db.rollback()
        voters = _people(db)

        def waiting(key: str, before: int, cases: int) -> list[tuple[int, Actor]]:
            return [_at_vote(db, base, key, voters, before) for _case in range(cases)]

        _publish(db, "bench_plain", "any", FIVE)
        _publish(db, "bench_five", SHARE, FIVE)
        _publish(db, "bench_many", SHARE, MANY)
        for _warm in range(5):
            _cast(db, *_at_vote(db, base, "bench_plain", voters, 0))
            _cast(db, *_at_vote(db, base, "bench_five", voters, FIVE - 1))
        few = max(clock.PORTIONS, cases // 10)
        for pair in (
            (
                ("vote_plain", None, waiting("bench_plain", 0, cases)),
                ("vote_deciding", None, waiting("bench_five", FIVE - 1, cases)),
            ),
            (
                ("vote", 1, waiting("bench_many", 0, few)),
                ("vote", MANY - 1, waiting("bench_many", MANY - 2, few)),
            ),
        ):
            yield from clock.in_turn(base.name, lambda one: _cast(db, *one), pair, pids=pids)


def _people(db: Session) -> list[Actor]:
    database.begin_writing(db)
    ids = [
        persons.create(db, f"voter{number}", f"委员{number}", by=SYSTEM) for number in range(MANY)
    ]
    db.commit()
    found = [people.actor(db, one) for one in ids]
    db.rollback()
    return found


def _publish(db: Session, key: str, rule: str, seats: int) -> None:
    who = ",".join(f"user:voter{number}" for number in range(seats))
    # a list of rules holds fifty items, so the rest stands beside it
    groups, rest = ",".join(who.split(",")[:50]), ",".join(who.split(",")[50:])
    more = f' camunda:candidateUsers="{rest.replace("user:", "")}"' if rest else ""
    xml = (
        f'{scratch.HEAD}<bpmn:process id="{key}" name="{key}" isExecutable="true">'
        '<bpmn:startEvent id="start"/>'
        f'<bpmn:userTask id="vote" name="表决" camunda:candidateGroups="{groups}"{more}'
        ' camunda:formRef="bench"><bpmn:extensionElements><camunda:properties>'
        f'<camunda:property name="signing" value="{rule}"/>'
        '<camunda:property name="verbs" value="approve"/>'
        '<camunda:property name="field_rights" value="*:edit"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
        '<bpmn:userTask id="after" name="办理" camunda:candidateUsers="owner"/>'
        '<bpmn:endEvent id="end"/>'
        '<bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="vote"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="vote" targetRef="after"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="after" targetRef="end"/>'
        "</bpmn:process></bpmn:definitions>"
    )
    database.begin_writing(db)
    definitions.publish(db, xml.encode(), by=SYSTEM, note="bench", forms={"bench": scratch.FORM})
    db.commit()


def _at_vote(
    db: Session, base: Scratch, key: str, voters: list[Actor], before: int
) -> tuple[int, Actor]:
    """A case with so many votes in, its next seat and whose it is."""
    database.begin_writing(db)
    case = instances.start(db, key, by=base.owner, values={})
    found = text(
        "SELECT id FROM user_task WHERE instance_id = :case AND status IN ('ready', 'claimed')"
        " ORDER BY seat"
    )
    seats = list(db.execute(found, {"case": case}).scalars())
    for seat, voter in zip(seats[:before], voters[:before], strict=True):
        tasks.complete(db, seat, by=voter, values=WRITTEN, comment="同意。")
    db.commit()
    return seats[before], voters[before]


def _cast(db: Session, task: int, voter: Actor) -> None:
    database.begin_writing(db)
    tasks.complete(db, task, by=voter, values=WRITTEN, comment="同意，请按计划实施。")
    db.commit()
