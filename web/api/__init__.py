"""The REST interface, under /api/v1: tokens, definitions, cases, tasks, documents, operations.

Each module holds the routes of one resource; `routing` reads requests and words answers,
`openapi` describes them all.
"""

from web.api import (
    definitions,
    drafts,
    imports,
    instances,
    me,
    openapi,
    operations,
    rights,
    subjects,
    tasks,
    tokens,
    versions,
)
from web.api.routing import blueprint

__all__ = [
    "blueprint",
    "definitions",
    "drafts",
    "imports",
    "instances",
    "me",
    "openapi",
    "operations",
    "rights",
    "subjects",
    "tasks",
    "tokens",
    "versions",
]
