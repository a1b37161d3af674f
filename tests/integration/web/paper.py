"""A page as somebody without any script has it: read it, fill in a form, press a button."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from lxml import html

_PART = re.compile(r"([.#]?)([\w-]+)|\[([\w-]+)(?:=\"([^\"]*)\")?\]")


def _xpath(css: str) -> str:
    """The simple selectors of tests: tags, classes, ids, attributes, descendants, commas."""
    return " | ".join(
        "".join(f"//{_step(word)}" for word in one.split()) + "[not(ancestor::template)]"
        for one in css.split(",")
    )


def _step(word: str) -> str:
    tag, tests = "*", ""
    for kind, name, attribute, value in _PART.findall(word):
        if kind == ".":
            tests += f"[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
        elif kind == "#":
            tests += f"[@id='{name}']"
        elif attribute:
            tests += f"[@{attribute}='{value}']" if value else f"[@{attribute}]"
        else:
            tag = name
    return tag + tests


class Paper:
    """One answer of the site in the hands of a person."""

    def __init__(self, browser: FlaskClient, answer: Any) -> None:
        self.browser, self.answer, self.status = browser, answer, answer.status_code
        self.tree = html.fromstring(answer.text or "<html/>")

    @classmethod
    def open(cls, browser: FlaskClient, path: str) -> Paper:
        """The page at an address, wherever that leads."""
        return cls(browser, browser.get(path, follow_redirects=True))

    @property
    def text(self) -> str:
        """What can be read on it."""
        return " ".join(self.tree.text_content().split())

    @property
    def path(self) -> str:
        """Where one is."""
        return self.answer.request.full_path.rstrip("?")

    def all(self, css: str) -> list[Any]:
        """These elements, those of templates left out."""
        return self.tree.xpath(_xpath(css))

    def says(self, css: str) -> list[str]:
        """The texts of these elements."""
        return [" ".join(one.text_content().split()) for one in self.all(css)]

    def links(self, css: str) -> list[str]:
        """Where these links lead."""
        return [one.get("href") for one in self.all(css)]

    def fields(self, form: str = "task-form") -> list[tuple[str, str]]:
        """What a form would send as it stands, with fields elsewhere that belong to it."""
        found = []
        for one in self.all("input, textarea, select"):
            around = next(one.iterancestors("form"), None)
            owner = one.get("form") or (around.get("id") if around is not None else None)
            if owner != form or not one.get("name"):
                continue
            if one.get("type") in ("radio", "checkbox") and one.get("checked") is None:
                continue
            value = one.text if one.tag == "textarea" else one.get("value")
            found.append((one.get("name"), (value or "").removeprefix("\n")))
        return found

    def press(self, label: str, form: str = "task-form", /, **typed: str) -> Paper:
        """Press the button with this text after typing; `typed` names fields by their ends."""
        button = next(
            one
            for one in self.tree.xpath("//button[not(@type='button')][not(@disabled)]")
            if label in one.text_content() and one.get("aria-hidden") is None
        )
        sent = [
            (name, typed.get(name.rpartition("[")[2].strip("]"), value))
            for name, value in self.fields(form)
        ]
        sent += [
            (name, value)
            for name, value in typed.items()
            if name in ("return_to", "reassign_to", "then")
        ]
        if button.get("name"):
            sent.append((button.get("name"), button.get("value", "")))
        action = button.get("formaction") or self.tree.get_element_by_id(form).get("action")
        return self.send(action, sent)

    def send(self, action: str, sent: list[tuple[str, str]]) -> Paper:
        """Send a form and go where the answer leads."""
        data: dict[str, list[str]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        return Paper(self.browser, self.browser.post(action, data=data, follow_redirects=True))
