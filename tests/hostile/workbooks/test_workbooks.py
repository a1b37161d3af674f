"""What strangers bring in is named in a sentence, in bounded memory, and nothing of it is kept."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from quality.imports import errors, work, workbook
from tests.hostile.workbooks import books
from tests.workbooks import workbook as made

MEMORY = 350 * 1024
# the process tells its own highest use: what its parent used before it does not count
RUN = """
import sys
from pathlib import Path
from quality.imports import errors, work, workbook
work.register()
try:
    workbook.read(Path(sys.argv[1]).read_bytes(), sys.argv[2])
except errors.UnfitFile as refusal:
    print(type(refusal).__name__)
used = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(used[0].split()[1])
"""
SEED = 20261122


@pytest.fixture(autouse=True, scope="module")
def _plugged_in():
    work.register()


@pytest.mark.parametrize("hostile", books.ALL, ids=lambda hostile: hostile.name)
def test_it_is_named_in_a_sentence(hostile):
    with pytest.raises(hostile.refusal) as refused:
        workbook.read(hostile.make(), hostile.filename)
    sentence = str(refused.value)
    assert hostile.says in sentence
    assert "…" not in sentence or hostile.says
    assert len(sentence) < 400


@pytest.mark.parametrize(
    "name",
    ["1,000,000 rows", "a bomb", "a long text in every cell", "a cell far right and far below"],
)
def test_memory_is_bounded(name, tmp_path):
    hostile = next(one for one in books.ALL if one.name == name)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(hostile.make())
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path), hostile.filename],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    named, used = done.stdout.split()
    assert named == hostile.refusal.__name__
    assert int(used) < MEMORY


@pytest.mark.timeout(60)  # what begins again at every sign needs minutes for a megabyte
@pytest.mark.parametrize("after", [b"", b"<f/>"], ids=["plain", "with a formula"])
@pytest.mark.parametrize("pattern", books.PATTERNS.values(), ids=books.PATTERNS)
def test_a_megabyte_of_the_same_is_searched_once(pattern, after):
    content = books.stuffed(pattern, after=after)
    assert len(content) < 40_000
    assert outcome(content) in books.STUFFED


@pytest.mark.timeout(60)
def test_headers_without_end_are_read_as_far_as_headers_go():
    (read,) = workbook.read(books.columns_without_end(), "a.csv")
    assert read.lines == [(2, {"number": "1", "name": "x"})]


@pytest.mark.timeout(60)
def test_a_header_of_brackets_is_read_once():
    head = [*books.HEAD, *["(" * 1_000] * 900]
    (read,) = workbook.read(made({"人员": [head, ("1", "甲")]}), "a.xlsx")
    assert read.lines == [(2, {"number": "1", "name": "甲"})]


def test_a_zip_in_a_zip_is_not_opened():
    (read,) = workbook.read(books.nested(), "a.xlsx")
    assert read.lines == [(2, {"number": "1", "name": "甲"})]


def test_the_far_corner_of_another_sheet_does_not_matter():
    other = made({"人员": [books.HEAD, ("1", "甲")], "说明": [["x"] * 300] * 3})
    (read,) = workbook.read(other, "a.xlsx")
    assert read.lines == [(2, {"number": "1", "name": "甲"})]


def damaged(content: bytes, changes: int, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _change in range(chance.randint(1, changes)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def outcome(content: bytes) -> str:
    """What reading it comes to: rows, or the name of a refusal; anything else fails the test."""
    try:
        return str(len(workbook.read(content, "a.xlsx")))
    except errors.UnfitFile as refusal:
        return type(refusal).__name__


def test_a_damaged_workbook_is_a_refusal_or_a_reading_never_a_failure():
    chance, whole = random.Random(SEED), books.plain()
    outcomes = {outcome(damaged(whole, 6, chance)) for _time in range(300)}
    assert {"DamagedWorkbook", "1"} <= outcomes


def test_a_damaged_part_is_a_refusal_or_a_reading_never_a_failure():
    chance = random.Random(SEED)
    outcomes = {
        outcome(books.with_parts({name: damaged(books.part(name), 4, chance)}))
        for name in (books.SHEET, books.TEXTS, "xl/workbook.xml", "xl/styles.xml")
        for _time in range(60)
    }
    assert {"DamagedWorkbook", "1"} <= outcomes
