"""`zhengai bench`: what acts cost here, as ratios to a bare durable transaction of the same run.

Everything happens in scratch databases, thrown away after. docs/performance.md explains each name.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from web.bench import (
    acts,
    directory,
    drafts,
    floor,
    http,
    imports,
    inbox,
    kernel,
    rights,
    scratch,
    votes,
    workers,
)
from web.bench.clock import Measured
from web.config import Settings

PARTS = (kernel, acts, votes, http, inbox, rights, directory, imports, drafts, workers)


def run(settings: Settings, *, as_json: bool, only: Sequence[str] = (), quick: bool = False) -> int:
    """Measure on SQLite, and on PostgreSQL where there is one; print a table or JSON."""
    results: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="zhengai-bench-") as folder:
        for database in scratch.databases(settings, Path(folder)):
            ground = floor.measure(database, quick=quick)
            results.append(ground)
            _say(ground, ground, as_json=as_json)
            for part in PARTS:
                for one in part.measure(database, only=frozenset(only), quick=quick):
                    results.append(one)
                    _say(one, ground, as_json=as_json)
            scratch.drop(database)
    if as_json:
        rows = [one.words(_floor_of(one, results)) for one in results]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


def _floor_of(one: Measured, results: Sequence[Measured]) -> Measured:
    return next(
        floor for floor in results if floor.name == "floor" and floor.database == one.database
    )


def _say(one: Measured, ground: Measured, *, as_json: bool) -> None:
    if as_json:
        print(f"{one.database} {one.name} {one.scale}", file=sys.stderr, flush=True)
        return
    if one is ground:
        print(
            f"\n{'operation':<24}{'scale':>9}{'wall ms':>10}{'× floor':>9}{'cpu ms':>9}"
            f"{'× floor':>9}   ({one.database})"
        )
    wall, cpu = one.wall / ground.wall, one.cpu / ground.cpu
    print(
        f"{one.name:<24}{one.scale or '':>9}{one.wall * 1e3:>10.3f}{wall:>9.2f}"
        f"{one.cpu * 1e3:>9.3f}{cpu:>9.2f}   {one.note}",
        flush=True,
    )
