"""Work standards (工作标准) and basic standards (基本标准): kept by units."""

from quality.standards.cases import (
    CASES,
    FLOWS,
    TOPIC,
    StandardCase,
    may_revise,
    publish,
    read_reference,
    reference,
    unit_of,
)
from quality.standards.register import (
    Due,
    StandardRow,
    change,
    create,
    lay,
    listed,
    one,
    units,
)

__all__ = [
    "CASES",
    "FLOWS",
    "TOPIC",
    "Due",
    "StandardCase",
    "StandardRow",
    "change",
    "create",
    "lay",
    "listed",
    "may_revise",
    "one",
    "publish",
    "read_reference",
    "reference",
    "unit_of",
    "units",
]
