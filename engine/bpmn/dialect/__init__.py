"""Our words in a BPMN file: the `camunda:` attributes and properties we read, and their grammar.

What each word means to a designer stands in `dialect.json` beside this folder, which the browser
loads too; a test keeps the two lists equal. Nothing here knows which posts or forms there are.
"""

from engine.bpmn.dialect.assigning import (
    ASSIGNEE,
    CANDIDATE_GROUPS,
    CANDIDATE_USERS,
    RULES_RUN,
    Place,
    Rule,
    RuleKind,
    Who,
    assignment,
    users,
    who,
)
from engine.bpmn.dialect.deadlines import due
from engine.bpmn.dialect.offering import (
    OUTCOMES,
    RETURN_WORDS,
    RETURNS_USUAL,
    VERBS_USUAL,
    Verb,
    returns_to,
    verbs,
)
from engine.bpmn.dialect.scripting import script
from engine.bpmn.dialect.voting import signing
from engine.bpmn.dialect.words import (
    ATTRIBUTES,
    CASE,
    DUE,
    DUE_DATE,
    FIELD_RIGHTS,
    FORM_REF,
    PRIORITY,
    PROPERTIES,
    RETURNS_TO,
    RIGHTS,
    SIGNING,
    TOPIC,
    TYPE,
    VERBS,
    Word,
    field_rights,
    key,
    priority,
)
from engine.bpmn.dialect.written import DialectError

__all__ = [
    "ASSIGNEE",
    "ATTRIBUTES",
    "CANDIDATE_GROUPS",
    "CANDIDATE_USERS",
    "CASE",
    "DUE",
    "DUE_DATE",
    "FIELD_RIGHTS",
    "FORM_REF",
    "OUTCOMES",
    "PRIORITY",
    "PROPERTIES",
    "RETURNS_TO",
    "RETURNS_USUAL",
    "RETURN_WORDS",
    "RIGHTS",
    "RULES_RUN",
    "SIGNING",
    "TOPIC",
    "TYPE",
    "VERBS",
    "VERBS_USUAL",
    "DialectError",
    "Place",
    "Rule",
    "RuleKind",
    "Verb",
    "Who",
    "Word",
    "assignment",
    "due",
    "field_rights",
    "key",
    "priority",
    "returns_to",
    "script",
    "signing",
    "users",
    "verbs",
    "who",
]
