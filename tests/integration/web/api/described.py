"""Requests made from an OpenAPI description, and whether an answer is as it describes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Json = Any

TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
WORDS = st.sampled_from(
    [
        "",
        "x",
        "approve",
        "initiator",
        "approval_major",
        "\x00",
        "' OR 1=1 --",
        "汉字",
        "${7*7}",
        "a/b",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Request:
    """One request, and the path of the description that it was made from."""

    method: str
    template: str
    path: str
    options: dict[str, Any] = field(default_factory=dict)


def fits(told: Json, shape: Json, value: Json) -> bool:  # noqa: PLR0911 - a case each
    """Whether a value is as a schema says: the words that the description uses."""
    if "$ref" in shape:
        return fits(told, told["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]], value)
    if "oneOf" in shape:
        return sum(fits(told, one, value) for one in shape["oneOf"]) == 1
    types = shape.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(TYPES[name](value) for name in types):
        return False
    if value is None:
        return True
    if "enum" in shape and value not in shape["enum"]:
        return False
    if isinstance(value, str):
        return len(value) <= shape.get("maxLength", len(value))
    if isinstance(value, list) and "items" in shape:
        return all(fits(told, shape["items"], one) for one in value)
    if isinstance(value, dict) and "properties" in shape:
        parts = shape["properties"]
        known = value.keys() <= parts.keys() and set(shape["required"]) <= value.keys()
        return known and all(fits(told, parts[name], one) for name, one in value.items())
    return True


def is_as_described(told: Json, path: str, answer: Any) -> bool:
    """Whether a good answer to a reading request is as the description has it."""
    content = told["paths"][path]["get"]["responses"][str(answer.status_code)]["content"]
    return fits(told, content["application/json"]["schema"], answer.json)


@st.composite
def requests(draw: Any, told: Json, place: dict[str, int | str]) -> Request:
    """A request to any route: its places known or not, its query and body right or wrong."""
    template = draw(st.sampled_from(sorted(told["paths"])))
    method = draw(st.sampled_from(sorted(told["paths"][template])))
    operation = told["paths"][template][method]
    path = template
    for name in re.findall(r"\{(\w+)\}", template):
        known = place.get(name, "approval_major" if name == "key" else 1)
        path = path.replace(f"{{{name}}}", str(draw(st.sampled_from([known, 999_999]))))
    options: dict[str, Any] = {"headers": draw(_headers())}
    queries = [one for one in operation["parameters"] if one["in"] == "query"]
    if queries:
        chosen = draw(
            st.lists(st.sampled_from(queries), max_size=2, unique_by=lambda one: one["name"])
        )
        options["query_string"] = {one["name"]: draw(_text_of(one["schema"])) for one in chosen}
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        options["json"] = draw(_value(told, content["application/json"]["schema"]) | ANYTHING)
    elif content:
        options |= {"data": draw(st.binary(max_size=40)), "content_type": "application/xml"}
    return Request(method.upper(), template, path, options)


def _headers() -> Any:
    return st.fixed_dictionaries(
        {},
        optional={
            "If-Match": st.sampled_from(["*", '"x"', "x", '"', ""]),
            "Idempotency-Key": st.sampled_from(["a", "b", " ", "x" * 300]),
        },
    )


def _text_of(schema: Json) -> Any:
    right = st.sampled_from([str(one) for one in schema.get("enum", ["1", "true", "2026-2028"])])
    return right | WORDS | st.text(max_size=20)


def _value(told: Json, schema: Json) -> Any:  # noqa: PLR0911 - a case each
    if "$ref" in schema:
        return _value(told, told["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "oneOf" in schema:
        return st.one_of([_value(told, one) for one in schema["oneOf"]])
    types = schema.get("type", "object")
    kind = types if isinstance(types, str) else types[0]
    if kind == "string":
        return st.sampled_from(schema["enum"]) if "enum" in schema else WORDS | st.text()
    if kind == "integer":
        return st.integers(1, 20) | st.integers()
    if kind == "array":
        return st.lists(_value(told, schema["items"]), max_size=3)
    if kind == "boolean":
        return st.booleans()
    if "properties" not in schema:
        return st.dictionaries(WORDS, ANYTHING, max_size=3)
    parts = {name: _value(told, one) for name, one in schema["properties"].items()}
    required = {name: parts.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=parts)
