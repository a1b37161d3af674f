"""The categories of work standards, and the basic standards by the departments that lead them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

CATALOG: Final = Path(__file__).parent.parent / "catalog" / "standards.yaml"


@cache
def _told() -> Mapping[str, Any]:
    told: Mapping[str, Any] = yaml.safe_load(CATALOG.read_bytes())
    return told


def years() -> int:
    """For how many years a version holds."""
    return int(_told()["revision_years"])


def categories() -> dict[str, tuple[str, ...]]:
    """The categories of work standards, each with what belongs into one."""
    return {one["label"]: tuple(one["contents"]) for one in _told()["work"]}


def basic() -> dict[str, tuple[str, ...]]:
    """The names of basic standards by the name of the department that leads them."""
    return {one["lead"]: tuple(one["names"]) for one in _told()["basic"]}
