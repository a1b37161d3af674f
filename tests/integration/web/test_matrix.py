"""Every address times every role, made from the routes: exactly what the policy table says.

A new view joins by itself; one that does not declare who may call it fails here, and is not served.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import AnyConverter, Rule

from engine import people, permissions, roles, tasks
from engine.college import persons
from engine.models import ProcessInstance, Role, WebSession
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from engine.tasks import Glance
from tests.college import College
from tests.integration.web import things
from tests.integration.web.things import NOWHERE, Row
from web.access import PUBLIC, SIGNED_IN
from web.routing import RowNumber

METHODS = ("GET", "POST", "PUT", "DELETE")
PUBLIC_PAGES = {
    "account.set_language",
    "account.set_theme",
    "auth.ask_code",
    "auth.ask_reset",
    "auth.close_session",
    "auth.confirm_set_up",
    "auth.follow",
    "auth.open_session",
    "auth.send_reset",
    "auth.set_up",
    "auth.sign_in",
    "auth.take_code",
    "auth.use",
    "outside.back",
    "outside.leave",
    "tasks.home",
}


ENDING = {"auth.close_session", "api.delete_token"}
FEW_ROLES = (Role.PROCESS_ADMIN,)
OF_THE_COLLEGE = ("leader", "reviewer", "stranger")
FIRST_REFUSAL, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, UNREADABLE, BROKEN = 400, 401, 403, 404, 422, 500
REFUSALS = {FORBIDDEN, 409, UNREADABLE}
FEW = 200
VERBS = {
    ("complete", "POST"): Action.TASK_COMPLETE,
    ("complete_task", "POST"): Action.TASK_COMPLETE,
    ("autosave", "PUT"): Action.TASK_COMPLETE,
    ("save", "POST"): Action.TASK_COMPLETE,
    ("tasks.discard", "POST"): Action.TASK_COMPLETE,
    ("save_draft", "PUT"): Action.TASK_COMPLETE,
    ("discard_draft", "DELETE"): Action.TASK_COMPLETE,
    ("send_back", "POST"): Action.TASK_RETURN,
    ("return_task", "POST"): Action.TASK_RETURN,
    ("reassign", "POST"): Action.TASK_REASSIGN,
    ("reassign_task", "POST"): Action.TASK_REASSIGN,
    ("claim", "POST"): Action.TASK_CLAIM,
    ("claim_task", "POST"): Action.TASK_CLAIM,
    ("release", "POST"): Action.TASK_RELEASE,
    ("release_task", "DELETE"): Action.TASK_RELEASE,
    ("cancel", "POST"): Action.INSTANCE_CANCEL,
    ("cancel_instance", "POST"): Action.INSTANCE_CANCEL,
    ("tasks.lend", "POST"): Action.TASK_LEND,
    ("api.lend_task", "POST"): Action.TASK_LEND,
    ("tasks.copy", "POST"): Action.TASK_COPY,
    ("api.copy_task", "POST"): Action.TASK_COPY,
    ("instances.copy", "POST"): Action.TASK_COPY,
    ("api.copy_instance", "POST"): Action.TASK_COPY,
    ("tasks.urge", "POST"): Action.TASK_URGE,
    ("api.urge_task", "POST"): Action.TASK_URGE,
    ("instances.urge", "POST"): Action.TASK_URGE,
    ("api.urge_instance", "POST"): Action.TASK_URGE,
    ("tasks.extend", "POST"): Action.TASK_EXTEND,
    ("api.ask_extension", "POST"): Action.TASK_EXTEND,
    ("tasks.take_back", "POST"): Action.TASK_TAKE_BACK,
    ("api.take_back_task", "POST"): Action.TASK_TAKE_BACK,
    ("tasks.on_behalf", "POST"): Action.TASK_ACT_FOR,
    ("api.do_on_behalf", "POST"): Action.TASK_ACT_FOR,
    ("tasks.add_signer", "POST"): Action.TASK_ADD_SIGNER,
    ("api.add_signers", "POST"): Action.TASK_ADD_SIGNER,
    ("tasks.step_aside", "POST"): Action.TASK_STEP_ASIDE,
    ("api.step_aside", "POST"): Action.TASK_STEP_ASIDE,
    ("instances.withdraw", "POST"): Action.INSTANCE_WITHDRAW,
    ("api.withdraw_instance", "POST"): Action.INSTANCE_WITHDRAW,
    ("instances.reopen", "POST"): Action.INSTANCE_REOPEN,
    ("api.reopen_instance", "POST"): Action.INSTANCE_REOPEN,
}
"""What is asked of the policy on a thing that one may see, where the address is for everybody."""
NOT_THERE = {
    "api.list_standard_changes",
    "api.revise_standard",
    "api.show_print_file",
    "api.show_standard_version",
    "calendar.remove_term",
    "documents.changes",
    "imports.mistakes",
    "instances.start",
    "moving.begin",
    "printing.file",
    "standards.revise",
    "subjects.create",
    "subjects.make",
    "tasks.remove_signer",
}
"""Addresses that speak of a second thing, which an empty request does not name."""
BY_RULE = {
    "api.remove_signer",
    "api.change_evidence",
    "api.discard_template_draft",
    "api.save_template_draft",
    "api.show_chain",
    "api.show_template_draft",
    "api.submit_template",
    "evidence.restore",
    "evidence.retire",
    "templates.change",
    "templates.discard",
    "templates.edit",
    "templates.submit",
}
"""Addresses that the thing itself refuses: only who added a signer takes them off again, only
who keeps a piece of evidence changes it, only who leads a kind writes its template, and who keeps
the register of subjects knows of one without reading its documents."""
HTMX = {"HX-Request": "true"}


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with each of its methods, the static files aside."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in rule.methods and rule.endpoint != "static"
    ]


def declared(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "access", None)


def address(app: Flask, rule: Rule) -> str:
    """The address with things that do not exist: no answer may depend on whether they do."""
    values = {name: _value(converter) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, values, method=None, force_external=False
        )


def _value(converter: object) -> object:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return NOWHERE if isinstance(converter, RowNumber) else "nothing"


def ask(
    client: FlaskClient, app: Flask, rule: Rule, method: str, headers: dict[str, str] | None = None
) -> int:
    return client.open(address(app, rule), method=method, headers=headers).status_code


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    silent = [rule.endpoint for rule, _method in rules(app) if declared(app, rule) is None]
    assert silent == []
    assert len(rules(app)) > 60


def test_nobody_reaches_more_than_the_public_pages(app: Flask) -> None:
    client = app.test_client()
    reached = set()
    for rule, method in rules(app):
        status = ask(client, app, rule, method)
        if declared(app, rule) == PUBLIC:
            reached.add(rule.endpoint)
        elif rule.rule.startswith("/api/"):
            assert (rule.rule, method, status) == (rule.rule, method, 401)
        else:
            assert (rule.rule, method, status) == (rule.rule, method, 303)
    pages = {one for one in reached if not one.startswith(("health.", "api."))}
    assert pages == PUBLIC_PAGES


@pytest.fixture
def everybody(
    db, college: College, sessions: sessionmaker[Session], engine: Engine
) -> tuple[str, ...]:
    """One person for every role of the product, some of the college, and rows of every kind.

    On PostgreSQL a few speak for all: what a role may is decided before any database is asked.
    """
    things.lay(db, college, sessions)
    roles_here = Role if engine.dialect.name == "sqlite" else FEW_ROLES
    for role in roles_here:
        user_id = persons.create(db, f"only_{role}", role, by=SYSTEM, password="test-password")
        roles.give(db, user_id, role, by=SYSTEM)
        college.users[f"only_{role}"] = user_id
    db.commit()
    return (*(f"only_{role}" for role in roles_here), *OF_THE_COLLEGE)


class Asking:
    """Somebody with a browser and a token, and what the policy says of them."""

    def __init__(self, db: Session, app: Flask, client: FlaskClient, name: str, user: int) -> None:
        self.compared: set[tuple[str, str, int]] = set()
        self.db, self.app, self.client, self.name, self.user = db, app, client, name, user
        signed = {"username": name, "password": "test-password"}
        token = client.post("/api/v1/tokens", json=signed).json["token"]
        csrf = db.query(WebSession.csrf).filter_by(user_id=user).scalar()
        db.rollback()
        self.api = {"Authorization": f"Bearer {token}"}
        self.page = {**HTMX, "X-CSRF-Token": csrf, "Accept": "application/json"}
        self.seen: dict[str, bool] = {}
        self.known: Actor | None = None

    def ask(self, rule: Rule, method: str, row: Row) -> tuple[int, bytes]:
        with self.app.test_request_context():
            values = {name: row[name] for name in rule.arguments}
            place = self.app.url_map.bind("localhost").build(rule.endpoint, values, method)
        headers = self.api if rule.rule.startswith("/api/") else self.page
        answer = self.client.open(place, method=method, headers=headers)
        if method != "GET" and answer.status_code < FIRST_REFUSAL:
            self.seen.clear()  # something was done: who may know of what is asked anew
            self.known = None
        return answer.status_code, answer.data

    @property
    def actor(self) -> Actor:
        """The person as the engine sees one now."""
        if self.known is None:
            self.known = people.actor(self.db, self.user)
            self.db.rollback()
        return self.known

    def may(self, action: Action, about: object = None) -> bool:
        return permissions.may(self.actor, action, about)

    def sees(self, thing: things.Thing, row: Row) -> bool:
        key = f"{sorted(thing.names)} {row}"
        if key not in self.seen:
            self.seen[key] = thing.is_seen(self.db, self.actor, row)
            self.db.rollback()
        return self.seen[key]

    def compare(self, rule: Rule, method: str, row: Row, given: tuple[int, bytes]) -> list[str]:
        """Whether what is not there is answered alike; asked once of every address and answer."""
        case = (rule.rule, method, given[0])
        if not row or case in self.compared:
            return []
        self.compared.add(case)
        is_same = self.ask(rule, method, things.missing(row)) == given
        return [] if is_same else ["tells that it is there"]

    def may_do(self, rule: Rule, method: str, row: Row) -> bool:
        """Whether the policy allows the verb of an address on a thing that may be seen."""
        verb = rule.endpoint.partition(".")[2]
        action = VERBS.get((rule.endpoint, method)) or VERBS.get((verb, method))
        if action is None:
            return True
        is_task = "task_id" in row
        about = tasks.glance(self.db, row["task_id"]) if is_task else self._case(row["instance_id"])
        self.db.rollback()
        return self.may(action, about)

    def _case(self, instance_id: int) -> Glance:
        """A case as the policy's questions about a task see it: nobody's, but for who began it."""
        began = select(ProcessInstance.started_by).where(ProcessInstance.id == instance_id)
        return Glance(None, frozenset(), self.db.execute(began).scalar_one(), None, "")


def test_every_parameter_of_every_address_is_described(app: Flask) -> None:
    unknown = {
        rule.endpoint: sorted(rule.arguments)
        for rule, _method in rules(app)
        if rule.arguments and declared(app, rule) != PUBLIC and things.named_by(rule) is None
    }
    assert unknown == {}


def test_everybody_gets_of_everything_what_the_policy_says(
    everybody: tuple[str, ...],
    app: Flask,
    db: Session,
    college: College,
    browser: Callable[[str], FlaskClient],
) -> None:
    rows = {thing: thing.rows(db, college) for thing in things.THINGS}
    db.rollback()
    wrong, asked, compared = [], Counter[str](), set[tuple[str, str, int]]()
    for name in everybody:
        who = Asking(db, app, browser(name), name, college.users[name])
        who.compared = compared
        for rule, method in rules(app):
            access = declared(app, rule)
            if access == PUBLIC or rule.endpoint in ENDING:
                continue
            assert access == SIGNED_IN or isinstance(access, Action)
            thing = things.named_by(rule) if rule.arguments else None
            here: list[Row] = rows.get(thing, []) if thing is not None else [{}]
            is_refused = isinstance(access, Action) and not who.may(access)
            for row in here[:1] if is_refused else here:
                is_known = thing is None or who.sees(thing, row)
                check = _refused if is_refused else _known if is_known else _unknown
                asked[check.__name__] += 1
                found = check(who, rule, method, row)
                wrong += [(name, method, rule.rule, dict(row), one) for one in found]
    assert wrong == []
    assert min(asked.values()) > FEW, asked


def _refused(who: Asking, rule: Rule, method: str, row: Row) -> list[str]:
    """403, and the same whether or not there is such a thing."""
    status, body = who.ask(rule, method, row)
    wrong = [] if status == FORBIDDEN else [f"{status} instead of 403"]
    return wrong + who.compare(rule, method, row, (status, body))


def _unknown(who: Asking, rule: Rule, method: str, row: Row) -> list[str]:
    """404, as for what is not there; a request that cannot be read is told so first."""
    status, body = who.ask(rule, method, row)
    expected = {NOT_FOUND} if method == "GET" else {NOT_FOUND, UNREADABLE}
    wrong = [] if status in expected else [f"{status} instead of 404"]
    return wrong + who.compare(rule, method, row, (status, body))


def _known(who: Asking, rule: Rule, method: str, row: Row) -> list[str]:
    """Never hidden; refused exactly where the policy refuses the verb."""
    may_do = who.may_do(rule, method, row)
    status, _body = who.ask(rule, method, row)
    wrong = [f"{status}"] * (status == UNAUTHORIZED or status >= BROKEN)
    wrong += ["hidden"] * (status == NOT_FOUND and rule.endpoint not in NOT_THERE)
    wrong += ["refused"] * (may_do and status == FORBIDDEN and rule.endpoint not in BY_RULE)
    wrong += [f"{status}: not refused"] * (not may_do and status not in REFUSALS)
    return wrong


def test_what_does_not_exist_is_404_for_everybody_who_may_ask(
    app: Flask, browser: Callable[[str], FlaskClient]
) -> None:
    client = browser("leader")
    for rule, method in rules(app):
        needs_thing = bool(rule.arguments)
        if (
            method == "GET"
            and needs_thing
            and declared(app, rule) == SIGNED_IN
            and not rule.rule.startswith("/api/")
        ):
            assert (rule.rule, ask(client, app, rule, method, HTMX)) == (rule.rule, 404)


@pytest.mark.usefixtures("own_app")
def test_a_view_that_says_nothing_is_found_and_never_served(
    app: Flask, browser: Callable[[str], FlaskClient]
) -> None:
    app.add_url_rule("/new/<int:planet_id>", "new.planet", str)
    (rule,) = [one for one in app.url_map.iter_rules() if one.endpoint == "new.planet"]
    assert declared(app, rule) is None
    assert things.named_by(rule) is None
    assert browser("admin").get("/new/1").status_code == 403
