"""Every sentence can be translated, and is."""

from __future__ import annotations

import importlib.util
import re

import pytest

from tests.architecture import tree

GAP = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
TRANSLATABLE = ("engine", "quality", "web")


@pytest.fixture(scope="module")
def collected():
    """bin/sentences.py."""
    spec = importlib.util.spec_from_file_location("sentences", tree.ROOT / "bin" / "sentences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_sentence_is_glued_together(collected):
    glued = [
        f"{tree.name(path)}:{line}"
        for folder in TRANSLATABLE
        for path in tree.files(".py", under=folder)
        if not tree.name(path).startswith(collected.NOT_TRANSLATED)
        for line in collected.glued_in_python(tree.text(path))
    ]
    assert glued == []


def test_templates_say_nothing_that_cannot_be_translated(collected):
    pages = list(tree.files(".html", under="web/templates"))
    assert len(pages) > 10
    bare = {tree.name(page): collected.bare_in_template(page) for page in pages}
    assert {name: texts for name, texts in bare.items() if texts} == {}


def test_browser_code_takes_its_texts_from_the_page(collected):
    spoken = [
        f"{tree.name(path)}:{number}: {line.strip()[:60]}"
        for path in tree.files(".js", ".mjs", under="web/assets")
        if "/check/" not in tree.name(path)
        for number, line in enumerate(tree.text(path).splitlines(), start=1)
        if collected.CHINESE.search(re.sub(r"(?:^|\s)(?://|\*|/\*).*", "", line))
    ]
    assert spoken == []


def test_every_sentence_has_its_english(collected):
    english = collected.catalogue()
    said = collected.sentences()
    assert len(said) > 100
    missing = [one for one in said if not (known := english.get(one)) or not known.string]
    assert missing == []


def test_the_catalogue_has_nothing_that_nobody_says(collected):
    said = collected.sentences()
    assert [one.id for one in collected.catalogue() if one.id and one.id not in said] == []


def test_a_translation_has_the_gaps_of_its_sentence(collected):
    wrong = [
        one.id
        for one in collected.catalogue()
        if one.id and one.string and gaps(one.id) != gaps(one.string)
    ]
    assert wrong == []


def test_the_english_is_english(collected):
    chinese = re.compile(r"[\u3001-\u301f\uff01-\uff5e]")
    english = [one.string for one in collected.catalogue() if one.string]
    assert [text for text in english if chinese.search(text)] == []


def test_an_english_sentence_ends_like_the_chinese_one(collected):
    wrong = [
        one.id
        for one in collected.catalogue()
        if one.id and one.string != "No." and one.id.endswith("。") != one.string.endswith(".")
    ]
    assert wrong == []


def gaps(text):
    return {name for found in GAP.findall(text) for name in found if name}


def test_the_collector_finds_what_it_should(collected, tmp_path):
    source = '"""文"""\nclass A:\n    """文"""\n    sentence = "有{n}项"\nx = f"第{1}项"\n'
    assert collected.said_in_python(source) == ["有{n}项", "第", "项"]
    assert collected.glued_in_python(source) == [5]
    page = tmp_path / "page.html"
    page.write_text('<p>{{ _("待办") }}</p><p>已办</p><i title="{{ "草稿" }}"></i>')
    assert collected.said_in_template(page) == ["待办"]
    assert [text.partition(": ")[2] for text in collected.bare_in_template(page)] == [
        '</p><p>已办</p><i title="',
        "草稿",
    ]
