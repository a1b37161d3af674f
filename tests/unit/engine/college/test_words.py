"""What people are found by: the ends of names, every reading in pinyin, numbers and user names."""

from __future__ import annotations

import pytest

from engine.college import words

FOUND = [
    ("吴允恭", "T2020001", "wuyg", "吴", True),
    ("吴允恭", "T2020001", "wuyg", "允恭", True),
    ("吴允恭", "T2020001", "wuyg", "恭", True),
    ("吴允恭", "T2020001", "wuyg", "wyg", True),
    ("吴允恭", "T2020001", "wuyg", "WY", True),
    ("吴允恭", "T2020001", "wuyg", "wuyun", True),
    ("吴允恭", "T2020001", "wuyg", "t2020", True),
    ("吴允恭", "T2020001", "wuyg", "wuyg", True),
    ("吴允恭", "T2020001", "wuyg", "吴恭", False),
    ("吴允恭", "T2020001", "wuyg", "yg", False),
    ("单曾", None, "x", "sz", True),  # both characters have several readings
    ("单曾", None, "x", "dc", True),
    ("单曾", None, "x", "shanzeng", True),
    ("吕绿", None, "x", "ll", True),
    ("吕绿", None, "x", "lvlv", True),
    ("欧阳 娜娜", None, "x", "oynn", True),
    ("阿依努尔·买买提", None, "x", "买买提", True),
    ("John Smith", None, "js1", "smith", True),
    ("John Smith", None, "js1", "johnsmith", True),
    ("王A", "007", "w", "wa", True),
    ("张三", "", "zhang.san-2", "zhang.san", True),
    ("😀", None, "smile", "smile", True),
]


@pytest.mark.parametrize(("name", "number", "username", "typed", "is_found"), FOUND)
def test_a_person_is_found_by(name, number, username, typed, is_found):
    first, behind = words.beginning(typed)
    known = words.words_of(name, number, username)
    assert any(first <= word < behind for word in known) is is_found


def test_words_are_few_and_short_whatever_the_name():
    for name in ("曾" * 100, "单" * 60, "a " * 50, "é" * 100, "\u0301" * 100, "·" * 100):
        known = words.words_of(name, "9" * 40, "u" * 100)
        assert len(known) <= 2 + words.ENDS + 2 * words.READINGS
        assert all(0 < len(word) <= words.LONGEST for word in known)


def test_nothing_typed_is_an_empty_range():
    assert words.beginning("  ") == ("", "")
    first, behind = words.beginning("\U0010ffff")
    assert first == behind == "\U0010ffff"
