"""The browser modules and the texts that the server renders for them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "web" / "assets"
TEMPLATES = ROOT / "web" / "templates"

USED = re.compile(r"""\bt\((?:[^()"'`]*\? )?["']([a-z_]\w*)["'](?: : ["'](\w+)["'])?""")
DECLARED = re.compile(r'"([A-Za-z]\w*)": _\(')
SCREENS = ("diagram", "replay", "designer")


@pytest.mark.parametrize("screen", SCREENS)
def test_every_text_a_module_asks_for_is_rendered(screen: str) -> None:
    source = "\n".join(path.read_text() for path in (ASSETS / screen).rglob("*.js"))
    used = {name for pair in USED.findall(source) for name in pair if name}
    declared = set(DECLARED.findall((TEMPLATES / screen / "_texts.html").read_text()))
    assert used
    assert used <= declared


def test_palette_and_panel_have_a_word_for_every_element_verb_and_right() -> None:
    kinds = (ASSETS / "designer" / "kinds.js").read_text()
    dialect = json.loads((ROOT / "engine" / "bpmn" / "dialect.json").read_text())
    words = {word["name"]: word for word in dialect["properties"]}
    declared = set(DECLARED.findall((TEMPLATES / "designer" / "_texts.html").read_text()))
    palette = set(re.findall(r'key: "(\w+)"', kinds))
    assert palette | {f"about_{key}" for key in palette} <= declared
    assert {f"verb_{verb}" for verb in words["verbs"]["verbs"]} <= declared
    assert {f"right_{right}" for right in words["field_rights"]["rights"]} <= declared


def test_the_lock_file_names_versions_and_checksums_but_no_host() -> None:
    lock = json.loads((ASSETS / "package-lock.json").read_text())
    packages = [entry for place, entry in lock["packages"].items() if place]
    assert all(entry["version"] and entry["integrity"] for entry in packages)
    assert not any("resolved" in entry for entry in packages)
