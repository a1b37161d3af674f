"""LDAP and Active Directory against a running slapd: the directory alone, then behind the form."""

from __future__ import annotations

import logging

import ldap3
import pytest
from sqlalchemy import select, update

from engine.models import Identity, LogEntry, User, WebSession
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.signin.conftest import who
from tests.signin.listening import Answer, listening
from tests.signin.slapd import BASE, PEOPLE, READER, READER_PASSWORD
from web import config
from web.signin import ldap, outside, tries

AD = {
    "LDAP_FILTER": "(|(sAMAccountName={username})(userPrincipalName={username}))",
    "LDAP_ATTRIBUTE_USERNAME": "sAMAccountName",
    "LDAP_ATTRIBUTE_NAME": "displayName",
}


@pytest.fixture
def directory(slapd, tmp_path):
    """Ask the directory, with some of the settings changed."""

    def check(username, password, **changed):
        given = at(slapd) | {f"ZHENGAI_{name}": said for name, said in changed.items()}
        return ldap.check(
            config.read({"ZHENGAI_DATA_DIR": str(tmp_path)} | given), username, password
        )

    return check


def at(slapd):
    return {
        "ZHENGAI_LDAP_URL": slapd.url,
        "ZHENGAI_LDAP_BASE": PEOPLE,
        "ZHENGAI_LDAP_BIND_DN": READER,
        "ZHENGAI_LDAP_BIND_PASSWORD": READER_PASSWORD,
        "ZHENGAI_CA_FILE": str(slapd.folder / "ca.pem"),
    }


class TestDirectory:
    """The directory, asked as the product asks it."""

    @pytest.fixture(autouse=True)
    def people(self, slapd):
        slapd.person("zhang", "pw-zhang", cn="张三", employeeNumber="1001", mail="z@example.edu.cn")
        slapd.person("li", "pw-li", cn="李四")

    def test_the_right_password_says_who_it_is(self, directory):
        found = directory("zhang", "pw-zhang")
        assert (found.key, found.number, found.name) == ("zhang", "1001", "张三")
        assert found.email == "z@example.edu.cn"

    def test_encrypted_from_the_first_byte_or_from_the_second_it_is_the_same(
        self, slapd, directory
    ):
        assert directory("zhang", "pw-zhang", LDAP_URL=slapd.tls_url) == directory(
            "zhang", "pw-zhang"
        )

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("zhang", "wrong"),
            ("zhang", "pw-li"),
            ("zhang", ""),
            ("zhang", "\0"),
            ("zhang", "p" * 1000),
            ("", "pw-zhang"),
            ("nobody", "pw-zhang"),
            ("nobody", ""),
            ("*", "pw-zhang"),
            ("zh*", "pw-zhang"),
            ("zhang)(uid=*", "pw-zhang"),
            ("*)(|(uid=*", "pw-zhang"),
            ("zhang\0", "pw-zhang"),
            ("\\2a", "pw-zhang"),
            ("uid=zhang", "pw-zhang"),
        ],
    )
    def test_anything_else_says_nobody(self, directory, username, password):
        assert directory(username, password) is None

    def test_an_anonymous_bind_is_no_sign_in(self, slapd):
        """The server itself says yes to a name without a password: that is what we never ask."""
        server = ldap3.Server(slapd.url, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, authentication=ldap3.ANONYMOUS)
        assert connection.bind()
        connection.unbind()

    def test_a_renamed_entry_is_the_same_to_us(self, slapd, directory):
        before = directory("zhang", "pw-zhang")
        slapd.rename(f"uid=zhang,{PEOPLE}", "uid=zhangsan")
        after = directory("zhangsan", "pw-zhang")
        assert after.subject == before.subject
        assert after.key == "zhangsan"

    def test_several_who_fit_are_refused(self, slapd, directory):
        slapd.person("zhang2", "pw-zhang", employeeNumber="1001")
        with pytest.raises(ldap.Several):
            directory("1001", "pw-zhang", LDAP_FILTER="(employeeNumber={username})")

    def test_very_many_who_fit_are_refused_and_not_read(self, slapd, directory):
        for number in range(20):
            slapd.person(f"many{number}", "pw", description="x")
        with pytest.raises(ldap.Several):
            directory("x", "pw", LDAP_FILTER="(description={username})")

    def test_an_entry_without_the_user_name_is_told(self, slapd, directory):
        slapd.person("wang", "pw-wang", description="wang")
        with pytest.raises(outside.NoKey, match="sAMAccountName"):
            directory(
                "wang",
                "pw-wang",
                LDAP_ATTRIBUTE_USERNAME="sAMAccountName",
                LDAP_FILTER="(uid={username})",
            )

    @pytest.mark.parametrize("typed", ["zhao", "ZHAO", "zhao@example.edu.cn"])
    def test_active_directory_s_names_work(self, slapd, directory, typed):
        slapd.person(
            "x1",
            "pw-zhao",
            sAMAccountName="zhao",
            userPrincipalName="zhao@example.edu.cn",
            displayName="赵六",
        )
        found = directory(typed, "pw-zhao", **AD)
        assert (found.key, found.name, found.number) == ("zhao", "赵六", "")

    @pytest.mark.parametrize(
        "changed",
        [
            {"LDAP_BIND_PASSWORD": "wrong"},
            {"LDAP_BIND_DN": "not a name"},
            {"LDAP_BASE": "not a name"},
            {"LDAP_FILTER": "(uid={username})(x)"},
        ],
    )
    def test_settings_that_do_not_work_are_a_sentence(self, directory, changed):
        with pytest.raises((outside.ProviderWrong, outside.ProviderSilent)):
            directory("zhang", "pw-zhang", **changed)

    def test_a_search_without_a_right_to_it_finds_nobody(self, directory):
        assert directory("zhang", "pw-zhang", LDAP_BIND_DN="", LDAP_BIND_PASSWORD="") is None

    def test_a_base_that_is_not_there_finds_nobody(self, directory):
        assert directory("zhang", "pw-zhang", LDAP_BASE=f"ou=gone,{BASE}") is None

    def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(
        self, slapd, directory
    ):
        for url in (slapd.url, slapd.tls_url):
            with pytest.raises(outside.ProviderSilent):
                directory("zhang", "pw-zhang", LDAP_URL=url, CA_FILE="")

    def test_nothing_is_said_to_a_server_of_another_name(self, slapd, directory):
        url = slapd.tls_url.replace("127.0.0.1", "localhost")
        with pytest.raises(outside.ProviderSilent):
            directory("zhang", "pw-zhang", LDAP_URL=url)

    def test_a_server_that_is_not_there_is_a_sentence(self, directory):
        with pytest.raises(outside.ProviderSilent):
            directory("zhang", "pw-zhang", LDAP_URL="ldap://127.0.0.1:1")

    def test_a_server_that_speaks_something_else_is_a_sentence(self, directory, monkeypatch):
        monkeypatch.setattr("web.signin.ldap.SECONDS", 1)
        wrong = pytest.raises((outside.ProviderSilent, outside.ProviderWrong))
        with listening(lambda _asked: Answer(b"hello")) as url, wrong:
            directory("zhang", "pw-zhang", LDAP_URL=url.replace("http", "ldap"), LDAP_START_TLS="0")


