"""Cells as people type them who never heard of FEEL: texts and dates without their marks.

`shown` and `written` are each other's contrary. Which is which is told by the type of the column;
`= …` at the beginning says that what follows stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from engine.dmn.cells import literal
from engine.dmn.table import Type
from engine.expressions import ExpressionError
from engine.forms import feel

AS_IT_IS: Final = "="
ANYTHING: Final = "-"

_NEGATED: Final = re.compile(r"not\s*[(\uff08](.*)[)\uff09]", re.DOTALL)  # also full-width
_COMMA: Final = re.compile(r"[,，、]")
_MARKED: Final = re.compile(r'date\(\s*"(\d{4}-\d{2}-\d{2})"\s*\)|@"(\d{4}-\d{2}-\d{2})"')
_DAY: Final = re.compile(r"(?<![\w\"-])(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\w\"-])")
_SIGNS: Final = str.maketrans(
    {"≥": ">=", "≤": "<=", "≠": "!=", "，": ",", "、": ",", "＞": ">", "＜": "<"}
)
_TRUTHS: Final[Mapping[str, str]] = {"是": "true", "否": "false", "yes": "true", "no": "false"}


def shown(text: str, kind: Type, *, is_answer: bool = False) -> str:
    """A cell as it is shown for editing."""
    text = text.strip()
    if not is_answer and text in ("", ANYTHING):
        return ANYTHING
    if kind is Type.TEXT:
        return _plain_texts(text, is_answer=is_answer)
    if kind is Type.DATE:
        return _MARKED.sub(lambda found: found[1] or found[2], text)
    return text


def written(text: str, kind: Type, *, is_answer: bool = False) -> str:
    """What somebody typed, as a cell has it."""
    text = text.strip()
    if text in ("", ANYTHING):
        return "" if is_answer else ANYTHING
    if text.startswith(AS_IT_IS) and kind is Type.TEXT:
        return text.removeprefix(AS_IT_IS).strip()
    work = _WORK.get(kind)
    return work(text, is_answer) if work is not None else text


def _plain_texts(text: str, *, is_answer: bool) -> str:
    if not text:
        return ""
    inside = _NEGATED.fullmatch(text)
    found = _texts(inside[1] if inside and not is_answer else text)
    if found is None or (is_answer and len(found) > 1):
        return f"{AS_IT_IS} {text}"
    told = ", ".join(found)
    told = f"not({told})" if inside and not is_answer else told
    is_same = written(told, Type.TEXT, is_answer=is_answer).replace(" ", "") == text.replace(
        " ", ""
    )
    return told if is_same else f"{AS_IT_IS} {text}"


def _texts(text: str) -> list[str] | None:
    """The texts of a list of nothing but texts."""
    try:
        tokens = feel.tokens_of(text)
    except ExpressionError:
        return None
    words = tokens[::2]
    signs = tokens[1::2]
    if any(one.kind != "text" for one in words) or any(one.value != "," for one in signs):
        return None
    return [one.value[1:-1] for one in words] if len(words) == len(signs) + 1 else None


def _text(text: str, is_answer: bool) -> str:  # noqa: FBT001  (one of a table of functions)
    if is_answer:
        return text if text.startswith('"') else literal(text)
    inside = _NEGATED.fullmatch(text)
    told = ", ".join(_quoted(one) for one in _COMMA.split(inside[1] if inside else text))
    return f"not({told})" if inside else told


def _quoted(text: str) -> str:
    text = text.strip()
    return text if text.startswith('"') or text in ("", "null") else literal(text)


def _date(text: str, _is_answer: bool) -> str:  # noqa: FBT001  (one of a table of functions)
    text = text.translate(_SIGNS)
    return _DAY.sub(lambda day: f'date("{day[1]}-{day[2]:0>2}-{day[3]:0>2}")', text)


def _truth(text: str, _is_answer: bool) -> str:  # noqa: FBT001  (one of a table of functions)
    return _TRUTHS.get(text.lower(), text)


def _signs(text: str, _is_answer: bool) -> str:  # noqa: FBT001  (one of a table of functions)
    return text.translate(_SIGNS)


_WORK: Final[Mapping[Type, Callable[[str, bool], str]]] = {
    Type.TEXT: _text,
    Type.DATE: _date,
    Type.BOOLEAN: _truth,
    Type.NUMBER: _signs,
    Type.INTEGER: _signs,
}
