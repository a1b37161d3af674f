"""CAS against a running server: tickets that are good once, and answers that are traps."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from engine.models import Identity, User, WebSession
from tests.integration.web.signin.conftest import HERE, abroad, gone_and_back, home, who
from tests.signin.cas_server import NAMESPACE, response, success
from tests.signin.listening import Answer

BUTTON = "/sign-in/cas"
# what does not touch data is tried on one database
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(cas):
    cas.user = "leader"
    return {"ZHENGAI_PUBLIC_URL": HERE, "ZHENGAI_CAS_URL": cas.url}


def test_a_person_is_found_by_the_user_name_and_comes_where_they_wanted(app, college, sessions):
    page = app.test_client().get("/sign-in?next=/account").text
    assert 'href="/sign-in/cas?next=/account"' in page
    client = app.test_client()
    answer = gone_and_back(client, f"{BUTTON}?next=/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert who(client) == college.users["leader"]
    with sessions() as db:
        assert db.scalar(select(WebSession.method)) == "cas"


@ON_ONE
def test_a_ticket_is_shown_to_the_server_with_the_service_it_is_for(app, cas):
    gone_and_back(app.test_client(), BUTTON)
    shown = next(one for one in cas.asked if one.path.endswith("serviceValidate"))
    assert shown.given["service"].startswith(f"{HERE}{BUTTON}/back?state=")
    assert shown.given["ticket"].startswith("ST-")


@ON_ONE
def test_a_ticket_is_good_once(app):
    client = app.test_client()
    back = abroad(client.get(BUTTON).headers["Location"])
    cookie = client.get_cookie("zhengai_way").value
    home(client, back)
    other = app.test_client()
    other.set_cookie("zhengai_way", cookie)
    answer = home(other, back)
    assert answer.status_code == 401
    assert "票据无效，或者已经用过" in answer.text
    assert who(other) is None


@ON_ONE
def test_the_ticket_of_another_browser_is_refused(app):
    mine, other = app.test_client(), app.test_client()
    back = abroad(mine.get(BUTTON).headers["Location"])
    other.get(BUTTON)
    assert home(other, back).status_code == 401
    assert who(other) is None


@ON_ONE
@pytest.mark.parametrize(
    "ticket",
    ["", "x", "ST-forged", "PT-1-proxy", "ST-" + "a" * 300, "ST-1%0d%0aHost:evil", "ST-票"],
)
def test_what_is_no_ticket_is_a_sentence(app, ticket):
    client = app.test_client()
    out = client.get(BUTTON).headers["Location"]
    state = out.rpartition("state%3D")[2]
    answer = client.get(f"{BUTTON}/back?state={state}&ticket={ticket}")
    assert answer.status_code == 401
    assert "不能采信" in answer.text
    assert who(client) is None


def test_somebody_unknown_is_told_whom_to_ask(app, cas):
    cas.user = "newcomer"
    answer = gone_and_back(app.test_client(), BUTTON)
    assert answer.status_code == 401
    assert "本平台还没有您的账号" in answer.text


class TestNumber:
    """With an attribute that holds the number, and accounts for everybody."""

    @pytest.fixture
    def settings(self, settings, cas):
        cas.attributes = {"gh": "3001", "cn": "李致远", "mail": "li@example.edu.cn"}
        return settings | {"ZHENGAI_CAS_ATTRIBUTE": "gh", "ZHENGAI_SIGN_UP": "create"}

    def test_the_number_finds_the_person_whatever_the_account_is_called(
        self, app, cas, college, numbered
    ):
        numbered("office", "3001")
        for name in ("lizhiyuan", "li.zhiyuan"):
            cas.user = name
            client = app.test_client()
            gone_and_back(client, BUTTON)
            assert who(client) == college.users["office"]

    def test_a_user_name_of_one_and_the_number_of_another_is_refused(self, app, numbered):
        numbered("office", "3001")
        answer = gone_and_back(app.test_client(), BUTTON)
        assert answer.status_code == 401
        assert "对应不同的人" in answer.text

    def test_a_newcomer_gets_an_account_with_the_number(self, app, cas, sessions):
        cas.user = "newcomer"
        client = app.test_client()
        assert gone_and_back(client, BUTTON).headers["Location"] == "/welcome"
        with sessions() as db:
            row = db.execute(select(User).where(User.number == "3001")).scalar_one()
            assert (row.username, row.name) == ("newcomer", "李致远")
            assert db.scalar(select(Identity.subject)) == "3001"

    def test_several_values_of_an_attribute_are_one_too_many_and_the_first_counts(
        self, app, cas, sessions
    ):
        cas.user = "newcomer"
        cas.attributes["gh"] = ["3001", "3002"]
        gone_and_back(app.test_client(), BUTTON)
        with sessions() as db:
            assert db.scalar(select(User.number).where(User.username == "newcomer")) == "3001"

    def test_an_answer_without_the_attribute_names_it(self, app, cas):
        del cas.attributes["gh"]
        answer = gone_and_back(app.test_client(), BUTTON)
        assert answer.status_code == 401
        assert "“gh”" in answer.text

    def test_an_answer_without_a_name_makes_no_account(self, app, cas, sessions):
        cas.user = "newcomer"
        del cas.attributes["cn"]
        answer = gone_and_back(app.test_client(), BUTTON)
        assert "没有给出您的姓名" in answer.text
        with sessions() as db:
            assert db.scalar(select(User.id).where(User.number == "3001")) is None


USER = "<cas:user>leader</cas:user>"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "leader">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
NETWORK = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'
VOUCHED = "<cas:authenticationSuccess>{}</cas:authenticationSuccess>"
TRAPS = {
    "entities that grow": response(VOUCHED.format("<cas:user>&h;</cas:user>"), BOMB),
    "a file of ours": response(VOUCHED.format("<cas:user>&a;</cas:user>"), FILE),
    "a document type elsewhere": response(VOUCHED.format(USER), NETWORK),
    "the same in another encoding": Answer(
        (
            f'<?xml version="1.0" encoding="utf-16"?>{FILE}'
            + response(VOUCHED.format(USER)).body.decode()
        ).encode("utf-16")
    ),
    "a user among the attributes": success(f"<cas:attributes>{USER}</cas:attributes>"),
    "no user": success(""),
    "an empty user": success("<cas:user/>"),
    "a user of blanks": success("<cas:user>  </cas:user>"),
    "nothing inside": response(""),
    "a refusal": response('<cas:authenticationFailure code="X"/>'),
    "a user outside": Answer(f'<cas:user xmlns:cas="{NAMESPACE}">leader</cas:user>'.encode()),
    "no namespace": Answer(
        b"<serviceResponse><authenticationSuccess><user>leader</user></authenticationSuccess></serviceResponse>"
    ),
    "no XML": Answer(b"yes\nleader\n"),
    "nothing": Answer(b""),
    "a page": Answer(b"<html><body>maintenance</body></html>", status=503),
    "deep": response("<a>" * 5000 + "</a>" * 5000),
    "many": success(USER + "<a/>" * 5000),
    "long": success("<cas:user>" + "a" * 300_000 + "</cas:user>"),
    "led elsewhere": Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
}


@ON_ONE
@pytest.mark.parametrize("name", TRAPS)
def test_whatever_a_server_answers_lets_nobody_in_who_is_not_vouched_for(app, cas, name):
    cas.says = TRAPS[name]
    client = app.test_client()
    answer = gone_and_back(client, BUTTON)
    assert answer.status_code in (401, 503), answer.text
    assert "统一身份认证" in answer.text
    assert who(client) is None


@ON_ONE
def test_an_answer_without_end_is_cut_off(app, cas, monkeypatch):
    monkeypatch.setattr("web.signin.outward.WHOLE_SECONDS", 0.3)
    cas.says = Answer(b"<", drip=True)
    assert gone_and_back(app.test_client(), BUTTON).status_code == 503


@ON_ONE
def test_the_ticket_is_not_in_the_log_of_the_process(app, cas, caplog):
    caplog.set_level(logging.WARNING)
    cas.says = Answer(status=302, headers={"Location": "http://127.0.0.1:1/"})
    gone_and_back(app.test_client(), BUTTON)
    assert "provider_silent" in caplog.text
    assert "ST-" not in caplog.text
