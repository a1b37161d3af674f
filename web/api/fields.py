"""The kinds of value in requests and answers: checked on the way in, described in OpenAPI.

Every text is bounded and can be stored; unknown fields are refused; each refusal is a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError
from marshmallow import fields as base

from engine.forms import texts
from engine.forms.values import wrong
from engine.sentence import Sentence

MAX_NUMBER: Final = 2**63 - 1
MAX_DIGITS: Final = 19
DAY: Final = len("2027-03-31")

Json = dict[str, Any]

_MESSAGES: Final = {
    "required": Sentence("请填写这一项。"),
    "null": Sentence("这一项不能是空值。"),
}
_SHAPE_MESSAGES: Final = {
    "type": Sentence("这里要是一个 JSON 对象。"),
    "unknown": Sentence("没有这一项。"),
}


class Shape(Schema):
    """What a request or an answer looks like; what it does not name is refused."""

    error_messages: dict[str, str] = dict(_SHAPE_MESSAGES)  # noqa: RUF012  (as marshmallow declares it)

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


class Part(base.Field[Any]):
    """A value that can describe itself."""

    def __init__(self, about: str = "", *, required: bool = False, nullable: bool = False) -> None:
        super().__init__(required=required, allow_none=nullable, error_messages=dict(_MESSAGES))
        self.about = about

    def described(self) -> Json:
        """The value as JSON Schema."""
        found = {key: value for key, value in self.shape().items() if value is not None}
        if self.allow_none and "$ref" in found:
            found = {"oneOf": [found, {"type": "null"}]}
        elif self.allow_none and "type" in found:
            found["type"] = [found["type"], "null"]
        return found | ({"description": self.about} if self.about else {})

    def shape(self) -> Json:
        """The value as JSON Schema, without what all kinds have in common."""
        return {}


class Text(Part):
    """A text; `least` and `most` are its length."""

    def __init__(self, most: int, about: str = "", *, least: int = 0, **options: bool) -> None:
        super().__init__(about, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> str:
        if not isinstance(value, str) or not texts.storable(value) or "\x00" in value:
            raise wrong("这里要填文字。")
        if len(value) > self.most:
            raise wrong("最多 {max} 个字，现在有 {count} 个。", max=self.most, count=len(value))
        if len(value) < self.least:
            raise wrong("请填写这一项。")
        return value

    def shape(self) -> Json:
        """A string with its bounds."""
        return {"type": "string", "minLength": self.least or None, "maxLength": self.most}


class Who(Text):
    """A person, by user name or by number."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and 0 < value <= MAX_NUMBER:
            return value
        return super()._deserialize(value, *rest, **options)

    def shape(self) -> Json:
        """A string or an integer."""
        number = {"type": "integer", "minimum": 1, "maximum": MAX_NUMBER}
        return {"oneOf": [{"type": "string", "minLength": 1, "maxLength": self.most}, number]}


class Choice(Part):
    """One of a few words."""

    def __init__(self, words: Sequence[str], about: str = "", **options: bool) -> None:
        super().__init__(about, **options)
        self.words = tuple(words)

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise wrong("这里只能是：{words}。", words="、".join(self.words))
        return value

    def shape(self) -> Json:
        """A string out of a list."""
        return {"type": "string", "enum": [str(one) for one in self.words]}


