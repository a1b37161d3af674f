"""Addresses that are kept are those that would be built."""

from __future__ import annotations

from flask import Flask, url_for

from web import routing


def test_an_address_is_that_of_its_rows_and_of_where_the_application_stands():
    app = Flask(__name__)
    routing.install(app)
    app.add_url_rule("/tasks/<int:task_id>", endpoint="tasks.show", view_func=str)
    app.add_url_rule("/tasks", endpoint="tasks.index", view_func=str)
    for place, root in (("/", ""), ("/college", "/college")) * 2:
        with app.test_request_context(base_url=f"http://localhost{place}"):
            assert url_for("tasks.show", task_id=7) == f"{root}/tasks/7"
            assert url_for("tasks.show", task_id=8) == f"{root}/tasks/8"
            assert url_for("tasks.index") == f"{root}/tasks"
            assert url_for("tasks.index", select=True) == f"{root}/tasks?select=True"
            assert url_for("tasks.index", select=1) == f"{root}/tasks?select=1"
            assert url_for("tasks.index", due=None) == f"{root}/tasks"
            told = url_for("tasks.index", _external=True)
            assert told == f"http://localhost{root}/tasks"
