"""Rights: who has which role, what is granted to whom, and why somebody may do something.

GET  /rights                    grants and roles      POST /rights/grants        give a grant
GET  /rights/people/N           what and why          POST /rights/grants/N/end  end one
POST /rights/people/N/roles     give a role           POST /rights/people/N/roles/end   take one
POST /rights/people/N/test      look as them          POST /rights/test/end      stop that
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from engine import grants, people, roles
from engine.errors import NotFound, Refused
from engine.grants import NewGrant
from engine.models import Committee, Post, Reach, Role
from engine.permissions import Action
from engine.queries import directory, units
from quality import explain, given, kinds, sharing
from web import eyes, rights_words
from web.access import needs, signed_in
from web.asked import number
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.signin import passwords
from web.written import Written

bp = Blueprint("rights", __name__, url_prefix="/rights")

PAGE: Final = 50
FOUND: Final = 20
LONGEST: Final = 100
MOST_OPTIONS: Final = 300
FIELDS: Final[dict[type[Refused], str]] = {
    directory.NobodyCalledSo: "who",
    directory.SeveralCalledSo: "who",
    grants.NoSuchHolder: "holder",
    grants.ReachNeedsNoUnit: "unit",
    grants.ReachNeedsUnit: "unit",
    grants.YearOutOfRange: "year",
    grants.GrantEndsBeforeItBegins: "until",
    roles.RoleEndsBeforeItBegins: "until",
    roles.RoleEndedAlready: "until",
}


@bp.get("")
@needs(Action.RIGHTS_VIEW)
def index() -> str:
    """Every grant in force as a sentence, who has which role, and a way to any person."""
    return _index(Written({}))


@bp.post("/grants")
@needs(Action.RIGHTS_EDIT)
def give_grant() -> ResponseReturnValue:
    """Allow something within a reach; faults come back at their fields."""
    written = Written()
    asked = _grant(written)
    if not written.errors:
        try:
            sharing.give(db(), asked, by=me())
        except Refused as refusal:
            written.refused(refusal, FIELDS)
    if written.errors:
        return _index(written), UNPROCESSABLE
    flash(gettext("授权已生效"))
    return redirect(url_for("rights.index"), 303)


@bp.post("/grants/<int:grant_id>/end")
@needs(Action.RIGHTS_EDIT)
def end_grant(grant_id: int) -> ResponseReturnValue:
    """Take a grant back, at once."""
    grants.end(db(), grant_id, by=me())
    flash(gettext("授权已收回"))
    return redirect(url_for("rights.index"), 303)


@bp.get("/people/<int:user_id>")
@needs(Action.RIGHTS_VIEW)
def person(user_id: int) -> str:
    """What one person may, why, and the answer to a question about them."""
    return _person(user_id, Written({}))


@bp.post("/people/<int:user_id>/roles")
@needs(Action.RIGHTS_EDIT)
def give_role(user_id: int) -> ResponseReturnValue:
    """Give a role, from a day to a day."""
    people.actor(db(), user_id)
    written = Written()
    role = written.choice("role", [role.value for role in Role])
    since, until = written.day("since"), written.day("until")
    if not written.errors:
        try:
            roles.give(db(), user_id, Role(role), by=me(), since=since, until=until)
            if role in roles.GUARDED:
                passwords.require_not_shared(passwords.username(user_id))
        except NotFound:
            raise
        except Refused as refusal:
            written.refused(refusal, FIELDS)
    if written.errors:
        return _person(user_id, written), UNPROCESSABLE
    if role in roles.GUARDED:
        flash(gettext("角色已授予；对方须用统一身份认证，或运维人员生成的登录链接，重新登录"))
    else:
        flash(gettext("角色已授予"))
    return redirect(url_for("rights.person", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/roles/end")
@needs(Action.RIGHTS_EDIT)
def take_role(user_id: int) -> ResponseReturnValue:
    """Take a role, at once."""
    people.actor(db(), user_id)
    written = Written()
    role = written.choice("role", [role.value for role in Role])
    if not written.errors:
        try:
            roles.take(db(), user_id, Role(role), by=me())
        except NotFound:
            raise
        except Refused as refusal:
            written.refused(refusal, {})
    if written.errors:
        return _person(user_id, written), UNPROCESSABLE
    flash(gettext("角色已收回"))
    return redirect(url_for("rights.person", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/test")
@needs(Action.RIGHTS_TEST)
def begin_test(user_id: int) -> ResponseReturnValue:
    """See the product as this person does, without being able to do anything."""
    people.actor(db(), user_id)
    written = Written()
    try:
        eyes.begin(user_id, written.text("reason", most=roles.LONGEST_REASON))
    except NotFound:
        raise
    except Refused as refusal:
        written.refused(refusal, {}, {})
        return _person(user_id, written), UNPROCESSABLE
    return redirect(url_for("tasks.home"), 303)


@bp.post("/test/end")
@signed_in
def end_test() -> ResponseReturnValue:
    """See one's own again."""
    tested = eyes.end()
    if tested is None:
        return redirect(url_for("tasks.home"), 303)
    flash(gettext("已结束查看"))
    return redirect(url_for("rights.person", user_id=tested), 303)


