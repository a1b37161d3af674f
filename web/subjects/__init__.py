"""The register of subjects: its list, one subject with its people, and what the office does."""

from web.subjects import bulk, edit, index, show, team
from web.subjects.blueprint import bp

__all__ = ["bp", "bulk", "edit", "index", "show", "team"]
