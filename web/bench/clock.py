"""Wall time and CPU time of an operation, of this process and of the database's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

TICK = 1 / os.sysconf("SC_CLK_TCK")
PORTIONS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation: median wall seconds, mean CPU seconds (client and server), how often."""

    name: str
    database: str
    wall: float
    cpu: float
    count: int
    scale: int | None = None
    note: str = ""

    def words(self, ground: Measured) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "name": self.name,
            "database": self.database,
            "value": round(self.wall * 1e3, 4),
            "unit": "ms",
            "ratio_to_floor": round(self.wall / ground.wall, 3),
            "cpu": round(self.cpu * 1e3, 4),
            "cpu_ratio_to_floor": round(self.cpu / ground.cpu, 3),
            "count": self.count,
            **({"scale": self.scale} if self.scale is not None else {}),
            **({"note": self.note} if self.note else {}),
        }


def measure(
    name: str,
    database: str,
    work: Callable[[Any], object],
    items: Iterable[Any],
    *,
    pids: Iterable[int] = (),
    scale: int | None = None,
    note: str = "",
) -> Measured:
    """Do `work` on each item, one after the other, and tell what one costs."""
    every = list(items)
    walls, cpu = _timed(work, every, pids)
    return Measured(name, database, median(walls), cpu / len(every), len(every), scale, note)


def in_turn(
    database: str,
    work: Callable[[Any], object],
    measured: Iterable[tuple[str, int | None, Sequence[Any]]],
    *,
    pids: Iterable[int] = (),
) -> Iterator[Measured]:
    """Measure several operations, each a name, a scale and its items, a portion of each in turn.

    So a machine that is slow for a while is slow for all of them, and their ratio holds.
    """
    several, servers = list(measured), list(pids)
    walls: list[list[float]] = [[] for _each in several]
    cpus = [0.0] * len(several)
    for portion in range(PORTIONS):
        for number, (_name, _scale, items) in enumerate(several):
            taken, cpu = _timed(work, items[portion::PORTIONS], servers)
            walls[number] += taken
            cpus[number] += cpu
    for (name, scale, items), taken, cpu in zip(several, walls, cpus, strict=True):
        yield Measured(name, database, median(taken), cpu / len(items), len(items), scale)


def _timed(
    work: Callable[[Any], object], items: Iterable[Any], pids: Iterable[int]
) -> tuple[list[float], float]:
    """Wall seconds of each, and CPU seconds of all, of this process and the servers."""
    walls = []
    servers = [pid for pid in pids if pid != os.getpid()]
    before = sum(cpu_of(pid) for pid in servers)
    own = time.process_time()
    for item in items:
        start = time.perf_counter()
        work(item)
        walls.append(time.perf_counter() - start)
    return walls, time.process_time() - own + sum(cpu_of(pid) for pid in servers) - before


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used, in steps of a clock tick; 0 where that cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK
