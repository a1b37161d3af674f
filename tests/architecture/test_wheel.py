"""A wheel holds everything the product reads when it runs, and nothing of how it was made."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.architecture import tree

PACKED = ("engine", "quality", "web", "processes", "forms", "migrations")
SOURCES = "web/assets/"
FONT = "web/static/dist/fonts/Some.ttf"


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The names in a wheel built from a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(tree.ROOT / name, copy)
    for folder in PACKED:
        left_out = shutil.ignore_patterns("node_modules", "__pycache__", "*.ttf")
        shutil.copytree(tree.ROOT / folder, copy / folder, ignore=left_out)
    (copy / FONT).parent.mkdir(parents=True, exist_ok=True)
    (copy / FONT).write_bytes(b"a small one for a large one")
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*wheel, "-w", "made", "."], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = (copy / "made").glob("*.whl")
    return set(zipfile.ZipFile(made).namelist())


def test_every_file_the_product_reads_is_packed(packed):
    wanted = {tree.name(path) for folder in PACKED for path in tree.files(under=folder)}
    wanted = {name for name in wanted if not name.startswith(SOURCES) and not name.endswith(".po")}
    assert len(wanted) > 50
    assert wanted - packed == set()


def test_sources_of_the_browser_code_and_tests_stay_out(packed):
    assert [name for name in packed if name.startswith((SOURCES, "tests/", "docs/", "bin/"))] == []


def test_the_fonts_of_print_are_packed(packed):
    assert FONT in packed


def test_the_command_is_there(packed):
    assert any(name.endswith(".dist-info/entry_points.txt") for name in packed)
