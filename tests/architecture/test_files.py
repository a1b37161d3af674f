"""Files are tidy, parse as what they say they are, and speak of no machine."""

from __future__ import annotations

import json
import re
from configparser import ConfigParser

import pytest
import yaml
from lxml import etree

from tests.architecture import tree

WRITTEN = {
    ".bpmn", ".cfg", ".css", ".dmn", ".form", ".html", ".js", ".json", ".mako", ".md",
    ".mjs", ".po", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
LARGEST = 1_000_000
# put together here, so that this file does not find itself
STRANGERS = [
    r"(?<![.\w])/wo" + "rk/",
    "/tm" + r"p/w\b",
    r"\.\./sha" + "red",
    "/ro" + "ot/",
    "/ho" + r"me/\w",
    "/op" + "t/pypi",
    "r-se" + "ed",
    r"\.inter" + r"nal\b",
    r"\b(?!127\.0\.0\.1|0\.0\.0\.0|169\.254\.169\.254|192\.0\.2\.)\d{1,3}(\.\d{1,3}){3}\b",
]


def written() -> list:
    found = [path for path in tree.files() if path.suffix in WRITTEN or not path.suffix]
    assert len(found) > 50
    return found


def test_text_ends_with_one_line_end_and_no_line_with_space():
    untidy = []
    for path in written():
        content = tree.text(path)
        if content and not content.endswith("\n"):
            untidy.append(f"{tree.name(path)}: no line end at the end")
        untidy += [
            f"{tree.name(path)}:{number}"
            for number, line in enumerate(content.split("\n"), start=1)
            if line != line.rstrip() and path.suffix not in {".bpmn", ".dmn"}
        ]
    assert untidy == []


def test_no_file_is_large():
    assert [tree.name(path) for path in tree.files() if path.stat().st_size > LARGEST] == []


def test_data_files_parse():
    for path in tree.files(".json", ".form"):
        json.loads(tree.text(path))
    for path in tree.files(".yaml", ".yml"):
        yaml.safe_load(tree.text(path))
    for path in tree.files(".svg"):
        etree.fromstring(path.read_bytes())
    for folder in ("processes", "web"):
        for path in tree.files(".bpmn", ".dmn", under=folder):
            etree.fromstring(path.read_bytes())


@pytest.mark.parametrize("pattern", STRANGERS)
def test_nothing_speaks_of_a_machine(pattern):
    found = re.compile(pattern)
    told = [
        f"{tree.name(path)}:{number}: {line.strip()[:80]}"
        for path in written()
        if path.name != "package-lock.json"
        for number, line in enumerate(tree.text(path).splitlines(), start=1)
        if found.search(line)
    ]
    assert told == []


def test_locked_packages_come_from_no_named_host():
    for path in tree.files(".txt"):
        if path.name.startswith("requirements"):
            pins = [line for line in tree.text(path).splitlines() if not line.startswith("#")]
            assert pins
            assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins), path.name
    lock = tree.text("web/assets/package-lock.json")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 5


def test_every_package_we_name_is_locked():
    settings = ConfigParser()
    settings.read(tree.ROOT / "setup.cfg", encoding="utf-8")
    named = settings["options"]["install_requires"]
    named += "".join(settings["options.extras_require"].values())
    wanted = {plain(line) for line in named.splitlines() if line.strip()}
    locked = {
        plain(line)
        for path in tree.ROOT.glob("requirements*.txt")
        for line in tree.text(path).splitlines()
        if not line.startswith("#")
    }
    assert len(wanted) > 20
    assert wanted - locked == set()


def plain(line: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line).group()).lower()
