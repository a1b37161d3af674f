"""The REST interface, under /api/v1: tokens, definitions, cases, tasks, documents, operations.

Each module holds the routes of one resource; `routing` reads requests and words answers,
`openapi` describes them all.
"""

from web.api import (
    committees,
    deadlines,
    decisions,
    definitions,
    deputies,
    drafts,
    handing_over,
    imports,
    instances,
    me,
    moving,
    openapi,
    operations,
    people,
    posts,
    rights,
    subjects,
    tasks,
    tokens,
    units,
    verbs,
    versions,
    who,
)
from web.api.routing import blueprint

__all__ = [
    "blueprint",
    "committees",
    "deadlines",
    "decisions",
    "definitions",
    "deputies",
    "drafts",
    "handing_over",
    "imports",
    "instances",
    "me",
    "moving",
    "openapi",
    "operations",
    "people",
    "posts",
    "rights",
    "subjects",
    "tasks",
    "tokens",
    "units",
    "verbs",
    "versions",
    "who",
]
