"""Refusals to answers: one table from error to status, and one place where they are worded."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

import orjson
import psycopg
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import DataError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from engine import errors
from engine.bpmn.parse import Unreadable
from engine.db import fault, trace
from engine.errors import CannotKeep, Refused
from engine.forms.validation import Invalid
from engine.settings import SettingStale
from quality.printing.errors import NotSet, PressBusy, RunOver
from web.i18n import in_words, say
from web.security import ForeignRequest
from web.signin.outside import ProviderSilent
from web.signin.sessions import NotSignedIn

log = logging.getLogger(__name__)
_ACTION: Final = {"action": "request"}

STATUS: Final[Mapping[type[Refused], int]] = {
    errors.NotFound: 404,
    errors.OutOfHands: 409,
    errors.UnknownDefinition: 404,
    errors.Forbidden: 403,
    ForeignRequest: 403,
    NotSignedIn: 401,
    ProviderSilent: 503,
    errors.SignInFailed: 401,
    errors.LockedOut: 429,
    errors.TaskNotOpen: 409,
    errors.AlreadyClaimed: 409,
    errors.InstanceNotRunning: 409,
    errors.IncidentNotOpen: 409,
    errors.LeaseLost: 409,
    SettingStale: 409,
    errors.StaleDraft: 412,
    errors.TooLarge: 413,
    PressBusy: 503,
    NotSet: 503,
    RunOver: 409,
}
UNPROCESSABLE: Final = 422
BUSY: Final = 503
RETRY_SECONDS: Final = "2"

HTTP_SENTENCES: Final[Mapping[int, str]] = {
    400: "请求不完整，请返回上一页再试。",
    403: "您没有做这件事的权限。",
    404: "没有找到这个页面，或者您无权查看。",
    405: "这个地址不接受这种操作。",
    413: "内容太大，请分开提交。",
    415: "不接受这种格式的内容。",
    429: "操作太频繁，请稍后再试。",
}


def status_of(error: Refused) -> int:
    """The HTTP status of a refusal; what is merely wrong in its content is 422."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), UNPROCESSABLE)


def install(app: Flask) -> None:
    """Answer every error with a sentence, as a page or as problem+json."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return answer(status_of(error), say(error), error)

    @app.errorhandler(Unreadable)
    def unreadable(error: Unreadable) -> ResponseReturnValue:
        sentence = in_words(error.finding.sentence, error.finding.values)
        return answer(UNPROCESSABLE, sentence)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        sentence = HTTP_SENTENCES.get(code, "这一步没有成功，请稍后再试。")
        response = answer(code, gettext(sentence))
        if code == 405 and error.response is None:  # noqa: PLR2004  (HTTP's own number)
            response.headers["Allow"] = ", ".join(
                sorted(getattr(error, "valid_methods", None) or ())
            )
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(sqlite3.OperationalError)
    @app.errorhandler(psycopg.OperationalError)
    def busy(error: Exception) -> ResponseReturnValue:
        log.warning("the database did not answer: %s", fault(error), extra=_ACTION)
        response = answer(BUSY, gettext("系统正忙，您的操作还没有保存，请稍后再试。"))
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    @app.errorhandler(DataError)
    @app.errorhandler(UnicodeEncodeError)
    def cannot_keep(error: Exception) -> ResponseReturnValue:
        if request.method == "GET" and _is_beyond_every_row(error):
            return answer(status_of(errors.NotFound()), gettext(errors.NotFound.sentence))
        log.warning("the database refused a value: %s", fault(error), extra=_ACTION)
        return answer(UNPROCESSABLE, gettext(CannotKeep.sentence))

    @app.errorhandler(SQLAlchemyError)
    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        log.error("unexpected error\n%s", trace(error), extra=_ACTION)
        return answer(500, gettext("出了意外，您的操作没有保存。管理员已能在日志里看到原因。"))


def _is_beyond_every_row(error: Exception) -> bool:
    """Whether a number was looked for that no column could hold: there is no such thing."""
    return isinstance(getattr(error, "orig", None), psycopg.errors.NumericValueOutOfRange)


def answer(status: int, sentence: str, error: Refused | None = None) -> Response:
    """One refusal, as JSON for programs and as a page for people."""
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return problem(status, sentence, _details(error))
    body = render_template("errors/error.html", status=status, sentence=sentence, error=error)
    return Response(body, status, content_type="text/html; charset=utf-8")


def problem(status: int, title: str, more: Mapping[str, Any] | None = None) -> Response:
    """`application/problem+json` as in RFC 9457."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": title,
        **(more or {}),
    }
    return Response(
        orjson.dumps(body, default=str), status, content_type="application/problem+json"
    )


def _details(error: Refused | None) -> dict[str, Any]:
    if isinstance(error, Invalid):
        return {"errors": {path: said.said(gettext) for path, said in error.errors.items()}}
    if isinstance(error, errors.NotPublishable):
        findings = error.values["findings"]
        return {
            "findings": [
                {
                    "element": one.element,
                    "severity": one.severity,
                    "rule": one.rule,
                    "sentence": in_words(one.sentence, one.values),
                }
                for one in findings  # type: ignore[attr-defined]  # a tuple of findings
            ]
        }
    if isinstance(error, errors.LockedOut):
        return {"retry_after": error.values["seconds"]}
    return {}
