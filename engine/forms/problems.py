"""Collecting what is wrong with a form file, and reading its properties with care meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.forms.findings import MAX_FINDINGS, Finding

_PLAIN = {"key", "id", "placeholder", "pattern"}


@dataclass
class Problems:
    """The findings so far, and the element that is being read."""

    findings: list[Finding] = field(default_factory=list)
    element: str = "form"

    @property
    def fatal(self) -> bool:
        """Whether there is an error among them."""
        return any(finding.severity == "error" for finding in self.findings)

    def at(self, element: str) -> Problems:
        """The same list, for another element."""
        return Problems(self.findings, element)

    def error(self, rule: str, sentence: str, **values: object) -> None:
        """Note an error at this element."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(self.element, "error", rule, sentence, values))

    def warning(self, rule: str, sentence: str, **values: object) -> None:
        """Note something that works, but hardly as meant. Errors always find room beside these."""
        if len(self.findings) < MAX_FINDINGS // 2:
            self.findings.append(Finding(self.element, "warning", rule, sentence, values))

    def text(self, data: dict[str, Any], name: str, most: int) -> str:
        """A text property, or nothing. FEEL belongs into conditions alone."""
        value = data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > most:
            self.error("text", "“{name}”要是不超过 {max} 个字的文字。", name=name, max=most)
            return ""
        if value.startswith("=") and name not in _PLAIN:
            self.error("expression", "“{name}”里不能写表达式，只有隐藏条件可以。", name=name)
            return ""
        return value

    def flag(self, data: dict[str, Any], name: str, *, default: bool = False) -> bool:
        """A yes or no."""
        value = data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.error("flag", "“{name}”只能是 true 或 false。", name=name)
            return default
        return value

    def whole(self, data: dict[str, Any], name: str, default: int, most: int) -> int:
        """A count from 0 to `most`."""
        value = data.get(name)
        if value is None or value == "":
            return default
        if type(value) is not int or not 0 <= value <= most:
            self.error("number", "“{name}”要是 0 到 {max} 的整数。", name=name, max=most)
            return default
        return value

    def mapping(self, data: dict[str, Any], name: str) -> dict[str, Any]:
        """A nested object, empty when absent."""
        value = data.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.error("mapping", "“{name}”要是一个 JSON 对象。", name=name)
            return {}
        return value
