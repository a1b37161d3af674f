"""What each kind of field keeps: how a draft may look, what is right, and how it reads.

`shape` is all that a draft must satisfy: the right type, a bounded size, text that can be stored.
What somebody typed is kept there even when it is not right yet; `check` says what is missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Final, Protocol, TypeGuard

from marshmallow import ValidationError

from engine.forms import choices, limits, patterns, texts, values
from engine.forms.choices import Choices
from engine.forms.model import Field, Kind, Moment
from engine.forms.values import is_empty, wrong
from engine.sentence import Sentence

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+")
_DIGITS: Final = len(str(limits.MAX_CITED))
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{4,29}")


class FieldType(Protocol):
    """What a kind of field can do with a value that is not None."""

    def shape(self, field: Field, value: object) -> object:
        """The value as a draft keeps it. Raises `ValidationError`."""

    def check(self, field: Field, value: object) -> object:
        """The value as it counts. Raises `ValidationError`."""

    def text(self, field: Field, value: object) -> str:
        """The value as one reads it."""


class _TextType:
    """One line or many."""

    def shape(self, field: Field, value: object) -> object:
        if not isinstance(value, str):
            raise wrong("这里要填文字。")
        if len(value) > limits.MAX_TEXT:
            raise wrong(
                "最多 {max} 个字，现在有 {count} 个。", max=limits.MAX_TEXT, count=len(value)
            )
        if value.isprintable():
            return value
        if not texts.storable(value):
            raise wrong("文字里有残缺的字符，请删去后重新输入。")
        text = texts.clean(value)
        return text if field.kind is Kind.TEXTAREA else text.replace("\n", " ")

    def check(self, field: Field, value: object) -> object:
        text = str(self.shape(field, value))
        if is_empty(text):
            return text
        if len(text) > field.max_length:
            raise wrong(
                "最多 {max} 个字，现在有 {count} 个。", max=field.max_length, count=len(text)
            )
        if len(text) < field.min_length:
            raise wrong(
                "至少 {min} 个字，现在有 {count} 个。", min=field.min_length, count=len(text)
            )
        if field.email and not _EMAIL.fullmatch(text.strip()):
            raise wrong("要填电子邮箱，例如 name@example.com。")
        if field.phone and not _PHONE.fullmatch(text.strip()):
            raise wrong("要填电话号码，例如 023-12345678。")
        if field.pattern and not patterns.matches(field.pattern, text):
            raise wrong("格式不对，要符合“{pattern}”。", pattern=field.pattern)
        return text

    def text(self, _field: Field, value: object) -> str:
        return str(value)


class _NumberType:
    """A number; in a draft also what was typed instead of one."""

    def shape(self, _field: Field, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise wrong("这里要填数字，例如 15。")
        if isinstance(value, float) and not math.isfinite(value):
            raise wrong("这里要填数字，例如 15。")
        if isinstance(value, str):
            if len(value) > limits.MAX_TYPED_NUMBER or not texts.storable(value):
                raise wrong("这里要填数字，例如 15。")
            return texts.clean(value).strip() or None
        if abs(value) > limits.MAX_NUMBER:
            raise wrong("数字太大。")
        return value

    def check(self, field: Field, value: object) -> object:
        shaped = self.shape(field, value)
        if shaped is None:
            return None
        number = values.decimal(str(shaped))
        if abs(number) > limits.MAX_NUMBER:
            raise wrong("数字太大。")
        if field.minimum is not None and number < field.minimum:
            raise wrong("不能小于 {min}。", min=field.minimum)
        if field.maximum is not None and number > field.maximum:
            raise wrong("不能大于 {max}。", max=field.maximum)
        whole = number == number.to_integral_value()
        if field.decimals == 0 and not whole:
            raise wrong("要填整数。")
        if number != round(number, field.decimals):
            raise wrong("最多 {max} 位小数。", max=field.decimals)
        return int(number) if whole else float(number)

    def text(self, _field: Field, value: object) -> str:
        if isinstance(value, float):
            return f"{value:.{limits.MAX_DECIMALS}f}".rstrip("0").rstrip(".")
        return str(value)


class _ChoiceType:
    """One of the options."""

    def shape(self, field: Field, value: object) -> object:
        if value == "":
            return None
        if not isinstance(value, str):
            raise wrong("请从给出的选项里选。")
        if field.source:
            good = len(value) <= limits.MAX_CHOICE and texts.storable(value) and "\n" not in value
            if not good or texts.clean(value) != value:
                raise wrong("请从给出的选项里选。")
        elif value not in {option.value for option in field.options}:
            raise wrong("请从给出的选项里选。")
        return value

    def check(self, field: Field, value: object) -> object:
        return self.shape(field, value)

    def text(self, field: Field, value: object) -> str:
        if field.source:
            return choices.label(str(value))
        labels = {option.value: option.label for option in field.options}
        return labels.get(str(value), str(value))


class _ChecklistType:
    """Some of the options, in the order of the form."""

    def shape(self, field: Field, value: object) -> object:
        known = [option.value for option in field.options]
        if not isinstance(value, list) or len(value) > len(known):
            raise wrong("请从给出的选项里选。")
        if any(not isinstance(one, str) or one not in known for one in value):
            raise wrong("请从给出的选项里选。")
        return [one for one in known if one in value]

    def check(self, field: Field, value: object) -> object:
        return self.shape(field, value)

    def text(self, field: Field, value: object) -> str:
        chosen = value if isinstance(value, list) else []
        return "、".join(option.label for option in field.options if option.value in chosen)


class _CheckboxType:
    """Ticked or not."""

    def shape(self, _field: Field, value: object) -> object:
        if not isinstance(value, bool):
            raise wrong("这里只能选或不选。")
        return value

    def check(self, field: Field, value: object) -> object:
        return self.shape(field, value)

    def text(self, _field: Field, value: object) -> str:
        return "✓" if value is True else ""


class _DatetimeType:
    """A date, a time of day, or both; local, as people write it."""

    def shape(self, _field: Field, value: object) -> object:
        if not isinstance(value, str) or len(value) > limits.MAX_ID or not texts.storable(value):
            raise wrong("这里要填日期或时间。")
        return texts.clean(value).strip() or None

    def check(self, field: Field, value: object) -> object:
        shaped = self.shape(field, value)
        return None if shaped is None else _moment(field.moment, str(shaped))

    def text(self, _field: Field, value: object) -> str:
        return str(value).replace("T", " ")


def _moment(moment: Moment, text: str) -> str:
    try:
        if moment is Moment.DATE:
            return date.fromisoformat(text).isoformat()
        if moment is Moment.TIME:
            return time.fromisoformat(text).replace(tzinfo=None).isoformat("minutes")
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="minutes")
    except ValueError:
        raise wrong(_EXAMPLES[moment]) from None


class _ListType:
    """Entries of small fields: who does what by when. Blank ones count for nothing."""

    def shape(self, field: Field, value: object) -> object:
        return _each(field, value, strict=False)

    def check(self, field: Field, value: object) -> object:
        return _each(field, value, strict=True)

    def text(self, field: Field, value: object) -> str:
        return "\n".join(
            f"{number}. {words}" for number, words in enumerate(entry_texts(field, value), 1)
        )


def entries(value: object) -> list[Mapping[str, object]]:
    """The entries of a list that say anything."""
    given = value if isinstance(value, list | tuple) else ()
    found = (one for one in given if isinstance(one, Mapping))
    return [one for one in found if not _is_blank(one)]


def entry_texts(field: Field, value: object) -> list[str]:
    """Each entry as one reads it: `what（owner，until，state）`."""
    return [_entry_text(field, entry) for entry in entries(value)]


def _entry_text(field: Field, entry: Mapping[str, object]) -> str:
    words = [read(part, entry.get(part.key)) for part in field.parts]
    more = "，".join(word for word in words[1:] if word.strip())
    return f"{words[0]}（{more}）" if more else words[0]


def _each(field: Field, value: object, *, strict: bool) -> list[dict[str, object]]:
    if value == "":
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise wrong("这里要填一列内容，每条写成几个小格。")
    known = {part.key for part in field.parts}
    if any(entry.keys() - known for entry in value):
        raise wrong("表单里没有这一项。")
    if len(value) > 2 * field.most:
        raise wrong("最多 {max} 条，现在有 {count} 条。", max=field.most, count=len(value))
    found: list[dict[str, object]] = []
    errors: dict[int, dict[str, list[object]]] = {}
    for number, entry in enumerate(value):
        said: dict[str, list[object]] = {}
        found.append(_entry(field, entry, said, strict=strict))
        if said:
            errors[number] = said
    if errors:
        raise ValidationError(dict(errors), valid_data=found)
    full = [entry for entry in found if not _is_blank(entry)]
    if len(full) > field.most:
        message = Sentence("最多 {max} 条，现在有 {count} 条。", max=field.most, count=len(full))
        raise ValidationError([message], valid_data=full)
    return full


def _is_blank(entry: Mapping[str, object]) -> bool:
    return all(map(is_empty, entry.values()))


def _entry(
    field: Field, entry: Mapping[str, object], errors: dict[str, list[object]], *, strict: bool
) -> dict[str, object]:
    """One entry; what is wrong with it is noted by part, what was typed survives."""
    known = {part.key: part for part in field.parts}
    kept: dict[str, object] = {}
    for key, part in known.items():
        value = entry.get(key)
        judge = TYPES[part.kind].check if strict else TYPES[part.kind].shape
        try:
            kept[key] = None if value is None else judge(part, value)
        except ValidationError as error:
            errors[key] = list(error.messages)
            kept[key] = texts.clean(value) if typed(value) else None
    if strict and not _is_blank(kept):
        for key, part in known.items():
            if part.required and is_empty(kept[key]) and key not in errors:
                errors[key] = [Sentence("请填写“{label}”。", label=part.label)]
    return kept


def typed(value: object) -> TypeGuard[str]:
    """Whether this is text that can be shown again."""
    return isinstance(value, str) and len(value) <= limits.MAX_TEXT and texts.storable(value)


class _EvidenceType:
    """Pieces of evidence, cited by their ids."""

    def shape(self, field: Field, value: object) -> object:
        if value == "":
            return []
        if not isinstance(value, list) or len(value) > 2 * limits.MAX_ENTRIES:
            raise wrong("请从给出的佐证材料里选。")
        ids = list(dict.fromkeys(_id(one) for one in value))
        if len(ids) > field.most:
            raise wrong(
                "最多 {max} 份佐证材料，现在有 {count} 份。", max=field.most, count=len(ids)
            )
        return ids

    def check(self, field: Field, value: object) -> object:
        return self.shape(field, value)

    def text(self, _field: Field, value: object) -> str:
        return "、".join(option.label for option in choices.cited(value, choices.NONE))


def _id(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        value = int(value)
    if type(value) is not int or not 0 < value <= limits.MAX_CITED:
        raise wrong("请从给出的佐证材料里选。")
    return value


_EXAMPLES: Final[dict[Moment, str]] = {
    Moment.DATE: "要填日期，例如 2026-11-22。",
    Moment.TIME: "要填时间，例如 17:00。",
    Moment.DATETIME: "要填日期和时间，例如 2026-11-22T17:00。",
}

_TEXT: Final = _TextType()
_CHOICE: Final = _ChoiceType()

TYPES: Final[dict[Kind, FieldType]] = {
    Kind.TEXTFIELD: _TEXT,
    Kind.TEXTAREA: _TEXT,
    Kind.NUMBER: _NumberType(),
    Kind.SELECT: _CHOICE,
    Kind.RADIO: _CHOICE,
    Kind.CHECKBOX: _CheckboxType(),
    Kind.CHECKLIST: _ChecklistType(),
    Kind.DATETIME: _DatetimeType(),
    Kind.LIST: _ListType(),
    Kind.EVIDENCE: _EvidenceType(),
}


def reader(field: Field, offered: Choices = choices.NONE) -> Callable[[object], str]:
    """What reads many values of a field, as `read` does."""
    is_text = TYPES[field.kind] is _TEXT
    return _read_text if is_text else lambda value: read(field, value, offered)


def _read_text(value: object) -> str:
    return "" if value is None else str(value)


def read(field: Field, value: object, offered: Choices = choices.NONE) -> str:
    """The value as one reads it; empty for none. `offered` knows evidence by name."""
    if value is None:
        return ""
    if field.kind is Kind.EVIDENCE:
        return "、".join(option.label for option in choices.cited(value, offered))
    return TYPES[field.kind].text(field, value)
