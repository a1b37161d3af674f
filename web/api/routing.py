"""Routes of the interface: one decorator reads a request, words its answer, describes both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import UnsupportedMediaType

from engine.bpmn.findings import Finding
from engine.bpmn.parse import Unreadable
from engine.errors import LockedOut, Refused
from engine.forms.validation import Invalid
from engine.sentence import Sentence
from web import json_body
from web.api import fields, idempotency, scopes
from web.api.fields import Shape
from web.api.preconditions import Stale, unless_seen
from web.errors import UNPROCESSABLE, problem, status_of
from web.i18n import in_words, say
from web.json_body import NotJson

JSON: Final = "application/json"
XML: Final = ("application/xml", "text/xml")
MULTIPART: Final = "multipart/form-data"
MAX_DEPTH: Final = 40
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
CONFLICT: Final = 409
WRITING: Final = frozenset({"POST", "PUT", "DELETE"})

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


class NotReadable(Refused):
    """The body is no JSON, or JSON nested without measure."""

    sentence = "请求的内容不是完好的 JSON：{why}"


class Malformed(Invalid):
    """Fields of the request are missing, wrong or unknown; `errors` by path."""

    sentence = "请求里有 {count} 处不对。"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: what it says, its status, its headers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as the description knows it. `answers` gives the shape by status, None for bytes.

    `media` are the content types of the body where it is not JSON; `conditional` says that it
    heeds `If-Match`.
    """

    method: str
    rule: str
    name: str
    summary: str
    access: str
    answers: Mapping[int, type[Shape] | None]
    body: type[Shape] | None = None
    query: type[Shape] | None = None
    media: tuple[str, ...] = ()
    conditional: bool = False


OPERATIONS: Final[list[Operation]] = []

View = Callable[..., Any]


def route(  # noqa: PLR0913  (all that is said of a route, by keyword)
    method: str,
    rule: str,
    summary: str,
    *,
    answers: Mapping[int, type[Shape] | None],
    body: type[Shape] | None = None,
    query: type[Shape] | None = None,
    media: tuple[str, ...] = (),
    conditional: bool = False,
) -> Callable[[View], View]:
    """Serve a view at a route; it gets `asked` (the body) and `wanted` (the query), checked."""

    def serve(view: View) -> View:
        @functools.wraps(view)
        def answered(**place: Any) -> Response:
            given = place
            if query is not None:
                given = given | {"wanted": _loaded(query, _query())}
            if media and request.mimetype in media:
                given = given | ({} if body is None else {"asked": None})
            elif body is not None:
                given = given | {"asked": _loaded(body, _json())}
            elif media:
                raise UnsupportedMediaType
            elif method in WRITING:
                _loaded(Shape, _json())
            return _worded(view(**given), answers)

        name = view.__name__
        access = str(getattr(view, "access", ""))
        told = Operation(
            method, rule, name, summary, access, answers, body, query, media, conditional
        )
        OPERATIONS.append(told)
        blueprint.add_url_rule(rule, name, answered, methods=[method])
        return answered

    return serve


def _query() -> dict[str, Any]:
    """The query as one value a name; a name that comes twice is a fault, not a choice."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise Malformed({name[:200]: Sentence("这一项写了两次。") for name in twice}, {})
    return dict(request.args.items())


def _json() -> Any:
    """The body as JSON; nothing at all is an empty object."""
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    try:
        found = json_body.read(raw)
    except NotJson as error:
        raise NotReadable(why=error.why) from error
    _require_shallow(found)
    return found


def _require_shallow(found: object) -> None:
    level = [found]
    for _depth in range(MAX_DEPTH):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    raise NotReadable(why=gettext("嵌套太深。"))


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _loaded(shape: type[Shape], given: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = shape().load(given)
    except ValidationError as error:
        raise Malformed(fields.sentences(error), {}) from error
    return found


def _worded(said: Any, answers: Mapping[int, type[Shape] | None]) -> Response:
    if isinstance(said, Response):
        return said
    told = said if isinstance(said, Told) else Told(said)
    shape = answers[told.status]
    content = orjson.dumps(shape().dump(told.body)) if shape is not None else b""
    response = Response(content, told.status, dict(told.headers), content_type=JSON)
    if shape is None:
        response.headers.pop("Content-Type")
    return response if request.method in WRITING else unless_seen(response)


@blueprint.before_request
def within_scope() -> None:
    """Refuse what the token was not made for, before anything else is looked at."""
    if request.url_rule is not None:
        scopes.require(request.url_rule.rule.removeprefix(blueprint.url_prefix or ""))


@blueprint.before_request
def answered_before() -> Response | None:
    """Give the stored answer of a request that came before under the same key."""
    return idempotency.begin()


@blueprint.after_request
def keep_answer(response: Response) -> Response:
    """Store the answer of a keyed request, in the transaction of its act."""
    if response.status_code == UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    idempotency.end(response)
    return response


@blueprint.errorhandler(NotReadable)
def not_readable(error: NotReadable) -> Response:
    """400: the request cannot be read at all."""
    return problem(BAD_REQUEST, say(error))


@blueprint.errorhandler(Stale)
def stale(error: Stale) -> Response:
    """412: somebody was faster; the answer says what is there now."""
    response = problem(status_of(error), say(error), {"current": error.current})
    response.headers["ETag"] = error.etag
    return response


@blueprint.errorhandler(LockedOut)
def locked_out(error: LockedOut) -> Response:
    """429: try again after so many seconds."""
    response = problem(status_of(error), say(error))
    response.headers["Retry-After"] = str(error.values["seconds"])
    return response


@blueprint.errorhandler(Unreadable)
def unreadable(error: Unreadable) -> Response:
    """422: a file that is no diagram; the finding says why."""
    found = finding_words(error.finding)
    return problem(UNPROCESSABLE, found["sentence"], {"findings": [found]})


@blueprint.errorhandler(IntegrityError)
def lost_race(_error: IntegrityError) -> Response:
    """409: somebody did the same at the same moment and was first."""
    return problem(CONFLICT, gettext("刚才有人做了同样的事，请看看现在的情况再试。"))


def finding_words(found: Finding) -> dict[str, str]:
    """A finding as answers say it."""
    sentence = in_words(found.sentence, found.values)
    return {
        "element": found.element,
        "severity": str(found.severity),
        "rule": found.rule,
        "sentence": sentence,
    }
