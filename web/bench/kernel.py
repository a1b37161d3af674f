"""The kernel alone: load a state, take a step, write the state; the stock library beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from engine.bpmn import parse, process, state, yardstick
from engine.bpmn.commands import Complete, Start
from engine.bpmn.steps import step
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import Scratch

ROUNDS = 2_000
LIBRARY_ROUNDS = 200
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`kernel_step`, and `kernel_step_library` as its yardstick."""
    if (only and not only & {"kernel_step"}) or base.name != "sqlite":
        return
    ready = process.build(parse.read(scratch.diagram().encode()))
    begun = state.dump(step(ready, state.EMPTY, Start(), NOW).state)
    token = str(state.load(begun).tokens[0].id)

    def once(_number: int) -> None:
        state.dump(step(ready, state.load(begun), Complete(token), NOW).state)

    ours = clock.measure("kernel_step", base.name, once, range(ROUNDS // 4 if quick else ROUNDS))
    library = yardstick.round_trip(scratch.diagram().encode())
    theirs = clock.measure(
        "kernel_step_library", base.name, lambda _n: library(), range(LIBRARY_ROUNDS)
    )
    yield theirs
    note = f"{ours.wall / theirs.wall:.3f} of the library's full round trip"
    yield Measured(ours.name, ours.database, ours.wall, ours.cpu, ours.count, None, note)
