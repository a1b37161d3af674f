"""The rows of a grid as HTML: what is alike in them is written once, for there are hundreds.

Rows of one sort share a pattern with gaps for what is a row's own. What is out of the ordinary (an
error, a mark, a list, evidence) is drawn by the macros of `forms/_grid.html`, which say the same
of a plain cell. A row's texts are escaped together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Final

import orjson
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from engine.forms.drawn import ColumnView, FieldView, GridView, RowView
from engine.forms.model import Kind
from web.drawn_rows import Drawn, Kept

_APART: Final = "\0"
_WRITTEN: Final = frozenset({Kind.TEXTAREA, Kind.TEXTFIELD, Kind.NUMBER})
"""What is typed into one control."""
Macro = Callable[..., Markup]
_kept: Final = Kept()


def _gap(name: object) -> str:
    """A place in a pattern for what is a row's own."""
    return f"{_APART}{name}{_APART}"


_AT, _ID, _LABEL, _GOAL, _SPOKEN = map(_gap, ("at", "id", "label", "goal", "spoken"))


class Rows:
    """One grid being drawn; `goal`, `label` and `cell` are the macros for what is not plain."""

    def __init__(self, grid: GridView, draft_url: str | None, *macros: Macro) -> None:
        self.grid, self.draft_url = grid, draft_url
        self.goal, self.label, self.cell = macros
        self.key, self.url = _said([grid.key, draft_url or ""])
        self.patterns: dict[tuple[object, ...], tuple[list[str], list[str]]] = {}
        self.is_plain = all(map(_is_plain, grid.columns))
        self.sort = self._sort() if self.is_plain else b""

    @cached_property
    def cells(self) -> tuple[FieldView, ...]:
        """Those of any row, for all are alike."""
        goals = (row for goal in self.grid.goals for row in goal.rows)
        some = self.grid.blank or next(goals, None)
        return some.cells if some is not None else ()

    @cached_property
    def columns(self) -> list[str]:
        """The pattern of each column's cells."""
        return [self._column(at, cell) for at, cell in enumerate(self.cells)]

    @cached_property
    def typed(self) -> frozenset[int]:
        """The columns that are typed into, whose changed cells have a pattern too."""
        return frozenset(
            at for at, one in enumerate(self.cells) if self.columns[at] and one.editable
        )

    @cached_property
    def changed(self) -> dict[int, str]:
        """The patterns of what was changed in them."""
        return {at: self._column(at, self.cells[at], is_changed=True) for at in self.typed}

    @cached_property
    def hints(self) -> list[tuple[str, str]]:
        """What stands in a cell that has nothing to read, where something does."""
        return [(str(at), hint) for at, cell in enumerate(self.cells) if (hint := _hint(cell))]

    def goals(self) -> str:
        """All rows as HTML, those of each goal in a group of their own, its head in the first.

        Every text in it was escaped; as markup it would be copied once more by whoever holds it.
        """
        drawn = []
        rows = iter(self._drawn())
        ids = escaped([goal.id for goal in self.grid.goals])
        labels = escaped([goal.next_label for goal in self.grid.goals])
        for goal, goal_id, label in zip(self.grid.goals, ids, labels, strict=True):
            named = f' data-next-label="{label}"' if label else ""
            drawn.append(f'\n      <tbody data-goal="{goal_id}"{named}>')
            head = self.goal(self.grid, goal, self.draft_url) if self.grid.nested else ""
            for _member in goal.members:
                before, behind = next(rows)
                drawn += (before, head, behind)
                head = ""
            drawn.append("\n      </tbody>")
        return "".join(drawn)

    def _drawn(self) -> list[Drawn]:
        """Every row in order; one of which nothing is said as it was drawn before, if it was."""
        every = [
            (goal, row, noted)
            for goal in self.grid.goals
            for row, noted in zip(goal.members, goal.noted, strict=True)
        ]
        keys = [self._key(row, noted) for _goal, row, noted in every]
        found = _kept.find([key for key in keys if key])
        fresh: dict[bytes, Drawn] = {}
        answer = []
        for (goal, row, noted), key in zip(every, keys, strict=True):
            one = found.get(key) if key else None
            if one is None:
                one = self._row(noted if isinstance(noted, RowView) else goal.draw(row))
                if key:
                    fresh[key] = one
            answer.append(one)
        _kept.keep(fresh)
        return answer

    def _key(
        self, row: Mapping[str, object], noted: RowView | frozenset[int] | None
    ) -> bytes | None:
        """What the row's HTML depends on; None where macros draw a part of it."""
        changed = noted or frozenset()
        if not self.sort or isinstance(changed, RowView) or not changed <= self.typed:
            return None
        try:
            return self.sort + bytes(sorted(changed)) + orjson.dumps(row)
        except (TypeError, ValueError):  # nothing that can be stored, or very many columns
            return None

    def _sort(self) -> bytes:
        """What the HTML of all plain rows depends on: what they share, and what may be done."""
        grid = self.grid
        may = (grid.editable, grid.may_change_rows, grid.blank is not None, str(get_locale()))
        columns = [
            (one.key, one.editable, one.required, one.label, one.title, one.note)
            for one in grid.columns
        ]
        said = repr((grid.number, self.draft_url, may, columns))
        return blake2b(said.encode(errors="surrogatepass"), digest_size=16).digest()

    def facts(self, macro: Macro) -> Markup:
        """What the browser has to know of each column."""
        return self._once(b"facts", lambda: macro(self.cells, self.grid))

    def blank(self) -> Markup:
        """The row to copy in the browser."""
        row = self.grid.blank
        return self._once(b"blank", lambda: "".join(self._row(row))) if row else Markup()

    def _once(self, what: bytes, draw: Callable[[], str]) -> Markup:
        """What is the same for all rows of a plain grid, as it was drawn before, if it was."""
        key = self.sort + what
        found = _kept.find([key]) if self.sort else {}
        if not found:
            found = {key: (str(draw()), "")}
            if self.sort:
                _kept.keep(found)
        return Markup(found[key][0])  # noqa: S704  (each part was escaped)

    def _row(self, row: RowView) -> Drawn:
        spoken = f"{row.spoken} · " if row.spoken else ""
        texts = escaped([*row.texts, row.id, row.label, row.goal, spoken])
        names = (*map(str, range(len(row.texts))), "id", "label", "goal", "spoken")
        own = dict(zip(names, texts, strict=True))
        own["at"] = row.html_id
        for at, hint in self.hints:
            own[at] = own[at] or hint
        for number, pattern in enumerate(self.columns):
            if not pattern or number in row.marked - (row.changed & self.typed):
                own[str(number)] = self.cell(self.grid, row.cell(number), self.grid.columns[number])
        if _is_noted(row):
            own["label"] = self.label(self.grid, row, self.draft_url)
        before, behind = (
            "".join([own[one] if at % 2 else one for at, one in enumerate(part)])
            for part in self._pattern(row)
        )
        return before, behind

    def _pattern(self, row: RowView) -> tuple[list[str], list[str]]:
        """What rows of this sort have in common: text and names of gaps in turn."""
        may = (row.own, row.renamable, row.movable, row.removable)
        sort = (*may, _is_noted(row), row.marked, row.changed)
        if sort not in self.patterns:
            own = " data-own" if row.own else ""
            begins = f'\n        <tr id="{_AT}" tabindex="-1" data-row="{_ID}"{own}>'
            parts = [_LABEL if _is_noted(row) else self._label(row)]
            for at, pattern in enumerate(self.columns):
                plain = "" if at in row.marked else pattern
                drawn = self.changed[at] if at in row.changed & self.typed else plain
                parts.append(drawn or _gap(at))
            behind = "".join((*parts, "</tr>"))
            self.patterns[sort] = begins.split(_APART), behind.split(_APART)
        return self.patterns[sort]

    def _column(self, at: int, some: FieldView, *, is_changed: bool = False) -> str:
        """The pattern of a column's cells, or of the changed ones; "" where macros draw them."""
        column, kind, text = self.grid.columns[at], some.kind, _gap(at)
        if not _is_plain(column):
            return ""
        key, label = _said([column.key, column.label])
        number = " is-number" if kind is Kind.NUMBER else ""
        said = f'<span class="form-cell-label">{_named(column, is_changed=is_changed)}</span>'
        head = f'data-column="{key}">\n    {said}{_changed() if is_changed else ""}'
        if not some.editable:
            read = " is-read" if self.grid.editable else ""
            made = f' id="{_AT}-{key}" data-calculated' if some.is_calculated else ""
            shown = f'<div class="form-text"{made}>{text}</div></td>'
            return f'<td class="form-cell{read}{number}" {head}{shown}'
        must = ' aria-required="true"' if some.required else ""
        (hint,) = _said([some.definition.placeholder])
        hinted = f' placeholder="{hint}"' if hint else ""
        name = f"values[{self.key}][{_ID}][{key}]"
        about = f'id="{_AT}-{key}" name="{name}" aria-label="{_SPOKEN}{label}"{must}{hinted}'
        if kind is Kind.TEXTAREA:
            control = f'<textarea class="in-t" rows="2" {about}>\n{text}</textarea>'
        else:
            more = ' inputmode="decimal" autocomplete="off"' if number else ""
            control = f'<input class="in-t" type="text"{more} value="{text}" {about}>'
        changed = " is-changed" if is_changed else ""
        return f'<td class="form-cell is-open{changed}{number}" {head}{control}</td>'

    def _label(self, row: RowView) -> str:
        """The pattern of a row's head."""
        drawn = [f'<th scope="row" class="form-label{" is-open" if row.renamable else ""}">']
        name = f"values[{self.key}]"
        if self.grid.editable:
            drawn.append(f'<input type="hidden" name="{name}[]" value="{_ID}">')
            if self.grid.nested:
                goal = f'name="{name}[{_ID}][goal]" value="{_GOAL}"'
                drawn.append(f'<input type="hidden" {goal}>')
        if row.renamable:
            named, hint = _said([gettext("这一行的名称"), gettext("写上名称")])
            drawn.append(
                f'<textarea class="in-t" rows="1" id="{_AT}-label" name="{name}[{_ID}][label]"'
                f' aria-label="{named}" placeholder="{hint}" aria-required="true">\n'
                f"{_LABEL}</textarea>"
            )
        else:
            drawn.append(f'<span class="form-name" id="{_AT}-label">{_LABEL}</span>')
        if self.draft_url and (row.removable or row.movable):
            up = self._act("up", gettext("上移"), gettext("上移：%(row)s"))
            down = self._act("down", gettext("下移"), gettext("下移：%(row)s"))
            away = self._act("remove", gettext("删去"), gettext("删去：%(row)s"))
            acts = [*([up, down] if row.movable else []), *([away] if row.removable else [])]
            drawn.append(f'<span class="form-tools">{"".join(acts)}</span>')
        return "".join((*drawn, "\n  </th>"))

    def _act(self, act: str, words: str, spoken: str) -> str:
        """A row's button; aloud it says the row's name."""
        before, behind = spoken.split("%(row)s", 1)
        begins, ends, face = _said([before, behind, words])
        return (
            f'<button class="btn small plain " type="submit" formaction="{self.url}" formnovalidate'
            f' name="rows[{self.key}][{act}]" value="{_ID}"'
            f' aria-label="{begins}{_LABEL}{ends}">{face}</button>'
        )


