"""Docs are complete, say nothing of what is not there, and their links lead somewhere."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from engine import expressions, permissions
from engine.bpmn import dialect, lint
from engine.bpmn.process import Kind as ElementKind
from engine.entries import Kind
from engine.models import Role
from engine.permissions import POLICY, Action
from tests.architecture import tree
from web import cli, config

SETTING = re.compile(r"\bZHENGAI_[A-Z][A-Z0-9_]*\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def headings(page: str, level: int) -> list[str]:
    """The headings of one level, without their backticks, fenced text left out."""
    mark = "#" * level + " "
    lines = outside_fences(tree.text(page)).splitlines()
    return [line[len(mark) :].strip().strip("`") for line in lines if line.startswith(mark)]


def outside_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """The text under `### heading`."""
    found = re.search(
        rf"^### `{re.escape(heading)}`\n(.*?)(?=^#|\Z)", tree.text(page), re.MULTILINE | re.DOTALL
    )
    assert found, f"{page} has no heading `{heading}`"
    return found.group(1).strip()


def settings() -> set[str]:
    """Every setting: the fields of Settings, and whatever else the source reads by name."""
    named = {f"{config.PREFIX}{field.name.upper()}" for field in fields(config.Settings)}
    for folder in ("engine", "quality", "web", "migrations"):
        for path in tree.files(".py", under=folder):
            named |= set(SETTING.findall(tree.text(path)))
    return {one for one in named if not one.endswith("_")}


def test_every_setting_has_its_heading_and_every_heading_its_setting():
    told = [one for one in headings("docs/operations.md", 3) if SETTING.fullmatch(one)]
    assert len(told) > 10
    assert told == sorted(settings())


@pytest.mark.parametrize("name", config._READ)
def test_a_setting_is_described_with_its_default(name):
    told = section("docs/operations.md", f"{config.PREFIX}{name.upper()}")
    default = config._READ[name][0]
    assert told.startswith(f"Default: `{default}`. " if default else "Default: none. ")


def test_every_permission_has_its_heading_and_every_heading_its_permission():
    assert headings("docs/permissions.md", 3) == [action.value for action in Action]


@pytest.mark.parametrize("action", Action)
def test_a_permission_is_described_as_the_policy_has_it(action):
    told = re.findall(r"`(is_\w+)`", section("docs/permissions.md", action.value))
    assert told == [predicate.__name__ for predicate in POLICY[action]]


def test_every_predicate_and_role_is_described():
    page = tree.text("docs/permissions.md")
    predicates = {name for name in vars(permissions.is_) if name.startswith("is_")}
    assert [name for name in predicates | set(Role) if f"`{name}`" not in page] == []


def test_every_entry_kind_has_its_heading_and_every_heading_its_kind():
    told = headings("docs/events.md", 3)
    assert sorted(told) == sorted(kind.value for kind in Kind)
    for one in told:
        assert section("docs/events.md", one)


def test_every_word_of_the_dialect_has_its_heading_and_every_heading_its_word():
    told = headings("docs/dialect.md", 3)
    assert sorted(told) == sorted([*dialect.ATTRIBUTES, *dialect.PROPERTIES])
    for one in told:
        assert section("docs/dialect.md", one)


def test_every_element_function_and_rule_of_assignment_is_described():
    page = tree.text("docs/dialect.md")
    words = {*ElementKind, *expressions.FUNCTIONS}
    words |= {place for place in dialect.Place if place}
    missing = [word for word in words if not re.search(rf"\b{re.escape(word)}\b", page)]
    missing += [rule for rule in dialect.RuleKind if not re.search(rf"`{rule}[`:@]", page)]
    assert missing == []


def test_every_publishing_rule_has_its_page_and_every_page_its_rule():
    pages = {path.stem for path in tree.files(".md", under="docs/rules")} - {"README"}
    rules = set(lint.RULES)
    assert len(rules) > 10
    assert rules - pages == set()
    source = "".join(tree.text(path) for path in tree.files(".py", under="engine"))
    assert [page for page in pages - rules if f'"{page}"' not in source] == []
    index = tree.text("docs/rules/README.md")
    for name in sorted(pages):
        assert f"({name}.md)" in index
        assert tree.text(f"docs/rules/{name}.md").startswith(f"# {name}\n")


def test_every_command_is_described():
    page = tree.text("docs/operations.md")
    commands = [name for name, *_ in cli._COMMANDS]
    assert len(commands) > 10
    assert [name for name in commands if f"`zhengai {name}" not in page] == []


def test_every_decision_is_listed():
    index = tree.text("docs/adr/README.md")
    pages = [path.name for path in tree.files(".md", under="docs/adr") if path.name[0].isdigit()]
    assert len(pages) > 10
    assert [page for page in pages if f"({page})" not in index] == []
    assert [page[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        told = headings(f"docs/adr/{page}", 2)
        assert [one for one in told if one in {"Context", "Decision", "Consequences"}] == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_links_lead_somewhere():
    pages = list(tree.files(".md"))
    assert len(pages) > 20
    lost = {tree.name(page): lost_links(page) for page in pages}
    assert {name: links for name, links in lost.items() if links} == {}


def lost_links(page: Path) -> list[str]:
    """Links of a page to files or headings that are not there."""
    lost = []
    for target in LINK.findall(outside_fences(page.read_text(encoding="utf-8"))):
        name, _, anchor = target.partition("#")
        other = page.parent / name if name else page
        if re.match(r"[a-z]+:", target):
            continue
        there = other.exists()
        if not there or (anchor and anchor not in anchors(other.read_text(encoding="utf-8"))):
            lost.append(target)
    return lost


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    lines = [line for line in outside_fences(text).splitlines() if re.match(r"#{1,6} ", line)]
    plain = [re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()) for line in lines]
    return {one.replace(" ", "-") for one in plain}


def test_the_readmes_say_the_same():
    english, chinese = (tree.text(name) for name in ("README.md", "README.zh-CN.md"))
    assert english.count("\n## ") == chinese.count("\n## ")
    linked = [
        set(LINK.findall(page)) - {"README.md", "README.zh-CN.md"} for page in (english, chinese)
    ]
    assert linked[0] == linked[1]


def test_the_changelog_has_unreleased_on_top():
    told = headings("CHANGELOG.md", 2)
    assert told[0] == "Unreleased"
    items = [line for line in tree.text("CHANGELOG.md").splitlines() if line.startswith("- ")]
    assert items
    assert all(re.match(r"- (FEAT|FIX|CHORE): ", line) for line in items)


def test_a_lost_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A b\n\n[1](gone.md) [2](#nowhere) [3](#a-b) [4](page.md#no) [5](page.md)\n")
    assert lost_links(page) == ["gone.md", "#nowhere", "page.md#no"]
