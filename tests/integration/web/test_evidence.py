"""Evidence over the web: uploads judged, files served so that they do nothing, nobody else's."""

from __future__ import annotations

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from engine import db as database
from engine.models import Role
from quality.evidence import checking
from quality.evidence.models import Evidence, EvidenceFile
from quality.evidence.store import Store
from tests.integration.web.api.described import fits
from tests.integration.web.api.program import PASSWORD, Program
from tests.integration.web.door import csrf, give_role, send
from tests.integration.web.paper import Paper
from tests.unit.quality.test_evidence_files import HTML, PDF, docx, png
from web import backup
from web.evidence.streams import MOST_REQUEST

MB = 1024 * 1024
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture
def place(college):
    return f"subject:{college.subject}"


@pytest.fixture
def put(browser, place):
    """Upload as a person does, with a name for each file; what it leads to."""

    def upload(who="leader", *files, accept="text/html", **given):
        client = browser(who)
        sent = {"place": place, "csrf_token": csrf(client)} | given
        sent["file"] = [FileStorage(io.BytesIO(content), name) for name, content in files]
        boundary, body = encode_multipart(MultiDict(sent))
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post("/evidence", data=body, headers={"Accept": accept}, content_type=kind)

    return upload


@pytest.fixture
def program(app):
    def signed(username):
        client = app.test_client()
        asked = {"username": username, "password": PASSWORD}
        return Program(client, client.post("/api/v1/tokens", json=asked).json["token"])

    return signed


def count(db):
    db.rollback()
    return db.execute(select(func.count()).select_from(Evidence)).scalar_one()


def test_a_form_without_a_script_puts_a_file_down_and_its_page_tells_of_it(
    browser, place, db, tmp_path
):
    page = Paper.open(browser("leader"), "/evidence/new")
    assert place in page.tree.xpath("//select[@name='place']/option/@value")
    form = {
        "file": (io.BytesIO(png()), "../../获奖\u202e证书.PNG"),
        "note": "一等奖",
        "place": place,
    }
    form |= {"csrf_token": csrf(page.browser), "name": "<b>证书</b>", "expires_on": "2020-01-01"}
    answer = page.browser.post("/evidence", data=form)
    assert answer.status_code == 303
    told = page.browser.get(answer.location).text
    assert "&lt;b&gt;证书&lt;/b&gt;" in told
    for words in ("获奖证书.png", "一等奖", "已过期", "还没有表格引用它"):
        assert words in told
    row = db.execute(select(EvidenceFile)).scalar_one()
    assert row.sha256 in told
    assert Store(tmp_path).is_whole(row.sha256)
    assert "已过期" in page.browser.get("/evidence?state=expiring").text
    whole = page.browser.get(f"{answer.location}?check=1").text
    assert "文件和上传时完全一样" in whole


@pytest.mark.parametrize(
    ("name", "content", "media_type", "how"),
    [
        ("图 片.png", png(), "image/png", "inline"),
        ("证书.pdf", PDF, "application/pdf", "inline"),
        ("网页.txt", HTML, "text/plain", "attachment"),
        ("文.docx", docx(), "application/vnd.openxmlformats", "attachment"),
        ("图.png", png() + HTML, "image/png", "inline"),
    ],
)
def test_a_file_is_served_so_that_no_browser_runs_it(browser, put, name, content, media_type, how):
    place = put("leader", (name, content)).location
    client = browser("leader")
    answer = client.get(f"{place}/file")
    assert answer.data == content
    headers = answer.headers
    assert headers["Content-Type"].startswith(media_type)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == ("SAMEORIGIN" if media_type.endswith("pdf") else "DENY")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(content))
    disposition = headers["Content-Disposition"]
    assert disposition.startswith(how)
    assert "filename*=UTF-8''%E" in disposition
    assert disposition.isascii()
    assert client.head(f"{place}/file", buffered=True).headers["Content-Length"] == str(
        len(content)
    )
    saved = client.get(f"{place}/file?save=1", buffered=True).headers["Content-Disposition"]
    assert saved.startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.html", HTML, "不是允许上传的类型"),
        ("a.svg", SVG, "不是允许上传的类型"),
        ("a.png", SVG, "不是 png 文件"),
        ("a.pdf", b"", "空文件"),
        ("a.docx", docx(**{"word/x": bytes(30 * MB)}), "大得不正常"),
        ("a.docx", docx(**{"word/vbaProject.bin": b"x"}), "带有宏"),
        ("a.pdf", PDF + bytes(21 * MB) + PDF, "每个文件最多 20 MB"),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_and_what_was_typed_stays(
    put, db, name, content, said
):
    answer = put("leader", ("ok.pdf", PDF), (name, content), note="写好的说明")
    assert answer.status_code in (413, 422)
    assert said in answer.text
    assert "写好的说明" in answer.text
    assert count(db) == 0
    told = put("leader", (name, content), accept="application/json")
    assert (told.status_code, told.mimetype) == (answer.status_code, "application/problem+json")
    assert said in told.json["title"]


