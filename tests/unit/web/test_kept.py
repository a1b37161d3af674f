"""What somebody typed into a task that left their hands is given back, entries of lists too."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel

from tests.unit.engine.forms.making import field, form, grid
from web.tasks import kept

LIST = field("list", "list", label="措施", fields=[field("what")])
FORM = form(field("text", label="文字"), LIST, grid(LIST, label="表"))


def test_every_text_is_given_back_under_the_name_of_its_field():
    sent = {
        "values[text]": "甲",
        "values[list][0][what]": "乙",
        "values[rows][t.1][label]": "丙",
        "values[rows][t.1][list][2][what]": "丁",
        "comment": "戊",
        "values[rows][t.1][list][2][what][more]": "鬼",
        "csrf_token": "鬼",
    }
    app = Flask(__name__)
    Babel(app, default_locale="zh")
    with app.test_request_context(method="POST", data=sent):
        found = [(one.label, one.words) for one in kept.texts(FORM)]
    assert found == [("文字", "甲"), ("措施", "乙"), ("表", "丙"), ("措施", "丁"), ("意见", "戊")]
