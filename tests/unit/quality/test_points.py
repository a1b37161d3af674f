"""Lines of work points: the number in front, and the rest."""

import pytest

from quality.registers import points


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("3.1 推进产教融合", ("3.1", "推进产教融合")),
        ("3．推进产教融合", ("3", "推进产教融合")),
        ("12、推进产教融合", ("12", "推进产教融合")),
        ("（三）推进产教融合", ("三", "推进产教融合")),
        ("(3) 推进产教融合", ("3", "推进产教融合")),
        ("十一、推进产教融合", ("十一", "推进产教融合")),
        ("  推进产教融合 ", ("", "推进产教融合")),
        ("2026", ("", "2026")),
        ("三全育人综合改革", ("", "三全育人综合改革")),
        ("1+X 证书试点", ("", "1+X 证书试点")),
        ("2026 年招生计划", ("", "2026 年招生计划")),
        ("100%完成整改", ("", "100%完成整改")),
        ("5 月完成验收", ("", "5 月完成验收")),
    ],
)
def test_a_line_has_a_number_where_it_begins_with_one(line, found):
    assert points.read(line) == found
