"""Wall time and CPU time of an operation, of this process and of the database's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

TICK = 1 / os.sysconf("SC_CLK_TCK")


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
    every, walls = list(items), []
    servers = [pid for pid in pids if pid != os.getpid()]
    before = sum(cpu_of(pid) for pid in servers)
    own = time.process_time()
    for item in every:
        start = time.perf_counter()
        work(item)
        walls.append(time.perf_counter() - start)
    cpu = time.process_time() - own + sum(cpu_of(pid) for pid in servers) - before
    return Measured(name, database, median(walls), cpu / len(every), len(every), scale, note)


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used, in steps of a clock tick; 0 where that cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK
