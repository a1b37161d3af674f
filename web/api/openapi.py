"""The description of the interface, OpenAPI 3.1, made from the routes and the shapes they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import orjson
from flask import Response

from web.access import PUBLIC, SIGNED_IN, public
from web.api import schemas, scopes, told
from web.api.fields import Json, ListOf, Object, Part, Shape
from web.api.routing import JSON, MULTIPART, OPERATIONS, WRITING, XML, Operation, route

PROBLEM: Final = "application/problem+json"
ABOUT: Final = (
    "Times are ISO 8601 in UTC. Lists are pages: `items`, and in `next` the cursor of the page "
    "after them. Writes accept `Idempotency-Key`: the same request under the same key is answered "
    "again, not done again. What carries an `ETag` is written over with `If-Match`; over a state "
    "that has changed the answer is 412 with what is there now. A token is good for the scopes it "
    "was made with: each operation names the one it needs; `all` is good for everything."
)
REFUSALS: Final = {
    400: "The request cannot be read.",
    401: "No token, or one that is no longer good.",
    403: "You may see it, but not do this.",
    404: "There is no such thing, or you may not know of it.",
    409: "Somebody was first; the title says who and when.",
    412: "Changed since it was read; `current` is what is there now.",
    413: "Over a limit; the title says which.",
    415: "Not a content type of this route.",
    422: "Wrong in its content: `errors` by path, or `findings` of a diagram.",
    429: "Too many wrong passwords; `Retry-After` says for how long.",
    503: "Not now; `Retry-After` says when.",
}
PLACE: Final = re.compile(r"<(int|word):(\w+)>")


@route("GET", "/openapi.json", "This description", answers={200: None})
@public
def show_description() -> Response:
    """Without signing in: what can be asked is no secret, what is answered is."""
    return Response(description(), content_type=JSON)


@cache
def description() -> bytes:
    """The whole description as JSON."""
    paths: dict[str, Json] = {}
    for one in sorted(OPERATIONS, key=lambda each: (each.rule, each.method)):
        paths.setdefault(PLACE.sub(r"{\2}", one.rule), {})[one.method.lower()] = _operation(one)
    shapes = {
        shape.__name__: _shape(shape) for shape in sorted(_shapes(), key=lambda one: one.__name__)
    }
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Zhengai",
                "version": _version(),
                "summary": "Cases, tasks, definitions and documents of a college's quality cycle.",
                "description": ABOUT,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/api/v1"}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "schemas": shapes,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _version() -> str:
    try:
        return version("zhengai")
    except PackageNotFoundError:
        return "0"


def _operation(one: Operation) -> Json:
    found: Json = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.rule.split("/")[1].removesuffix(".json")],
        "parameters": [*_places(one), *_queries(one), *_headers(one)],
        "responses": dict(_answers(one)),
    }
    scope = scopes.needed(one.method, one.rule)
    found["security"] = [] if one.access == PUBLIC else [{"token": [scope] if scope else []}]
    if one.access not in (PUBLIC, SIGNED_IN):
        found["description"] = f"Needs `{one.access}`."
    content = dict(_bodies(one))
    if content:
        found["requestBody"] = {"required": True, "content": content}
    return found


def _places(one: Operation) -> Iterator[Json]:
    for kind, name in PLACE.findall(one.rule):
        shape: Json = {"type": "string", "minLength": 1, "maxLength": 100}
        if kind == "int":
            shape = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
        yield {"name": name, "in": "path", "required": True, "schema": shape}


def _queries(one: Operation) -> Iterator[Json]:
    if one.query is None:
        return
    for name, part in one.query().fields.items():
        shape = described(part)
        about = shape.pop("description", "")
        yield {
            "name": name,
            "in": "query",
            "required": part.required,
            "schema": shape,
        } | ({"description": about} if about else {})


def _headers(one: Operation) -> Iterator[Json]:
    if one.method in WRITING and one.access != PUBLIC:
        shape = {"type": "string", "minLength": 1, "maxLength": 200}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": shape}
    if one.conditional:
        shape = {"type": "string"}
        yield {"name": "If-Match", "in": "header", "required": False, "schema": shape}


def _bodies(one: Operation) -> Iterator[tuple[str, Json]]:
    if one.body is not None:
        yield JSON, {"schema": {"$ref": _reference(one.body)}}
    for media in one.media:
        about = "A diagram, or a file of decision tables." if media in XML else "The file itself."
        shape: Json = {"type": "string", "description": about}
        if media == MULTIPART:
            file = {"type": "string", "contentMediaType": "application/octet-stream"}
            about = "Files: `file`, or one .bpmn file with any number of .form files and a `note`."
            shape = {"type": "object", "additionalProperties": file, "description": about}
        yield media, {"schema": shape}


def _answers(one: Operation) -> Iterator[tuple[str, Json]]:
    for status, shape in one.answers.items():
        answer: Json = {"description": HTTPStatus(status).phrase}
        if shape is not None:
            answer["content"] = {JSON: {"schema": {"$ref": _reference(shape)}}}
        yield str(status), answer
    problem = {PROBLEM: {"schema": {"$ref": _reference(schemas.Problem)}}}
    for status in _refusals(one):
        yield str(status), {"description": REFUSALS[status], "content": problem}


def _refusals(one: Operation) -> list[int]:
    """What this route may answer instead; 503 may come from anywhere."""
    found = {503}
    if one.access != PUBLIC:
        found |= {401, 403, 404}
    if one.query is not None:
        found |= {422}
    if one.method in WRITING:
        found |= {400, 404, 409, 412, 413, 415, 422}
    if one.name == "create_token":
        found |= {401, 429}
    return sorted(found)


def _shapes() -> set[type[Shape]]:
    """Every shape that a route names, and those named by shapes."""
    waiting: list[type[Shape]] = [schemas.Problem, told.TaskLine, told.StartedLine, told.CopyLine]
    for one in OPERATIONS:
        waiting += [shape for shape in (one.body, *one.answers.values()) if shape is not None]
    found: set[type[Shape]] = set()
    while waiting:
        shape = waiting.pop()
        if shape not in found:
            found.add(shape)
            waiting += [inner for part in shape().fields.values() for inner in _inner(part)]
    return found


def _inner(part: object) -> Iterator[type[Shape]]:
    if isinstance(part, Object):
        yield part.of
    elif isinstance(part, ListOf):
        yield from _inner(part.of)


def _shape(shape: type[Shape]) -> Json:
    parts = shape().fields
    return {
        "type": "object",
        "description": " ".join((shape.__doc__ or "").split()),
        "properties": {name: described(part) for name, part in parts.items()},
        "required": [name for name, part in parts.items() if part.required],
        "additionalProperties": False,
    }


def described(part: object) -> Json:
    """A value as JSON Schema; every value of the interface is one of our kinds."""
    if not isinstance(part, Part):
        message = f"{part!r} does not describe itself"
        raise TypeError(message)
    return part.described()


def _reference(shape: type[Shape]) -> str:
    return f"#/components/schemas/{shape.__name__}"
