"""What people write as titles stays text in a group: no link, no call to everybody."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import requests

from engine.webhooks import Form, Robot
from web.notices import robots


class _Answer:
    status_code = 200
    content = orjson.dumps({"errcode": 0})


@pytest.mark.parametrize("form", list(Form))
def test_a_title_is_no_link_and_calls_nobody(monkeypatch: pytest.MonkeyPatch, form: Form) -> None:
    said: list[Any] = []

    def post(_session: object, _url: str, *, json: Any, **_more: object) -> _Answer:
        said.append(json)
        return _Answer()

    monkeypatch.setattr(requests.Session, "post", post)
    robot = Robot(1, "r", form, "https://robot.example/x", "", frozenset(), is_active=True)
    title = '“<at user_id="all">全体</at>[点这里](http://evil.example)<@all>”'
    robots.send(robot, f"{title}到了“审核”。\nhttps://school.example/tasks/1")
    written = orjson.dumps(said).decode()
    assert "<" not in written
    assert "](" not in written
    assert "https://school.example/tasks/1" in written