def _changed() -> str:
    """The mark of a cell that was changed."""
    title, word = _said([gettext("这里改过"), gettext("改")])
    return f'<span class="form-chg" title="{title}">{word}</span>'


def _named(column: ColumnView, *, is_changed: bool) -> str:
    """What stands above a cell where the heads of the columns are not seen, on a phone."""
    title, must, note = _said([column.title, gettext("必填"), column.note])
    title += _said([gettext("，已修改")])[0] if is_changed else ""
    required = f' <span class="req">{must}</span>' if column.required else ""
    return f"{title}{required}" + (f"<small>{note}</small>" if note else "")


def _is_plain(column: ColumnView) -> bool:
    """Whether its cells have a pattern: what can be read, or is typed into one control."""
    return column.kind in _WRITTEN if column.editable else column.kind is not Kind.EVIDENCE


def _is_noted(row: RowView) -> bool:
    """Whether something is said at the head of a row."""
    return bool(row.label_error or row.error or row.added or row.renamed)


def _hint(cell: FieldView) -> str:
    """What stands where there is nothing to read."""
    hint = cell.definition.placeholder
    return f'<span class="mute">{escape(hint)}</span>' if hint and not cell.editable else ""


def _said(texts: Sequence[str]) -> list[str]:
    """Texts made safe for HTML in a pattern, which has gaps of its own only."""
    return escaped([one.replace(_APART, "") for one in texts])


def escaped(texts: Sequence[str]) -> list[str]:
    """Texts made safe for HTML, all at once."""
    found = str(escape(_APART.join(texts))).split(_APART)
    return found if len(found) == len(texts) else [str(escape(one)) for one in texts]
