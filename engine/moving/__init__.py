"""Moving running cases to another version (迁移): a dry run, one case or many, and back again.

Every case goes through the one door in an entry of its own; what would lose a place stays.
"""

from engine import handlers
from engine.moving import runs
from engine.moving.carrying import move
from engine.moving.planning import Dry, Reason, Stand, changed, plan
from engine.moving.runs import Outcome, Run, begin, outcomes, run, runs_of, undo

__all__ = [
    "Dry",
    "Outcome",
    "Reason",
    "Run",
    "Stand",
    "begin",
    "changed",
    "move",
    "outcomes",
    "plan",
    "register",
    "run",
    "runs_of",
    "undo",
]


def register() -> None:
    """Plug the work in portions into the job table."""
    handlers.background(runs.TOPIC)(runs.work)