def test_a_request_over_the_limit_is_refused_before_it_is_read(browser, college, sessions):
    class Untouched(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _buffer):
            pytest.fail("was read")

    def post(client, path, size):
        told = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(size)}
        told["CONTENT_TYPE"] = "multipart/form-data; boundary=x"
        return client.post(path, environ_overrides=told).status_code

    give_role(sessions, college.users["leader"], Role.PEOPLE_ADMIN)
    client = browser("leader")
    assert 102 * MB < MOST_REQUEST
    assert post(client, "/evidence", 102 * MB) == 413
    # no other address takes so much, and of whoever is not signed in nothing is read at all
    assert post(client, "/imports", 20 * MB) == 413
    nobody = client.application.test_client()
    for path, status in (("/evidence", 303), ("/imports", 303), ("/api/v1/evidence", 401)):
        assert (path, post(nobody, path, 20 * MB)) == (path, status)


def test_several_files_and_none_and_another_site(put, browser, place, db):
    answer = put("leader", ("a.pdf", PDF), ("b.png", png()), name="只有一个名字")
    assert answer.location.endswith("/evidence?whose=mine")
    assert count(db) == 2
    assert put("leader").status_code == 422
    assert put("leader", *((f"{n}.pdf", PDF) for n in range(6))).status_code == 413
    for wrong in ("", "unit:1", "subject:999", "subject:x", "nothing"):
        assert put("leader", ("a.pdf", PDF), place=wrong).status_code == 422
    assert put("stranger", ("a.pdf", PDF)).status_code == 422
    assert count(db) == 2
    client = browser("leader")
    assert client.post("/evidence", data={"place": place}).status_code == 403


def test_a_script_gets_the_pieces_and_the_choices(put, browser):
    made = put("leader", ("证书.pdf", PDF), accept="application/json")
    assert made.status_code == 201
    (piece,) = made.json["items"]
    assert (piece["name"], piece["number"], piece["type"]) == ("证书", 1, "PDF")
    assert browser("leader").get(piece["href"]).status_code == 200
    assert browser("leader").get("/evidence/choices?q=证").json["items"] == [piece]
    for query in ("q=照", "q=%25", "case=999"):
        found = browser("stranger").get(f"/evidence/choices?{query}")
        assert found.json["items"] == []


def test_nobody_else_gets_anything_of_it(put, browser, program):
    place = put("leader", ("证书.pdf", PDF)).location
    number = place.rpartition("/")[2]
    client = browser("stranger")
    for path in (place, f"{place}/file", f"{place}/file?save=1&number=1", f"{place}?number=1"):
        assert client.get(path).status_code == 404
    for verb in ("files", "edit", "retirement", "restoration"):
        assert send(client, f"{place}/{verb}", name="x").status_code == 404
    assert "没有符合条件的佐证材料" in client.get("/evidence?q=证书").text
    stranger = program("stranger")
    assert stranger.get("/evidence").json["items"] == []
    for path in (f"/evidence/{number}", f"/evidence/{number}/files/1"):
        assert stranger.get(path).status_code == 404
    assert stranger.put(f"/evidence/{number}", {"name": "x"}).status_code == 404


def test_replacing_describing_retiring_and_taking_up_again(put, browser):
    place = put("leader", ("证书.pdf", PDF)).location
    client = browser("leader")
    token = csrf(client)

    def post(verb, **given):
        return client.post(f"{place}/{verb}", data=given | {"csrf_token": token})

    assert "一模一样" in post("files", file=(io.BytesIO(PDF), "x.pdf")).text
    assert post("files", file=(io.BytesIO(png()), "新.png")).status_code == 303
    assert "已经有第 2 版" in client.get(f"{place}?number=1").text
    assert client.get(f"{place}?number=3").status_code == 404
    assert client.get(f"{place}/file?number=1").data == PDF
    assert client.get(f"{place}/file").data == png()
    wrong = post("edit", name=" ", note="仍在", expires_on="明天")
    assert (wrong.status_code, "仍在" in wrong.text) == (422, True)
    assert post("edit", name="新名称", expires_on="2030-01-01").status_code == 303
    assert post("retirement").status_code == 303
    page = client.get(place).text
    assert ("已停用" in page, "新名称" in page) == (True, True)
    assert post("files", file=(io.BytesIO(PDF), "x.pdf")).status_code == 422
    assert "没有符合条件的佐证材料" in client.get("/evidence?whose=mine").text
    assert "新名称" in client.get("/evidence?state=retired").text
    assert post("restoration").status_code == 303


def test_a_lost_file_is_told_of_and_not_given_out(put, browser, db, tmp_path):
    place = put("leader", ("证书.pdf", PDF)).location
    path = Store(tmp_path).path(db.execute(select(EvidenceFile.sha256)).scalar_one())
    client = browser("leader")
    path.write_bytes(PDF.replace(b"obj", b"xxx"))
    assert "和上传时不一样" in client.get(f"{place}?check=1").text
    path.write_bytes(b"short")
    assert "和上传时不一样" in client.get(place).text
    assert client.get(f"{place}/file").status_code == 422
    path.unlink()
    assert "找不到了" in client.get(place).text
    assert client.get(f"{place}/file").status_code == 422


