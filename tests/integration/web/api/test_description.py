"""The description of the interface is complete, well formed and true."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import roles
from engine.db import begin_writing
from engine.models import Role
from engine.people import SYSTEM
from quality import standards
from quality.registers import plans, points
from quality.registers.plans import Given
from quality.standards.models import StandardKind
from tests.college import ROOT
from tests.integration.web.api.described import fits, requests
from web.api import openapi
from web.api.fields import Shape
from web.api.routing import OPERATIONS

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}
MANY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def told(anybody):
    """The description as anybody gets it."""
    answer = anybody.get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def test_every_route_is_described_and_nothing_else(app, told):
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) & METHODS
    }
    described = {(path, method) for path, item in told["paths"].items() for method in item}
    assert len(served) > 25
    assert described == served


def test_every_route_is_in_the_docs(told):
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    routes = {f"{method.upper()} {path}" for path, item in told["paths"].items() for method in item}
    listed = re.findall(r"^\| `((?:GET|POST|PUT|DELETE) /[^`]+)` \|", page, re.MULTILINE)
    assert sorted(set(listed)) == sorted(routes)


def test_the_description_is_well_formed(told):
    assert told["openapi"].startswith("3.1")
    assert {"title", "version"} <= told["info"].keys()
    names = []
    for path, item in told["paths"].items():
        for one in item.values():
            names.append(one["operationId"])
            places = {each["name"] for each in one["parameters"] if each["in"] == "path"}
            assert places == set(re.findall(r"\{(\w+)\}", path))
            assert one["summary"]
            assert any(status.startswith("2") for status in one["responses"])
            assert all(answer["description"] for answer in one["responses"].values())
    assert len(names) == len(set(names)) == len(OPERATIONS)
    shapes = told["components"]["schemas"]
    referred = set(re.findall(r"#/components/schemas/(\w+)", openapi.description().decode()))
    assert referred <= shapes.keys()
    for shape in shapes.values():
        assert set(shape["required"]) <= shape["properties"].keys()
        assert shape["description"]


def test_no_two_shapes_have_one_name():
    names = [shape.__name__ for shape in every(Shape)]
    assert len(names) > 40
    assert sorted(names) == sorted(set(names))


def every(shape):
    """All kinds of a shape, however deep."""
    for kind in shape.__subclasses__():
        yield kind
        yield from every(kind)


def test_the_checker_of_answers_finds_faults(told):
    me = {"id": 1, "username": "a", "name": "b", "roles": [], "posts": [], "permissions": []}
    shape = {"$ref": "#/components/schemas/Me"}
    assert fits(told, shape, me)
    for wrong in ({**me, "id": "1"}, {**me, "more": 1}, {**me, "roles": [1]}, {}, None):
        assert not fits(told, shape, wrong)


OF_OTHERS = {
    "/standards/{standard_id}/changes": "a standard without a version",
    "/standards/{standard_id}/versions/{number}": "the same",
    "/templates/{kind}/draft": "who leads the kind",
}
"""Routes whose good request is in the test of what they are about."""


def test_answers_are_as_described(told, handed_in, program, college, db):
    """One good request to every route that reads."""
    case, task = handed_in()
    begin_writing(db)
    roles.give(db, college.users["admin"], Role.PEOPLE_ADMIN, by=SYSTEM)
    unit = college.units["machine"]
    registered = {
        "plan_id": plans.create(db, Given("事业发展规划", 2026, 2030, unit_id=unit), by=SYSTEM),
        "point_id": points.add(db, 2026, unit, ["1 深化产教融合"], by=SYSTEM)[0],
        "standard_id": standards.create(db, StandardKind.BASIC, "毕业标准", unit, by=SYSTEM),
    }
    db.commit()
    place = registered | {
        "kind": "major",
        "instance_id": case,
        "task_id": task,
        "subject_id": college.subject,
        "key": "approval_major",
        "number": 1,
    }
    read = 0
    for path, item in told["paths"].items():
        is_named = set(re.findall(r"\{(\w+)\}", path)) <= place.keys()
        if "get" not in item or not is_named or path in OF_OTHERS:
            continue
        answer = program("admin").get(path.format(**place))
        assert answer.status_code == 200, path
        content = item["get"]["responses"]["200"].get("content")
        if content is not None:
            assert fits(told, content["application/json"]["schema"], answer.json), path
            read += 1
    assert read > 30


def test_no_request_breaks_it(told, handed_in, program, college):
    """Requests made from the description, right and wrong: answered as described, never 5xx."""
    case, task = handed_in()
    place = {"instance_id": case, "task_id": task, "subject_id": college.subject}
    place |= {"kind": "major", "grid": "goals"}
    speaks = {name: program(name) for name in ("leader", "reviewer", "admin")}

    @MANY
    @given(requests(told, place), st.sampled_from(sorted(speaks)))
    def ask(request, name):
        answer = speaks[name].send(request.method, request.path, **request.options)
        assert answer.status_code < 500, (request, answer.text)
        described = told["paths"][request.template][request.method.lower()]["responses"]
        if answer.status_code != 304:
            assert str(answer.status_code) in described, (request, answer.status_code)
            content = described[str(answer.status_code)].get("content", {})
            for media, shape in content.items():
                assert answer.mimetype == media
                assert fits(told, shape["schema"], answer.json), (request, answer.text)

    ask()