class Number(Part):
    """A whole number."""

    def __init__(
        self, about: str = "", *, least: int = 0, most: int = MAX_NUMBER, **options: bool
    ) -> None:
        super().__init__(about, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong("这里要填整数。")
        if not self.least <= value <= self.most:
            raise wrong("这里要填 {least} 到 {most} 的整数。", least=self.least, most=self.most)
        return value

    def shape(self) -> Json:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Digits(Number):
    """A whole number in a query."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> int:
        if not value.isascii() or not value.isdecimal() or len(value) > MAX_DIGITS:
            raise wrong("这里要填整数。")
        return super()._deserialize(int(value), *rest, **options)


class Flag(Part):
    """True or false."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> bool:
        if not isinstance(value, bool):
            raise wrong("这里只能是真或假。")
        return value

    def shape(self) -> Json:
        """A boolean."""
        return {"type": "boolean"}


class Switch(Flag):
    """True or false in a query."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> bool:
        if value not in ("true", "false"):
            raise wrong("这里只能是：{words}。", words="true、false")
        return bool(value == "true")


class Moment(Part):
    """A time: ISO 8601, UTC."""

    def _serialize(self, value: Any, *_rest: Any, **_options: Any) -> str | None:
        return moment(value)

    def shape(self) -> Json:
        """A string with a time."""
        return {"type": "string", "format": "date-time"}


class Day(Part):
    """A day: ISO 8601, without a time."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> date:
        try:
            return date.fromisoformat(value if isinstance(value, str) and len(value) == DAY else "")
        except ValueError as error:
            raise wrong("看不懂这个日期，请写成 2027-03-31 的样子。") from error

    def _serialize(self, value: Any, *_rest: Any, **_options: Any) -> str | None:
        return None if value is None else str(value)

    def shape(self) -> Json:
        """A string with a day."""
        return {"type": "string", "format": "date"}


class Anything(Part):
    """A JSON object whose content somebody else judges."""

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> Json:
        if not isinstance(value, dict):
            raise wrong("这里要是一个 JSON 对象。")
        return value

    def shape(self) -> Json:
        """An object."""
        return {"type": "object", "additionalProperties": True}


class Object(Part):
    """Another shape."""

    def __init__(self, of: type[Shape], about: str = "", **options: bool) -> None:
        super().__init__(about, **options)
        self.of = of

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> Json:
        found: Json = self.of().load(value)
        return found

    def _serialize(self, value: Any, *_rest: Any, **_options: Any) -> Any:
        return None if value is None else self.of().dump(value)

    def shape(self) -> Json:
        """A reference to the shape."""
        return {"$ref": f"#/components/schemas/{self.of.__name__}"}


class ListOf(Part):
    """Values of one kind, in order; what is wrong is told by place, counted from 0."""

    def __init__(
        self, of: Part, about: str = "", *, least: int = 1, most: int = 0, **options: bool
    ) -> None:
        super().__init__(about, **options)
        self.of, self.least, self.most = of, least, most

    def _deserialize(self, value: Any, *_rest: Any, **_options: Any) -> list[Any]:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise wrong("这里要有 {least} 到 {most} 项。", least=self.least, most=self.most)
        found, faults = [], {}
        for place, each in enumerate(value):
            try:
                found.append(self.of.deserialize(each))
            except ValidationError as error:
                faults[place] = error.messages
        if faults:
            raise ValidationError(faults)
        return found

    def _serialize(self, value: Any, *_rest: Any, **_options: Any) -> list[Any]:
        return [self.of._serialize(each, None, None) for each in value]  # noqa: SLF001  (a field of ours)

    def shape(self) -> Json:
        """An array."""
        return {"type": "array", "items": self.of.described(), "maxItems": self.most or None}


def moment(at: datetime | None) -> str | None:
    """A time for programs: ISO 8601 in UTC, with a Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def sentences(error: ValidationError) -> dict[str, Sentence]:
    """What is wrong, one sentence a path, ready to be translated."""
    return dict(_flat(error.messages_dict, ""))


def _flat(messages: Mapping[Any, Any], above: str) -> list[tuple[str, Sentence]]:
    found: list[tuple[str, Sentence]] = []
    for key, said in messages.items():
        path = above if key == "_schema" else f"{above}/{key}".lstrip("/")[:200]
        if isinstance(said, Mapping):
            found += _flat(said, path)
        else:
            first = said[0] if isinstance(said, list) else said
            found.append((path, first if isinstance(first, Sentence) else Sentence(str(first))))
    return found
