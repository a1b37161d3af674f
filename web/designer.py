"""The process designer: its page, the draft it saves, what is wrong with it, and publishing it.

GET  /definitions/K/draft            the page          GET  /definitions/K/draft/bpmn   its diagram
PUT  /definitions/K/draft            save it           POST /definitions/K/draft/findings
POST /definitions/K/draft/who        whom its steps would go to
POST /definitions/K/versions         publish the saved draft with a note
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import definitions, people, permissions, preview, roles
from engine.bpmn import parse
from engine.bpmn.findings import Finding, error
from engine.bpmn.parse import Unreadable
from engine.definitions import Draft
from engine.errors import NotFound, StaleDraft
from engine.permissions import Action
from engine.queries import choices
from engine.queries.choices import Choices
from quality import cycle, subjects
from web import who_words
from web.access import needs
from web.errors import UNPROCESSABLE, problem, status_of
from web.i18n import in_words, moment, said, say
from web.session import db, me

bp = Blueprint("designer", __name__, url_prefix="/definitions")

MAX_NOTE: Final = 500
SUBJECTS: Final = 200
NO_REVISION: Final = -1
# The field of the panel that a rule is about: a finding leads there.
FIELDS: Final[Mapping[str, str]] = {
    "assignment_known": "who",
    "call_known": "calledElement",
    "case_known": "case",
    "condition_place": "condition",
    "condition_readable": "condition",
    "decision_known": "decisionRef",
    "due_readable": "due",
    "error_caught": "error",
    "escalation_known": "escalation",
    "field_rights_known": "field_rights",
    "form_exists": "form",
    "gateway_default": "condition",
    "handler_exists": "topic",
    "id_well_formed": "id",
    "message_named": "message",
    "name_plain": "name",
    "name_required": "name",
    "process_id": "key",
    "refuse_has_path": "verbs",
    "returns_to_known": "returns_to",
    "script_lines": "script",
    "signal_named": "signal",
    "signing_known": "signing",
    "timer_readable": "timer",
    "user_task_assigned": "who",
    "verbs_known": "verbs",
}
ETAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


@bp.get("/<key>/draft")
@needs(Action.DEFINITION_EDIT)
def show(key: str) -> str:
    """The page."""
    name = choices.name_of(db(), key)
    if name is None:
        raise NotFound
    return render_template(
        "designer/show.html",
        definition={"key": key, "name": name},
        draft=_saved(definitions.draft(db(), key, by=me())),
        known=_known(choices.choices(db())),
        may_edit=permissions.may(me(), Action.DEFINITION_EDIT),
        may_publish=permissions.may(me(), Action.DEFINITION_PUBLISH),
    )


@bp.get("/<key>/draft/bpmn")
@needs(Action.DEFINITION_EDIT)
def bpmn(key: str) -> Response:
    """The diagram, byte by byte as it was saved."""
    return Response(definitions.draft(db(), key, by=me()).bpmn, content_type="application/xml")


@bp.put("/<key>/draft")
@needs(Action.DEFINITION_EDIT)
def save(key: str) -> ResponseReturnValue:
    """Save over the revision named by `If-Match`; over another one, or none, is refused."""
    match = ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    revision = int(match[1]) if match else NO_REVISION
    try:
        draft = definitions.save_draft(db(), key, request.get_data(), by=me(), revision=revision)
    except StaleDraft as stale:
        return _stale(key, stale)
    answer = jsonify(_saved(draft))
    answer.set_etag(str(draft.revision))
    return answer


@bp.post("/<key>/draft/findings")
@needs(Action.DEFINITION_EDIT)
def findings(key: str) -> Response:
    """What publishing this diagram would say; nothing is kept."""
    xml = request.get_data()
    return jsonify([_finding(one) for one in (*_foreign(key, xml), *definitions.check(db(), xml))])


@bp.post("/<key>/draft/who")
@needs(Action.DEFINITION_EDIT)
def try_out(key: str) -> ResponseReturnValue:
    """Whom the steps of this diagram would go to, for a subject and an initiator."""
    if choices.name_of(db(), key) is None:
        raise NotFound
    try:
        steps = preview.steps_drawn(parse.read(request.get_data()))
    except Unreadable as unreadable:
        return problem(
            UNPROCESSABLE, in_words(unreadable.finding.sentence, unreadable.finding.values)
        )
    return jsonify(who_words.who(steps, who_words.about(request.args)))


@bp.post("/<key>/versions")
@needs(Action.DEFINITION_PUBLISH)
def publish(key: str) -> ResponseReturnValue:
    """Publish the draft of the revision that the person saw."""
    asked = request.get_json(silent=True)
    asked = asked if isinstance(asked, dict) else {}
    draft = definitions.draft(db(), key, by=me())
    if asked.get("revision") != draft.revision:
        return _stale(key, StaleDraft())
    foreign = [_finding(one) for one in _foreign(key, draft.bpmn)]
    if foreign:
        return problem(UNPROCESSABLE, foreign[0]["sentence"], {"findings": foreign})
    note = str(asked.get("note", ""))[:MAX_NOTE]
    published = definitions.publish(db(), draft.bpmn, by=me(), note=note)
    where = url_for("definitions.show", key=key)
    return jsonify(number=published.number, is_new=published.is_new, url=where), 201


def _foreign(key: str, xml: bytes) -> tuple[Finding, ...]:
    """A diagram of another process would be published under that one's name, not under this."""
    try:
        found = parse.read(xml).id
    except Unreadable:
        return ()
    if found == key:
        return ()
    message = "图里的流程标识是“{found}”，这里是“{key}”，不能发布。"
    return (error("", "own_process", message, found=found, key=key),)


def _stale(key: str, stale: StaleDraft) -> Response:
    stands = _saved(definitions.draft(db(), key, by=me()))
    return problem(status_of(stale), say(stale), stands)


def _saved(draft: Draft) -> dict[str, Any]:
    who = people.names(db(), [draft.saved_by]).get(draft.saved_by or 0, "")
    return {"revision": draft.revision, "saved_at": moment(draft.saved_at), "saved_by": who}


def _finding(one: Finding) -> dict[str, str]:
    sentence = in_words(one.sentence, one.values)
    return {
        "element": one.element,
        "name": said(one.where),
        "severity": one.severity,
        "rule": one.rule,
        "sentence": sentence,
        "field": FIELDS.get(one.rule, ""),
    }


def _known(found: Choices) -> dict[str, Any]:
    variables = sorted({name for form in found.forms for name in form.variables})
    return {
        "posts": _pairs(found.posts),
        "units": _pairs(found.units),
        "committees": _pairs(found.committees),
        "roles": [{"value": role, "label": gettext(label)} for role, label in roles.LABELS.items()],
        "subjects": [
            {"value": str(one.id), "label": one.name}
            for one in subjects.visible(db(), me(), limit=SUBJECTS).items
        ],
        "forms": [
            {
                "value": form.key,
                "label": form.key,
                "fields": [{"value": address, "label": label} for address, label in form.fields],
            }
            for form in found.forms
        ],
        "topics": [{"value": topic, "label": topic} for topic in found.topics],
        "cases": [{"value": case, "label": case} for case in found.cases],
        "flows": _pairs(found.flows),
        "decisions": _pairs(found.decisions),
        "policies": _pairs(found.policies),
        "dates": _pairs(cycle.named_dates(db())),
        "variables": [{"value": name, "label": name} for name in variables],
    }


def _pairs(named: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": key, "label": name} for key, name in named]
