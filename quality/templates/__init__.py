"""Templates of the tables: written by lead departments, versioned, kept with what was born."""

from quality.templates.content import Template, catalogue
from quality.templates.versions import counts, current, lay, listed, newest, of_hash, one

__all__ = [
    "Template",
    "catalogue",
    "counts",
    "current",
    "lay",
    "listed",
    "newest",
    "of_hash",
    "one",
]
