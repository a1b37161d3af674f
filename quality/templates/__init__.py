"""Templates of the tables: written by lead departments, versioned, kept with what was born."""

from quality.templates.cases import CASE, FLOW, TOPIC, TemplateCase, publish, under_way
from quality.templates.checks import MOST_GOALS, MOST_ITEMS, Problem
from quality.templates.comparing import Difference, What, differences
from quality.templates.content import Template, catalogue
from quality.templates.drafts import Draft, discard, draft, problems, save
from quality.templates.rights import editable, require
from quality.templates.versions import are_laid, counts, current, lay, listed, newest, of_hash, one

__all__ = [
    "CASE",
    "FLOW",
    "MOST_GOALS",
    "MOST_ITEMS",
    "TOPIC",
    "Difference",
    "Draft",
    "Problem",
    "Template",
    "TemplateCase",
    "What",
    "are_laid",
    "catalogue",
    "counts",
    "current",
    "differences",
    "discard",
    "draft",
    "editable",
    "lay",
    "listed",
    "newest",
    "of_hash",
    "one",
    "problems",
    "publish",
    "require",
    "save",
    "under_way",
]
