"""Deadlines of open tasks: rungs that are passed, dates that are computed or changed again."""

from engine import handlers
from engine.deadlines import changing, recalculating
from engine.deadlines.looking import is_provisional
from engine.deadlines.passing import run
from engine.deadlines.recalculating import fill, notice
from engine.policies import FILL

__all__ = ["changing", "fill", "is_provisional", "notice", "recalculating", "register", "run"]


def register() -> None:
    """Plug the work in portions into the job table."""
    handlers.background(recalculating.TOPIC)(recalculating.work)
    handlers.background(FILL)(recalculating.fill_case)
    handlers.background(changing.TOPIC)(changing.work)
