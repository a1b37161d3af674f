"""User tasks: what people do to the work that waits for them, one function for each thing.

Each checks that the task exists, that the person may, that the task allows it and that the data
are sound; then it changes rows and hands the case on through the one door. None commits.
"""

from engine.tasks.batch import complete_many
from engine.tasks.claim import claim, release
from engine.tasks.copies import copy, copy_case, read_copy
from engine.tasks.decide import complete
from engine.tasks.drafts import discard_draft, save_draft
from engine.tasks.extension import ask_extension, withdraw_extension
from engine.tasks.finding import meant
from engine.tasks.hand_over import reassign
from engine.tasks.held import Glance, Held, glance, look
from engine.tasks.lending import give_back, lend
from engine.tasks.look_at import is_unseen, seen
from engine.tasks.reopening import reopen
from engine.tasks.send_back import return_targets, send_back, targets_among
from engine.tasks.signers import add as add_signers
from engine.tasks.signers import remove as remove_signer
from engine.tasks.standing_in import on_behalf
from engine.tasks.stepping_aside import step_aside
from engine.tasks.taking_back import take_back
from engine.tasks.urging import urge, urge_case
from engine.tasks.withdrawing import withdraw

__all__ = [
    "Glance",
    "Held",
    "add_signers",
    "ask_extension",
    "claim",
    "complete",
    "complete_many",
    "copy",
    "copy_case",
    "discard_draft",
    "give_back",
    "glance",
    "is_unseen",
    "lend",
    "look",
    "meant",
    "on_behalf",
    "read_copy",
    "reassign",
    "release",
    "remove_signer",
    "reopen",
    "return_targets",
    "save_draft",
    "seen",
    "send_back",
    "step_aside",
    "take_back",
    "targets_among",
    "urge",
    "urge_case",
    "withdraw",
    "withdraw_extension",
]