class TestForm:
    """The form of the sign-in page, with the directory behind it."""

    @pytest.fixture
    def settings(self, slapd):
        return at(slapd)

    def sign_in(self, app, username, password):
        client = app.test_client()
        return client, client.post("/sign-in", data={"username": username, "password": password})

    def test_who_has_no_password_here_signs_in_with_that_of_the_directory(
        self, app, slapd, without_password, sessions
    ):
        user = without_password("leader")
        slapd.person("leader", "pw-directory", cn="吴允恭")
        client, answer = self.sign_in(app, "leader", "pw-directory")
        assert answer.status_code == 303
        assert who(client) == user
        with sessions() as db:
            assert db.scalar(select(WebSession.method)) == "ldap"
            assert db.scalar(select(Identity.user_id)) == user

    def test_who_has_a_password_here_uses_that_one_only(self, app, slapd, college):
        slapd.person("leader", "pw-directory", cn="吴允恭")
        assert self.sign_in(app, "leader", "pw-directory")[1].status_code == 401
        client, _answer = self.sign_in(app, "leader", PASSWORD)
        assert who(client) == college.users["leader"]

    def test_a_person_is_found_by_the_number(self, app, slapd, numbered, without_password):
        user = numbered("leader", "1001")
        without_password("leader")
        slapd.person("wu", "pw-directory", employeeNumber="1001")
        client, _answer = self.sign_in(app, "wu", "pw-directory")
        assert who(client) == user

    def test_an_account_that_is_renamed_still_finds_its_person(self, app, slapd, without_password):
        user = without_password("leader")
        slapd.person("leader", "pw-directory", cn="吴允恭")
        self.sign_in(app, "leader", "pw-directory")
        slapd.rename(f"uid=leader,{PEOPLE}", "uid=wu")
        client, _answer = self.sign_in(app, "wu", "pw-directory")
        assert who(client) == user

    @pytest.mark.parametrize("password", ["wrong", "", " "])
    def test_a_wrong_password_is_the_usual_sentence(self, app, slapd, without_password, password):
        without_password("leader")
        slapd.person("leader", "pw-directory")
        client, answer = self.sign_in(app, "leader", password)
        assert answer.status_code == 401
        assert "账号或密码不对。" in answer.text
        assert who(client) is None

    def test_wrong_tries_lock_as_they_do_for_a_password_here(self, app, slapd, without_password):
        without_password("leader")
        slapd.person("leader", "pw-directory")
        for _try in range(tries.FREE_TRIES):
            assert self.sign_in(app, "leader", "wrong")[1].status_code == 401
        client, answer = self.sign_in(app, "leader", "pw-directory")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert who(client) is None

    def test_somebody_unknown_here_is_told_whom_to_ask(self, app, slapd):
        slapd.person("newcomer", "pw-directory", cn="新来的")
        _client, answer = self.sign_in(app, "newcomer", "pw-directory")
        assert answer.status_code == 401
        assert "本平台还没有您的账号" in answer.text
        assert 'value="newcomer"' in answer.text

    def test_who_left_is_told_so(self, app, slapd, without_password, db):
        user = without_password("leader")
        db.execute(update(User).where(User.id == user).values(is_active=False))
        db.commit()
        slapd.person("leader", "pw-directory")
        _client, answer = self.sign_in(app, "leader", "pw-directory")
        assert answer.status_code == 401
        assert "的账号已经停用" in answer.text

    def test_a_token_of_the_rest_interface_is_got_the_same_way(self, app, slapd, without_password):
        without_password("leader")
        slapd.person("leader", "pw-directory")
        given = {"username": "leader", "password": "pw-directory"}
        assert app.test_client().post("/api/v1/tokens", json=given).status_code == 201

    def test_a_directory_that_does_not_answer_leaves_the_others_alone(
        self, app, slapd, without_password, monkeypatch
    ):
        monkeypatch.setattr("web.signin.ldap.SECONDS", 1)
        without_password("leader")
        slapd.person("leader", "pw-directory")
        slapd.pause()
        _client, answer = self.sign_in(app, "leader", "pw-directory")
        assert answer.status_code == 503
        assert "没有应答" in answer.text
        assert self.sign_in(app, "reviewer", PASSWORD)[1].status_code == 303
        slapd.go_on()

    def test_no_password_is_kept_or_logged(self, app, slapd, without_password, sessions, caplog):
        caplog.set_level(logging.DEBUG)
        without_password("leader")
        slapd.person("leader", "pw-directory")
        seen = [self.sign_in(app, "leader", "pw-directory")[1].text, caplog.text]
        seen += [self.sign_in(app, "stranger", "pw-directory")[1].text]
        with sessions() as db:
            seen += [str(row) for row in db.execute(select(LogEntry.body)).all()]
            stored = db.execute(
                select(User.password_hash).where(User.username == "leader")
            ).scalar()
        assert [one for one in seen if "pw-directory" in one or READER_PASSWORD in one] == []
        assert stored is None


