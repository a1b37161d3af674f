"""Subjects (诊改主体): what is improved, the register of it, and what may be started for it now."""

from quality.subjects.described import Given
from quality.subjects.kept import (
    CHANGEABLE,
    change,
    change_all,
    close,
    create,
    create_all,
    given_of,
    mark_pilots,
    problems,
    reopen,
)
from quality.subjects.listed import (
    SubjectRow,
    Wanted,
    below,
    counts,
    has_documents_for,
    head,
    is_kept_from,
    known,
    one,
    parents_for,
    units_of,
    visible,
)
from quality.subjects.made import Made, Missing, make, missing
from quality.subjects.references import read_reference, reference
from quality.subjects.startable import Startable, standing, startable
from quality.subjects.team import TeamRow, give_owner, join, leave, members, owners

__all__ = [
    "CHANGEABLE",
    "Given",
    "Made",
    "Missing",
    "Startable",
    "SubjectRow",
    "TeamRow",
    "Wanted",
    "below",
    "change",
    "change_all",
    "close",
    "counts",
    "create",
    "create_all",
    "give_owner",
    "given_of",
    "has_documents_for",
    "head",
    "is_kept_from",
    "join",
    "known",
    "leave",
    "make",
    "mark_pilots",
    "members",
    "missing",
    "one",
    "owners",
    "parents_for",
    "problems",
    "read_reference",
    "reference",
    "reopen",
    "standing",
    "startable",
    "units_of",
    "visible",
]