def test_the_list_as_a_workbook_holds_no_formula(put, browser):
    put("leader", ("=cmd|' /C calc'!A0.pdf", PDF), name="=1+1", note="@SUM(A1)")
    content = browser("leader").get("/evidence/export").data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    header, row = sheet.to_python()
    assert header[:3] == ["编号", "名称", "说明"]
    assert row[1:3] == ["'=1+1", "'@SUM(A1)"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_rules_are_changed_by_the_security_administrator(put, browser, sessions, college):
    give_role(sessions, college.users["office"], Role.SECURITY_ADMIN)
    client = browser("office")
    page = "/settings/evidence"
    assert browser("leader").get(page).status_code == 403
    given = {"evidence_types": ["png"], "evidence_file": "1", "evidence_person": "2"}
    wrong = send(client, page, seen="0", **given, evidence_unit="0")
    assert wrong.status_code == 422
    assert send(client, page, seen="0", **given, evidence_unit="3").status_code == 303
    assert "允许上传的类型" in client.get(page).text
    assert "可以上传：png" in put("leader", ("a.pdf", PDF)).text
    assert put("leader", ("a.png", png() + bytes(2 * MB))).status_code == 413
    assert put("leader", ("a.png", png())).status_code == 303


def test_a_program_does_all_of_it_and_a_repetition_does_nothing_twice(program, place, db):
    leader = program("leader")
    told = leader.get("/openapi.json").json

    def upload(path, content, key="", **query):
        data = {"file": (io.BytesIO(content), "证书.pdf")}
        headers = {"Idempotency-Key": key} if key else {}
        return leader.send("POST", path, data=data, headers=headers, query_string=query)

    made = upload("/evidence", PDF, key="a", place=place, name="证书", expires_on="2030-01-01")
    assert made.status_code == 201
    again = upload("/evidence", PDF, key="a", place=place, name="证书", expires_on="2030-01-01")
    assert (again.status_code, again.json) == (201, made.json)
    assert count(db) == 1
    other = upload("/evidence", PDF + b"\n", key="a", place=place, name="证书")
    assert other.status_code == 422
    (piece,) = made.json["items"]
    path = f"/evidence/{piece['id']}"
    assert upload(f"{path}/files", PDF + b"\n%%EOF").status_code == 201
    assert leader.put(path, {"note": "说明", "active": False}).json["is_active"] is False
    shown = leader.get(path).json
    assert fits(told, {"$ref": "#/components/schemas/EvidenceInFull"}, shown)
    assert ([one["number"] for one in shown["files"]], shown["note"]) == ([2, 1], "说明")
    file = leader.get(f"{path}/files/1")
    assert (file.data, file.headers["Content-Disposition"][:10]) == (PDF, "attachment")
    assert [one["id"] for one in leader.get("/evidence?state=retired").json["items"]] == [
        piece["id"]
    ]
    assert upload("/evidence", HTML, place=place).status_code == 422
    assert leader.post(f"/evidence?place={place}").status_code == 415


def test_a_program_attaches_a_file_without_knowing_places_and_fetches_it(program, college, db):
    leader, stranger, nobody = program("leader"), program("stranger"), program("auditor")

    def attach(one, content, name="证书.pdf", **query):
        data = {"file": (io.BytesIO(content), name)}
        return one.send("POST", "/attachments", data=data, query_string=query)

    made = attach(leader, PDF, note="省赛")
    assert (made.status_code, made.json["name"], made.json["note"]) == (201, "证书", "省赛")
    assert made.json["subject"] == college.subject
    path = made.headers["Location"].removeprefix("/api/v1")
    assert path == f"/attachments/{made.json['id']}"
    file = leader.get(path)
    assert (file.data, file.headers["Content-Disposition"][:10]) == (PDF, "attachment")
    assert stranger.get(path).status_code == 404
    for content, name in ((HTML, "a.html"), (SVG, "a.svg"), (HTML, "a.pdf"), (b"", "a.pdf")):
        assert attach(leader, content, name).status_code == 422
    assert "属于哪个主体或单位" in attach(nobody, PDF).json["title"]
    assert leader.post("/attachments").status_code == 415
    assert count(db) == 1


def test_a_backup_carries_the_files(put, db, engine: Engine, tmp_path):
    put("leader", ("证书.pdf", PDF), ("图.png", png()))
    db.rollback()
    backup.save(engine, tmp_path / "kept.zip", tmp_path)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = f"sqlite:///{folder / 'new.sqlite'}"
    backup.restore(url, tmp_path / "kept.zip", folder, replace=False)
    other = database.connect(url)
    with database.sessions(other)() as session:
        assert list(checking.verify(session, Store(folder))) == []
        assert len(list(Store(folder).names())) == 2
    other.dispose()
