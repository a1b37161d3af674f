"""The college's quality cycle, as a customer of the engine: subjects and documents."""

from engine import citing, deadlines, handlers, moving
from engine.college import persons
from engine.tasks import extension
from quality import (
    cases,
    cycle,
    handing_over,
    kinds,
    publishing,
    registers,
    resolvers,
    standards,
    subjects,
    templates,
)
from quality.evidence import cited, rules
from quality.imports import work
from quality.subjects import made


def register() -> None:
    """Plug the quality cycle into the engine: its handlers, resolvers and kinds of case."""
    handlers.handler("quality.publish")(publishing.publish)
    for word, resolver in resolvers.RESOLVERS.items():
        handlers.resolver(word)(resolver)
    handlers.PEOPLE.update(resolvers.PEOPLE)
    handlers.background(made.TOPIC)(made.work)
    handlers.background("people.words")(persons.make_found)
    handlers.register_case("quality.document", cases.DocumentCase(), *kinds.KEYS)
    handlers.handler(templates.TOPIC)(templates.publish)
    handlers.register_case(templates.CASE, templates.TemplateCase(), "template")
    handlers.handler(standards.TOPIC)(standards.publish)
    for kind, case in standards.CASES.items():
        handlers.register_case(case, standards.StandardCase(kind), "standard")
    handlers.register_case(extension.CASE, extension.ExtensionCase(), "extension")
    deadlines.register()
    moving.register()
    handlers.dates("cycle")(cycle.named)
    handlers.DATE_NAMES["cycle"] = cycle.names
    handlers.SOURCES.update(registers.SOURCES)
    handlers.APART["subject"] = subjects.is_kept_from
    handing_over.register()
    handlers.LIBRARIES[citing.EVIDENCE] = cited.EvidenceLibrary()
    rules.register()
    work.register()
