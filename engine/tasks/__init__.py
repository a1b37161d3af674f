"""User tasks: what people do to the work that waits for them, one function for each thing.

Each checks that the task exists, that the person may, that the task allows it and that the data
are sound; then it changes rows and hands the case on through the one door. None commits.
"""

from engine.tasks.claim import claim, release
from engine.tasks.decide import complete
from engine.tasks.drafts import discard_draft, save_draft
from engine.tasks.hand_over import reassign
from engine.tasks.held import Glance, Held, glance, look
from engine.tasks.send_back import return_targets, send_back

__all__ = [
    "Glance",
    "Held",
    "claim",
    "complete",
    "discard_draft",
    "glance",
    "look",
    "reassign",
    "release",
    "return_targets",
    "save_draft",
    "send_back",
]
