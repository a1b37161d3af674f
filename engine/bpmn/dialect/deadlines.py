"""When a step is due."""

from __future__ import annotations

from engine.bpmn import timers


def due(text: str) -> timers.Timer:
    """Read a deadline: an ISO 8601 duration or date. Raises `timers.TimerError`."""
    return timers.read_due(text)
