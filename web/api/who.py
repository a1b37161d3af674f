"""Who would get each step of a flow today: who(definition, subject), before a case begins."""

from __future__ import annotations

from engine import preview, versions
from engine.permissions import Action
from web import who_words
from web.access import needs
from web.api.fields import Json, ListOf, Object, Shape, Text
from web.api.routing import route
from web.api.schemas import KEY, WORD
from web.session import db


class WhoAsked(Shape):
    """For which subject and initiator."""

    subject = Text(KEY, "Number of a subject; without it, rules about the subject find nobody.")
    initiator = Text(KEY, "User name of who would begin; oneself without it. Others: designers.")


class WhoStep(Shape):
    """A step and whom it would go to."""

    element = Text(KEY, required=True)
    name = Text(WORD, required=True)
    rules = ListOf(Text(WORD), "The rules in words.", required=True)
    fallback = ListOf(Text(WORD), "What is tried where nobody is found.", required=True)
    people = ListOf(Text(WORD), "Names, or posts where they are many.", required=True)
    note = Text(
        KEY,
        "open: decided while the case runs; fallback: a fallback found them; nobody: the "
        "administrators get it; settled: passes by itself.",
        required=True,
    )
    note_text = Text(WORD, required=True)


class WhoAnswer(Shape):
    """Every step in the order of the drawing."""

    items = ListOf(Object(WhoStep), required=True)


@route(
    "GET",
    "/definitions/<word:key>/who",
    "Whom each step would go to today",
    query=WhoAsked,
    answers={200: WhoAnswer},
)
@needs(Action.DEFINITION_VIEW)
def show_who(key: str, wanted: Json) -> Json:
    """Nothing begins. Names are as of today; a field or a choice may decide later."""
    version = versions.active(db(), key)
    return {"items": who_words.who(preview.steps_of(version), who_words.about(wanted))}
