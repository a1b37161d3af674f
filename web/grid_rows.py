"""The rows of a grid as HTML: what is alike in all of them is written once, for there are hundreds.

A column has a pattern with gaps for what is a row's own. What is out of the ordinary (an error, a
mark, a list, evidence) is drawn by the macros of `forms/_grid.html`, which say the same of a plain
cell. A row's texts are escaped together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from flask_babel import gettext
from markupsafe import Markup, escape

from engine.forms.drawn import FieldView, GridView, RowView
from engine.forms.model import Kind

_APART: Final = "\0"
_WRITTEN: Final = frozenset({Kind.TEXTAREA, Kind.TEXTFIELD, Kind.NUMBER})
"""What is typed into one control."""
Macro = Callable[..., Markup]


class Rows:
    """One grid being drawn; `goal`, `label` and `cell` are the macros for what is not plain."""

    def __init__(self, grid: GridView, draft_url: str | None, *macros: Macro) -> None:
        self.grid, self.draft_url = grid, draft_url
        self.goal, self.label, self.cell = macros
        self.key, self.url = _pattern([grid.key, draft_url or ""])
        named = gettext("这一行的名称"), gettext("写上名称")
        self.named, self.hint = _pattern(named)
        some = grid.blank or next((row for goal in grid.goals for row in goal.rows), None)
        cells = some.cells if some is not None else ()
        self.columns = [self._column(at, cell) for at, cell in enumerate(cells)]
        self.heads: dict[tuple[bool, ...], str] = {}

    def goals(self) -> Markup:
        """All rows, those of each goal in a group of their own, its head in the first."""
        drawn = []
        for goal in self.grid.goals:
            goal_id, label = escaped([goal.id, goal.next_label])
            named = f' data-next-label="{label}"' if label else ""
            drawn.append(f'\n      <tbody data-goal="{goal_id}"{named}>')
            head = self.goal(self.grid, goal, self.draft_url) if self.grid.nested else ""
            for row in goal.rows:
                drawn.append(self._row(row, head))
                head = ""
            drawn.append("\n      </tbody>")
        return Markup("".join(drawn))  # noqa: S704  (each part was escaped)

    def blank(self) -> Markup:
        """The row to copy in the browser."""
        return Markup(self._row(self.grid.blank) if self.grid.blank else "")  # noqa: S704  (likewise)

    def _row(self, row: RowView, goal: str = "") -> str:
        texts = [*row.texts, row.id, row.label, row.goal, f"{row.spoken} · " if row.spoken else ""]
        *texts, row_id, label, goal_id, spoken = escaped(texts)
        own = {"at": row.html_id, "id": row_id, "label": label, "goal": goal_id, "spoken": spoken}
        own_row = " data-own" if row.own else ""
        drawn = [
            f'\n        <tr id="{row.html_id}" tabindex="-1" data-row="{row_id}"{own_row}>{goal}',
        ]
        if row.label_error or row.error or row.added or row.renamed:
            drawn.append(str(self.label(self.grid, row, self.draft_url)))
        else:
            drawn.append(self._head(row) % own)
        for at, (text, (pattern, empty)) in enumerate(zip(texts, self.columns, strict=True)):
            if not pattern or at in row.marked:
                drawn.append(str(self.cell(self.grid, row.cell(at), self.grid.columns[at])))
            else:
                own["text"] = text or empty
                drawn.append(pattern % own)
        return "".join((*drawn, "</tr>"))

    def _column(self, at: int, some: FieldView) -> tuple[str, str]:
        """The pattern of a column's cells, "" where they have none, and what an empty one shows."""
        column, kind, hint = self.grid.columns[at], some.kind, some.definition.placeholder
        key, title, label, hint = _pattern([column.key, column.title, column.label, hint])
        number = " is-number" if kind is Kind.NUMBER else ""
        head = f'data-column="{key}">\n    <span class="form-cell-label">{title}</span>'
        if not some.editable:
            read = " is-read" if self.grid.editable else ""
            made = f' id="%(at)s-{key}" data-calculated' if some.is_calculated else ""
            text = f'<div class="form-text"{made}>%(text)s</div></td>'
            pattern = f'<td class="form-cell{read}{number}" {head}{text}'
            return pattern if kind is not Kind.EVIDENCE else "", _empty(some)
        if kind not in _WRITTEN:
            return "", ""
        must = ' aria-required="true"' if some.required else ""
        hinted = f' placeholder="{hint}"' if hint else ""
        name = f"values[{self.key}][%(id)s][{key}]"
        spoken = f"%(spoken)s{label}"
        about = f'id="%(at)s-{key}" name="{name}" aria-label="{spoken}"{must}{hinted}'
        if kind is Kind.TEXTAREA:
            control = f'<textarea class="in-t" rows="2" {about}>\n%(text)s</textarea>'
        else:
            more = ' inputmode="decimal" autocomplete="off"' if number else ""
            control = f'<input class="in-t" type="text"{more} value="%(text)s" {about}>'
        return f'<td class="form-cell is-open{number}" {head}{control}</td>', ""

    def _head(self, row: RowView) -> str:
        """The pattern of a row's head, the same for all of which the same may be done."""
        sort = row.renamable, row.movable, row.removable
        if sort not in self.heads:
            self.heads[sort] = self._made_head(row)
        return self.heads[sort]

    def _made_head(self, row: RowView) -> str:
        drawn = [f'<th scope="row" class="form-label{" is-open" if row.renamable else ""}">']
        name = f"values[{self.key}]"
        if self.grid.editable:
            drawn.append(f'<input type="hidden" name="{name}[]" value="%(id)s">')
            if self.grid.nested:
                goal = f'name="{name}[%(id)s][goal]" value="%(goal)s"'
                drawn.append(f'<input type="hidden" {goal}>')
        if row.renamable:
            drawn.append(
                f'<textarea class="in-t" rows="1" id="%(at)s-label" name="{name}[%(id)s][label]"'
                f' aria-label="{self.named}" placeholder="{self.hint}" aria-required="true">\n'
                "%(label)s</textarea>"
            )
        else:
            drawn.append('<span class="form-name" id="%(at)s-label">%(label)s</span>')
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
        begins, ends, face = _pattern([before, behind, words])
        return (
            f'<button class="btn small plain " type="submit" formaction="{self.url}" formnovalidate'
            f' name="rows[{self.key}][{act}]" value="%(id)s"'
            f' aria-label="{begins}%(label)s{ends}">{face}</button>'
        )


def _empty(cell: FieldView) -> str:
    """What stands where nothing is to be read."""
    hint = cell.definition.placeholder
    return f'<span class="mute">{escape(hint)}</span>' if hint else ""


def _pattern(texts: Sequence[str]) -> list[str]:
    """Texts made safe for HTML in a pattern."""
    return [one.replace("%", "%%") for one in escaped(texts)]


def escaped(texts: Sequence[str]) -> list[str]:
    """Texts made safe for HTML, all at once."""
    found = str(escape(_APART.join(texts))).split(_APART)
    return found if len(found) == len(texts) else [str(escape(one)) for one in texts]
