"""Where a batch lies until it is fetched."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from quality.printing.shelf import Note, Shelf, file_name


def note(number, file="", problem=""):
    return Note(number, f"文档{number}", "专业", "学院", 1, file, problem)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("工业机器人技术·标准（2027）", "工业机器人技术·标准（2027）.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ('a\\b:c*d?"e<f>g|h\n', "a b c d e f g h.pdf"),
        ("...", "-.pdf"),
        ("长" * 200, "长" * 80 + ".pdf"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_takes(title, name):
    assert file_name(title, "pdf") == name


def test_a_batch_becomes_one_file_and_what_failed_is_told(tmp_path):
    shelf = Shelf(tmp_path, 7)
    shelf.keep(note(2, "二.pdf"), b"two")
    shelf.keep(note(1, "一.pdf"), b"one, at first")
    shelf.keep(note(1, "一.pdf"), b"one")
    shelf.keep(note(3, problem="不见了"), b"")
    with (shelf.folder / "notes.jsonl").open("ab") as notes:
        notes.write(b'{"number": 4, "ti')
    assert [(one.number, one.problem) for one in shelf.notes()] == [(1, ""), (2, ""), (3, "不见了")]
    hashed = shelf.pack("目录.xlsx", b"index")
    assert hashed == hashlib.sha256(shelf.zip.read_bytes()).hexdigest()
    with zipfile.ZipFile(shelf.zip) as packed:
        assert packed.namelist() == ["目录.xlsx", "一.pdf", "二.pdf"]
        assert packed.read("一.pdf") == b"one"
    shelf.remove()
    assert list((tmp_path / "prints").iterdir()) == []