def _grant(written: Written) -> NewGrant:
    """The grant that a form asks for."""
    holder, who = written.text("holder", most=LONGEST), written.text("who", most=LONGEST)
    if bool(holder) is bool(who):
        written.wrong("holder", gettext("请选择一个授权对象，或者写明一个人，二者选一。"))
    elif who:
        try:
            holder = people.user_key(directory.meant(db(), who))
        except Refused as refusal:
            written.refused(refusal, FIELDS)
    action = written.choice("action", [one.value for one in grants.GRANTABLE])
    reach = written.choice("reach", [one.value for one in Reach])
    kind = written.text("kind") or None
    if kind is not None and kind not in kinds.KEYS:
        written.wrong("kind", gettext("请选择一项。"))
    reason = written.text("reason", most=roles.LONGEST_REASON, needed=True)
    year = written.number("year", least=grants.FIRST_YEAR, most=grants.LAST_YEAR)
    unit, since, until = written.row("unit"), written.day("since"), written.day("until")
    if written.errors:
        return NewGrant(holder, Action.SUBJECT_VIEW, Reach.OWN)
    allowed = Action(action), Reach(reach)
    return NewGrant(holder, *allowed, unit, kind, year, since, until, reason)


def _index(written: Written) -> str:
    text = request.args.get("q", "").strip()[:LONGEST]
    holder = request.args.get("holder", "").strip()[:LONGEST]
    rows = grants.listed(
        db(), holders=[holder] if holder else None, after=number("after"), limit=PAGE + 1
    )
    shown = given.granted(db(), rows[:PAGE])
    who = rights_words.holders(db(), shown)
    following = shown[-1].scope.grant_id if len(rows) > PAGE else None
    found = directory.search(db(), directory.Wanted(text), limit=FOUND)[0] if text else ()
    return render_template(
        "rights/index.html",
        grants=[(one, rights_words.grant(one, who)) for one in shown],
        next_url=url_for("rights.index", after=following) if following else None,
        held=rights_words.by_role(given.with_roles(db())),
        found=found,
        text=text,
        written=written,
        words=rights_words,
        groups=_holder_options(),
        actions=[(one.value, rights_words.action(one)) for one in grants.GRANTABLE],
        reaches=[(one.value, gettext(words)) for one, words in rights_words.REACHES.items()],
        units=[(unit.id, "\u3000" * unit.depth + unit.name) for unit in units.listed(db())],
        kinds=[(one.key, one.label) for one in kinds.every()],
    )


def _holder_options() -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom a grant may be given to, beside single people: roles, posts, committees."""
    in_roles = [
        (people.role_key(role), rights_words.role(role))
        for role in Role
        if people.role_key(role) not in me().keys
    ]
    posts = select(Post.key, Post.name).order_by(Post.name).limit(MOST_OPTIONS)
    in_posts = [(people.post_key(row.key), row.name) for row in db().execute(posts)]
    bodies = select(Committee.key, Committee.name).order_by(Committee.name).limit(MOST_OPTIONS)
    seated = [(people.committee_key(row.key), row.name) for row in db().execute(bodies)]
    return [
        (gettext("角色"), in_roles),
        (gettext("岗位"), in_posts),
        (gettext("委员会和工作组"), seated),
    ]


def _person(user_id: int, written: Written) -> str:
    found = explain.rights(db(), user_id)
    key, thing = request.args.get("ask", ""), number("number")
    verdict, problem = None, ""
    question = explain.QUESTIONS.get(key)
    if question is not None:
        if question.thing and thing is None:
            problem = gettext("这个问题要写明编号，编号在那一页的地址里。")
        else:
            try:
                verdict = explain.answer(db(), user_id, key, thing)
            except NotFound:
                problem = gettext("没有这个编号。")
    lacking = [one.grant for one in verdict.lacking if one.grant] if verdict else []
    who = rights_words.holders(db(), (*found.grants, *lacking))
    return render_template(
        "rights/person.html",
        found=found,
        who=who,
        words=rights_words,
        written=written,
        verdict=verdict,
        problem=problem,
        asked=key,
        number=request.args.get("number", "")[:LONGEST],
        roles=[(role.value, rights_words.role(role)) for role in Role],
        may_test=roles.may_be_tested(found.person) and found.person.id != me().id,
        is_me=found.person.id == me().id,
    )
