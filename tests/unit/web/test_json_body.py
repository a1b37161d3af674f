"""JSON from strangers has one meaning, or none."""

from __future__ import annotations

import pytest

from web import json_body


def test_a_body_is_read():
    assert json_body.read('{"a": [1, 2.5, null, true, "字"], "b": {"a": 1}}'.encode()) == {
        "a": [1, 2.5, None, True, "字"],
        "b": {"a": 1},
    }


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 2}',
        b'{"rows": [{"id": "x", "id": "y"}]}',
        b'{"\\u0061": 1, "a": 2}',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e999",
        b'"\\ud800"',
        b'"\xff"',
        "[1]".encode("utf-16"),
        b"[" * 100_000,
        b"[" * 2_000 + b"]" * 2_000,
        b"{'a': 1}",
        b"[1,]",
        b"",
    ],
)
def test_what_has_two_meanings_or_none_is_refused(raw):
    with pytest.raises(json_body.NotJson):
        json_body.read(raw)
