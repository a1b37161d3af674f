"""A form as marshmallow schemas, made from its definition: one for drafts, one for handing in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields

from engine.forms import limits, texts
from engine.forms.fieldtypes import TYPES
from engine.forms.model import Field, Form, Grid
from engine.forms.values import wrong
from engine.sentence import Sentence

ROW_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_MESSAGES: Final = {
    "unknown": Sentence("表单里没有这一项。"),
    "type": Sentence("提交的内容不是一张表单。"),
}


@lru_cache(maxsize=512)
def draft(form: Form) -> Schema:
    """What a draft of this form must look like: types and sizes, nothing required."""
    return _schema("Draft", {key: _field(part, strict=False) for key, part in form.valued.items()})


@lru_cache(maxsize=512)
def complete(form: Form) -> Schema:
    """What is right in this form. What must be filled in depends on the step: `validation`."""
    return _schema(
        "Complete", {key: _field(part, strict=True) for key, part in form.valued.items()}
    )


def errors_by_path(messages: Mapping[str, Any]) -> dict[str, Sentence]:
    """Flatten marshmallow's nested messages into one sentence a path."""
    answer: dict[str, Sentence] = {}
    for key, message in messages.items():
        place = "" if key == "_schema" else str(key)
        if isinstance(message, Mapping):
            below = errors_by_path(message)
            answer |= {f"{place}/{path}".strip("/"): said for path, said in below.items()}
        else:
            first = message[0] if isinstance(message, list) else message
            answer[place] = first if isinstance(first, Sentence) else Sentence("{said}", said=first)
    return answer


class Value(fields.Field[Any]):
    """One field of a form, judged by its field type. What was typed survives a refusal."""

    def __init__(self, definition: Field, *, strict: bool) -> None:
        super().__init__(allow_none=True)
        self.definition = definition
        self.judge = TYPES[definition.kind].check if strict else TYPES[definition.kind].shape

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> Any:
        try:
            return self.judge(self.definition, value)
        except ValidationError as error:
            if isinstance(value, str) and texts.storable(value):
                error.valid_data = texts.clean(value)  # type: ignore[assignment]  # a text, not a list
            raise


class Rows(fields.Field[Any]):
    """The rows of a grid; errors are told by row identity."""

    def __init__(self, grid: Grid, *, strict: bool) -> None:
        super().__init__(allow_none=True)
        self.grid = grid
        columns = {column.key: Value(column, strict=strict) for column in grid.columns}
        self.row = _schema("Row", {**_row_fields(), **columns})

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> Any:
        if not isinstance(value, list):
            raise wrong("表格的内容要是一列行。")
        if len(value) > self.grid.max_rows:
            raise wrong(
                "最多 {max} 行，现在有 {count} 行。", max=self.grid.max_rows, count=len(value)
            )
        rows: list[Any] = []
        errors: dict[str, Any] = {}
        for number, each in enumerate(value, 1):
            try:
                rows.append(self.row.load(each))
            except ValidationError as error:
                errors[_row_name(each, number)] = error.messages
                if isinstance(error.valid_data, dict) and "id" in error.valid_data:
                    rows.append(error.valid_data)
        if errors:
            raise ValidationError(errors, valid_data=rows)
        return rows


class Id(fields.Field[str]):
    """The identity of a row or of its goal."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> str:
        if not isinstance(value, str) or not ROW_ID.fullmatch(value):
            raise wrong("行的标识不对。")
        return value


class Label(fields.Field[str]):
    """The label of a row."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> str:
        if not isinstance(value, str) or not texts.storable(value):
            raise wrong("这里要填文字。")
        text = texts.clean(value).replace("\n", " ").strip()
        if len(text) > limits.MAX_LABEL:
            error = wrong(
                "最多 {max} 个字，现在有 {count} 个。", max=limits.MAX_LABEL, count=len(text)
            )
            error.valid_data = text  # type: ignore[assignment]  # a text, not a list
            raise error
        return text


class Flag(fields.Field[bool]):
    """A yes or no about a row."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong("这里只能是真或假。")
        return value


def _row_fields() -> dict[str, fields.Field[Any]]:
    missing = {"required": Sentence("这一行没有标识。")}
    return {
        "id": Id(required=True, error_messages=dict(missing)),
        "goal": Id(),
        "goal_label": Label(),
        "label": Label(),
        "own": Flag(),
        "placeholder": Flag(),
    }


def _field(part: Field | Grid, *, strict: bool) -> fields.Field[Any]:
    return Value(part, strict=strict) if isinstance(part, Field) else Rows(part, strict=strict)


def _schema(name: str, members: dict[str, fields.Field[Any]]) -> Schema:
    made = Schema.from_dict(dict(members), name=name)
    made.error_messages = dict(_MESSAGES)
    return made(unknown=RAISE)


def _row_name(row: object, number: int) -> str:
    name = row.get("id") if isinstance(row, dict) else None
    return name if isinstance(name, str) and ROW_ID.fullmatch(name) else f"#{number}"
