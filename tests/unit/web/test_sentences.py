"""Sentences written into templates when they are compiled read as those looked up when drawn."""

from __future__ import annotations

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import force_locale
from jinja2 import DictLoader

from web import i18n

PAGE = (
    '{{ _("待办") }}|{{ _("%(day)s收到", day=day) }}|{{ _(word) }}|{{ _("占 55%%") }}'
    '|<a title="{{ _(\'关闭\') }}">|{{ {"x": _("关闭")}|tojson }}'
    '{% macro one() %}{{ _("更多") }}{% endmacro %}{{ one() }}'
)


@pytest.fixture(scope="module")
def app():
    made = Flask("web", template_folder="templates")
    i18n.install(made)
    made.jinja_env.loader = DictLoader({"page.html": PAGE, "page.txt": PAGE})
    return made


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_compiled_page_says_what_a_page_that_looks_up_says(app, language):
    given = {"day": "<b>1</b>", "word": "关闭"}
    with app.test_request_context(), force_locale(language):
        page = render_template("page.html", **given)
        assert page == render_template_string(PAGE, **given)
        assert ("Close" in page) is (language == "en")
        assert "&lt;b&gt;" in page
        assert "<b>1</b>" in render_template("page.txt", **given)
