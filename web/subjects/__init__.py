"""The register of subjects: its list, one subject with its people, and what the office does."""

from web.subjects import bulk, chain, edit, index, show, team
from web.subjects.blueprint import bp

__all__ = ["bp", "bulk", "chain", "edit", "index", "show", "team"]
