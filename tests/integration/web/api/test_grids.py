"""A task's grid over the interface: fetched as a workbook, filled in, laid into the draft."""

from __future__ import annotations

import io

from quality.spreadsheets import MEDIA_TYPE
from tests.integration.web.test_grid_book import book, lines


def test_a_grid_goes_out_and_comes_back_into_the_draft(goals, program):
    _case, task = goals()
    leader, path = program("leader"), f"/tasks/{task}/grids/goals"
    answer = leader.get(path)
    assert (answer.status_code, answer.mimetype) == (200, MEDIA_TYPE)
    table = lines(answer.data)
    table[1][2], table[2][2], table[3][2] = "=从表格来的", "字" * 2_001, "乙"
    seen = leader.get(f"/tasks/{task}").headers["ETag"]
    filled = book(table).read()
    laid = leader.send(
        "POST", path, data=filled, content_type=MEDIA_TYPE, headers={"If-Match": seen}
    )
    assert laid.status_code == 200, laid.text
    assert (laid.json["count"], laid.json["added"]) == (2, 0)
    (bad,) = laid.json["bad"]
    assert (bad["place"], "最多 2000 个字" in bad["sentence"]) == ("C3", True)
    rows = laid.json["draft"]["values"]["goals"]
    assert [rows[at].get("description") for at in (0, 2)] == ["=从表格来的", "乙"]
    assert len(rows) == len(table) - 1
    shown = leader.get(f"/tasks/{task}")
    assert shown.json["draft"]["values"]["goals"] == rows
    assert shown.headers["ETag"] == laid.headers["ETag"] == laid.json["etag"]
    stale = leader.send(
        "POST", path, data=filled, content_type=MEDIA_TYPE, headers={"If-Match": seen}
    )
    assert stale.status_code == 412
    again = leader.send("POST", path, data={"file": (io.BytesIO(filled), "目标.xlsx")})
    assert (again.status_code, again.json["draft"]["revision"]) == (200, 2)


def test_what_is_no_such_workbook_is_refused_in_words(goals, program):
    _case, task = goals()
    leader, path = program("leader"), f"/tasks/{task}/grids/goals"
    other = book([["id", "别的"], ["x", "y"]]).read()
    for body in (b"", b"a,b", b"PK\x03\x04\x00", b"\x00" * 100, other, b"PK" + b"x" * 5_000_000):
        answer = leader.send("POST", path, data=body, content_type=MEDIA_TYPE)
        assert (answer.status_code, bool(answer.json["title"])) == (422, True), body[:20]
    assert leader.send("POST", path, data={"x": (io.BytesIO(other), "x")}).status_code == 422
    assert leader.post(path, {"rows": []}).status_code == 422
    assert leader.send("POST", path, data=b"x", content_type="text/csv").status_code == 415
    assert leader.get(f"/tasks/{task}").json["draft"] is None
    for where in (f"/tasks/{task}/grids/applies_to", f"/tasks/{task}/grids/nothing"):
        assert leader.get(where).status_code == 404
        answer = leader.send("POST", where, data=other, content_type=MEDIA_TYPE)
        assert answer.status_code == 404
    assert program("stranger").get(path).status_code == 404
    answer = program("stranger").send("POST", path, data=other, content_type=MEDIA_TYPE)
    assert answer.status_code == 404
