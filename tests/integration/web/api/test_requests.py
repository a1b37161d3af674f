"""Requests that are not as they should be are answered with a sentence, and nothing breaks."""

from __future__ import annotations

from web.app import MAX_REQUEST

DEEP = b'{"values": ' + b"[" * 500 + b"]" * 500 + b"}"


TWICE = b'{"a": 1, "a": 2}'
BROKEN = [
    b"{", b"[1,", b"\xff\xfe", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\x00", DEEP, b"nul", TWICE
]  # fmt: skip


def test_what_is_no_json_is_400(program):
    for body in BROKEN:
        for path in ("/instances", "/tasks/1/draft", "/tasks/batch"):
            method = "PUT" if path.endswith("draft") else "POST"
            answer = program("leader").send(
                method, path, data=body, content_type="application/json"
            )
            assert (answer.status_code, answer.content_type) == (400, "application/problem+json"), (
                body
            )
            assert answer.json["title"], body


NO_OBJECT = [b"[]", b"1", b'"x"', b"null", b"true"]


def test_json_that_is_no_object_is_422(program):
    for body in NO_OBJECT:
        answer = program("leader").send(
            "POST", "/instances", data=body, content_type="application/json"
        )
        assert answer.status_code == 422, body


MEDIA = ["text/plain", "application/x-www-form-urlencoded", ""]


def test_a_refusal_counts_what_is_wrong(program):
    answer = program("leader").post("/instances", {"definition": 1, "more": 2})
    assert answer.json["title"] == "请求里有 2 处不对。"
    assert set(answer.json["errors"]) == {"definition", "more"}


def test_what_stands_in_a_list_is_looked_at_too_and_told_by_its_place(program):
    right = {"step": "review", "people": ["leader"]}
    wrong = {"step": 1, "people": ["leader", True], "more": 2}
    asked = {"outcome": "approve", "picks": [right, wrong, 3]}
    answer = program("leader").post("/tasks/1/completion", asked)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {
        "picks/1/step",
        "picks/1/people/1",
        "picks/1/more",
        "picks/2",
    }


def test_another_kind_of_body_is_415(program):
    for media in MEDIA:
        answer = program("leader").send("POST", "/instances", data=b"{}", content_type=media)
        assert answer.status_code == 415, media


def test_too_much_is_413(program):
    body = b'{"definition": "' + b"x" * MAX_REQUEST + b'"}'
    answer = program("leader").send(
        "POST", "/instances", data=body, content_type="application/json"
    )
    assert answer.status_code == 413
    values = {"x": "y" * 200_000}
    asked = {"definition": "approval_major", "values": values}
    assert program("leader").post("/instances", asked).status_code == 413


def test_another_method_is_405_and_says_which(program):
    answer = program("leader").send("DELETE", "/instances")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    tricked = program("leader").send(
        "GET", "/tasks/1/claim", headers={"X-HTTP-Method-Override": "POST"}
    )
    assert tricked.status_code == 405


NOWHERE = [
    "/tasks/0",
    "/tasks/-1",
    "/tasks/1.0",
    "/tasks/" + "9" * 30,
    "/tasks/" + "9" * 5000,
    "/tasks/%D9%A1",
    "/tasks/1%00",
    "/tasks/1/",
    "/instances/../tasks",
    "/definitions/%00/versions",
    "/definitions/a%2Fb/versions",
    "/definitions/" + "x" * 300 + "/versions",
    "/nowhere",
]


def test_an_address_of_nothing_is_404(program):
    for path in NOWHERE:
        answer = program("admin").get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), path


SENSELESS = [
    "limit=0",
    "limit=201",
    "limit=" + "9" * 50,
    "limit=x",
    "limit=%D9%A1",
    "limit=1&limit=2",
    "cursor=x",
    "cursor=%00",
    "cursor=W10",
    "cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwxXQ",
    "cursor=WyJ4IiwxXQ",
    "box=;drop",
    "due=never",
    "nothing=1",
    "%00=1",
]


def test_a_query_that_makes_no_sense_is_422(program):
    for query in SENSELESS:
        assert program("leader").get(f"/tasks?{query}").status_code == 422, query


def test_a_query_is_data(program):
    for text in ("' OR 1=1 --", "%25", "_", "\\", 'a"b', "{{7*7}}", "${7*7}"):
        answer = program("leader").send("GET", "/subjects", query_string={"q": text})
        assert (answer.status_code, answer.json["items"]) == (200, []), text
    answer = program("leader").send("GET", "/instances", query_string={"definition": "' OR 1=1"})
    assert answer.json["items"] == []


STARTS = [
    {},
    {"definition": None},
    {"definition": 1},
    {"definition": "x" * 101},
    {"definition": "approval_major", "subject": "1"},
    {"definition": "approval_major", "subject": True},
    {"definition": "approval_major", "subject": 1.5},
    {"definition": "approval_major", "subject": 10**30},
    {"definition": "approval_major", "business_key": "a\x00b"},
    {"definition": "approval_major", "values": []},
    {"definition": "approval_major", "subject": 1, "values": {"stage": "x", "period": []}},
    {"definition": "approval_major", "subject": 1, "values": {"stage": {}, "period": None}},
]


def test_a_start_that_makes_no_sense_is_refused(program):
    for asked in STARTS:
        assert program("leader").post("/instances", asked).status_code == 422, asked


def test_a_start_of_nothing_is_404(program, college):
    asked = {"definition": "nothing", "subject": college.subject}
    assert program("leader").post("/instances", asked).status_code == 404
    asked = {
        "definition": "approval_major",
        "subject": 10**12,
        "values": {"stage": "goal", "period": "2026-2028"},
    }
    assert program("leader").post("/instances", asked).status_code == 404


def test_refusals_come_in_the_language_asked_for(program):
    answer = program("leader").get("/tasks/999", **{"Accept-Language": "zh"})
    assert answer.json["title"] == "没有找到，或者您无权查看。"


def test_answers_are_for_nobody_elses_memory(program):
    answer = program("leader").get("/me")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