class TestSignUp:
    """With accounts for everybody in the directory."""

    @pytest.fixture
    def settings(self, slapd):
        return at(slapd) | {"ZHENGAI_SIGN_UP": "create"}

    def test_a_newcomer_gets_an_account_without_a_password_here(self, app, slapd, sessions):
        slapd.person("newcomer", "pw", cn="新来的", employeeNumber="9001", mail="n@example.edu.cn")
        given = {"username": "newcomer", "password": "pw"}
        answer = app.test_client().post("/sign-in", data=given)
        assert answer.headers["Location"] == "/welcome"
        with sessions() as db:
            row = db.execute(select(User).where(User.username == "newcomer")).scalar_one()
            assert (row.name, row.number, row.password_hash) == ("新来的", "9001", None)

    def test_an_answer_without_a_name_makes_no_account(self, app, slapd, sessions):
        slapd.person("nameless", "pw", employeeNumber="9002")
        given = {"username": "nameless", "password": "pw"}
        answer = app.test_client().post("/sign-in", data=given)
        assert answer.status_code == 401
        assert "校园账号没有给出您的姓名" in answer.text
        assert "没有保存任何内容" in answer.text
        with sessions() as db:
            assert db.scalar(select(User.id).where(User.number == "9002")) is None
            assert db.scalar(select(Identity.user_id)) is None


@pytest.fixture
def without_password(db, college):
    """Take a person's password away: they have one in the directory."""

    def take(name):
        db.execute(update(User).where(User.username == name).values(password_hash=None))
        db.commit()
        return college.users[name]

    return take
