"""The language of a person outside of any request, for what is made in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_babel import Babel, force_locale

from web.config import Settings


def voice(settings: Settings) -> Flask:
    """An application without pages, which knows the catalogues and the school's clock."""
    app = Flask("web")
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    Babel(app)
    app.extensions["settings"] = settings
    return app


@contextmanager
def speaking(app: Flask, language: str) -> Iterator[None]:
    """Within, every sentence is said in this language."""
    with app.test_request_context(), force_locale(language):
        yield
