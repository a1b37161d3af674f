"""Languages: Chinese is the source of every sentence, English the catalogue; the school's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale, get_translations, gettext

from engine import clock
from engine.bpmn import dialect
from engine.errors import Refused
from engine.sentence import Sentence
from web import due_words
from web.sentences import Sentences
from web.session import settings

LANGUAGES: Final = {"zh": "中文", "en": "English"}
# Gaps that the product itself may fill with words, rather than with what people wrote
WORDED: Final = frozenset({"kind", "outcome", "parent_kind", "verb", "what", "who", "why"})


def install(app: Flask) -> None:
    """Choose the language per person, else per browser; give templates the house's filters."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    app.jinja_environment = Sentences
    Babel(app, locale_selector=language).domain_instance = Catalogues()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of its extension
        gettext=lambda text: get_translations().ugettext(text),
        ngettext=lambda one, many, count: get_translations().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.filters |= {"moment": moment, "day": day, "date": full_day, "iso": iso}
    app.jinja_env.globals |= {"language": language, "languages": LANGUAGES, "say": say}


class Catalogues(Domain):  # type: ignore[misc]  # of a library without types
    """The sentences of each language; a page has hundreds, so their catalogues are at hand."""

    def get_translations(self) -> Any:
        """The catalogue of the reader's language."""
        locale = get_locale()
        if locale is None:
            return super().get_translations()
        if locale.language not in self.cache:
            self.cache[locale.language] = super().get_translations()
        return self.cache[locale.language]


def language() -> str:
    """`zh` or `en`: the person's choice, the cookie, the browser's wish, else Chinese."""
    user = g.get("user")
    chosen = (user.language if user is not None else "") or request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or "zh"


def say(error: Refused) -> str:
    """A refusal in the reader's language; times in it read as people write them."""
    return in_words(error.sentence, error.values)


def in_words(sentence: str, values: Mapping[str, object]) -> str:
    """A sentence with its gaps filled, in the reader's language."""
    known = {name: _told(name, value) for name, value in values.items()}
    return str(gettext(sentence)).format_map(_Known(known))


def said(text: str) -> str:
    """A text in the reader's language, where it is a sentence of ours; else as it is."""
    return text.said(gettext) if isinstance(text, Sentence) else text


def _told(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return full_day(value)
    if isinstance(value, Sentence):
        return said(value)
    if name == "rule" and isinstance(value, str) and dialect.is_school_time(value):
        return due_words.said(value)
    return gettext(value) if name in WORDED and isinstance(value, str) and value else value


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _local(at: datetime) -> datetime:
    return at.astimezone(settings().timezone)


def moment(at: datetime | None) -> str:
    """A time as people write it: 4月22日 17:00, with the year only if it is not this one."""
    if at is None:
        return ""
    local, now = _local(at), _local(clock.now())
    if str(get_locale()) == "en":
        year = "" if local.year == now.year else f" {local.year}"
        return f"{local.day} {local:%b}{year} {local:%H:%M}"
    year = "" if local.year == now.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def stamp(at: datetime) -> str:
    """A time on paper: always with its year, for paper is read in other years."""
    local = _local(at)
    if str(get_locale()) == "en":
        return f"{local.day} {local:%b} {local.year} {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def exact(at: datetime) -> str:
    """A time to the second on the school's clock, with how far that is from UTC."""
    return _local(at).isoformat(" ", timespec="seconds")


def day(at: datetime | date | None) -> str:
    """A day as people write it: 4月22日."""
    if at is None:
        return ""
    local = _local(at) if isinstance(at, datetime) else at
    return (
        f"{local.day} {local:%b}" if str(get_locale()) == "en" else f"{local.month}月{local.day}日"
    )


def full_day(at: date | None) -> str:
    """A day with its year: 2027年3月31日."""
    if at is None:
        return ""
    if str(get_locale()) == "en":
        return f"{at.day} {at:%b} {at.year}"
    return f"{at.year}年{at.month}月{at.day}日"


def iso(at: datetime | None) -> str:
    """A time for machines and evidence."""
    return "" if at is None else at.isoformat()
