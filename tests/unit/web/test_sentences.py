"""Sentences written into templates when they are compiled read as those looked up when drawn."""

from __future__ import annotations

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import force_locale
from jinja2 import DictLoader, Environment, select_autoescape

from web import i18n

PAGE = (
    '{{ _("待办") }}|{{ _("%(day)s收到", day=day) }}|{{ _(word) }}|{{ _("占 55%%") }}'
    '|<a title="{{ _(\'关闭\') }}">|{{ {"x": _("关闭")}|tojson }}'
    '{% macro one() %}{{ _("更多") }}{% endmacro %}{{ one() }}'
)

INCLUDING = {
    "outer.html": '{% set a = "out" %}{% with b = given %}{% include "inner.html" %}{% endwith %}'
    "|{{ a }}|{{ own }}|{{ macro is defined }}"
    '{% for one in (1, 2) %}{% include "inner.html" %}{% endfor %}'
    '{% include "tree.html" %}{% include "page.txt" %}',
    "inner.html": '{{ a }}{{ b }}{{ one }}{% set a = "in" %}{% set own = 1 %}{{ a }}'
    "{% macro macro() %}{{ b }}{{ a }}{% endmacro %}{{ macro() }}",
    "tree.html": "{{ depth or 0 }}{% if (depth or 0) < 2 %}{% with depth = (depth or 0) + 1 %}"
    '{% include "tree.html" %}{% endwith %}{% endif %}',
}


@pytest.fixture(scope="module")
def app():
    made = Flask("web", template_folder="templates")
    i18n.install(made)
    pages = {"page.html": PAGE, "page.txt": PAGE, **INCLUDING}
    made.jinja_env.loader = DictLoader(pages)
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


def test_what_is_included_reads_as_if_it_stood_apart(app):
    given = {"given": "<i>", "day": "<b>1</b>", "word": "关闭"}
    apart = Environment(loader=app.jinja_env.loader, autoescape=select_autoescape())
    apart.globals["_"] = lambda said, **gaps: said % gaps if gaps else said.replace("%%", "%")
    with app.test_request_context(), force_locale("zh"):
        page = render_template("outer.html", **given)
    assert page == apart.get_template("outer.html").render(given)
    assert "out&lt;i&gt;in" in page
    assert "<b>1</b>收到" in page
    assert "|out||" in page
