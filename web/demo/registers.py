"""The demo's plans of the school for five years, and the points of two years' work."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy.orm import Session

from engine.people import SYSTEM
from quality import standards
from quality.registers import plans, points
from quality.registers.plans import Given
from quality.standards.models import StandardKind

TOLD: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "registers.yaml").read_bytes()
)
LENGTH: Final = 5
COUNTED_FROM: Final = 1951
TEN: Final = 10
DIGITS: Final = "〇一二三四五六七八九"


def enter(db: Session, units: dict[str, int], year: int) -> None:
    """Enter the plans that this year falls into, and its points."""
    first = year - (year - 1) % LENGTH
    number = (first - COUNTED_FROM) // LENGTH
    which = f"十{DIGITS[number % TEN]}五" if number > TEN else str(number)
    ids: dict[str, int] = {}
    for told in TOLD["plans"]:
        given = Given(
            told["name"].format(which=which),
            first,
            first + LENGTH - 1,
            parent_id=ids.get(told.get("under", "")),
            unit_id=units[told["unit"]],
            kinds=tuple(told["kinds"]),
        )
        ids[told["key"]] = plans.create(db, given, by=SYSTEM)
    for told in TOLD["points"]:
        unit_id = units[told["unit"]] if "unit" in told else None
        for each in (year, year + 1):
            points.add(db, each, unit_id, told["lines"], by=SYSTEM)


def enter_standards(db: Session, units: dict[str, int]) -> None:
    """Register the basic standards of the catalogue, and some work standards of units."""
    standards.lay(db, by=SYSTEM)
    for told in TOLD["standards"]:
        for category, names in told["names"].items():
            for name in names:
                unit = units[told["unit"]]
                standards.create(db, StandardKind.WORK, name, unit, by=SYSTEM, category=category)
