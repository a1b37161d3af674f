"""The plans of the demo: their weights make a hundred, however many rows there are."""

from __future__ import annotations

import pytest

from web.demo.documents import rest_of_a_hundred


@pytest.mark.parametrize("count", [1, 7, 11, 26, 28, 31, 41, 43, 45, 55])
def test_weights_make_a_hundred(count):
    each = [round(100 / count, 1)] * count
    last = rest_of_a_hundred(each)
    assert last > 0
    assert round(sum(each[:-1]) + last, 1) == 100
