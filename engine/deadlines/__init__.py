"""Deadlines of open tasks: rungs that are passed, dates that are computed or changed again."""

from engine.deadlines.passing import run

__all__ = ["run"]
