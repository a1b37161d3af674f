"""The rows of a grid as HTML, written straight where a cell is plain: a table has hundreds.

What is out of the ordinary (an error, a mark, a list, evidence) is drawn by the macros of
`forms/_grid.html`, which say the same of a plain cell. A row's texts are escaped together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from flask_babel import gettext
from markupsafe import Markup, escape

from engine.forms.drawn import FieldView, GridView, RowView
from engine.forms.model import Kind

_APART: Final = "\0"
Macro = Callable[..., Markup]


class Rows:
    """One grid being drawn; `cell` and `label` are the macros for what is not plain."""

    def __init__(self, grid: GridView, draft_url: str | None, cell: Macro, label: Macro) -> None:
        self.grid, self.draft_url = grid, draft_url
        self.cell, self.label_macro = cell, label
        self.read = " is-read" if grid.editable else ""
        heads = escaped([text for one in grid.columns for text in (one.key, one.title)])
        self.heads = list(zip(heads[::2], heads[1::2], strict=True))
        named = gettext("这一行的名称"), gettext("写上名称")
        self.named, self.hint = escaped(named)
        self.key, self.url = escaped([grid.key, draft_url or ""])
        acts = ((gettext("上移"), "上移：%(row)s"), (gettext("下移"), "下移：%(row)s"))
        self.moves = [self._act(act, *said) for act, said in zip(("up", "down"), acts, strict=True)]
        self.removal = self._act("remove", gettext("删去"), "删去：%(row)s")

    def _act(self, act: str, words: str, spoken: str) -> tuple[str, str, str]:
        """A row's button: what stands before its row, before its name aloud, and behind."""
        before, behind = gettext(spoken).split("%(row)s", 1)
        begins, ends, face = escaped([before, behind, words])
        start = (
            f'<button class="btn small plain " type="submit" formaction="{self.url}" formnovalidate'
            f' name="rows[{self.key}][{act}]" value="'
        )
        return start, f'" aria-label="{begins}', f'{ends}">{face}</button>'

    def cells(self, row: RowView) -> Markup:
        """The cells of a row."""
        texts = escaped([text for one in row.cells for text in _texts(one)])
        drawn = []
        for at, (cell, head) in enumerate(zip(row.cells, self.heads, strict=True)):
            found = self._plain(cell, head, texts[3 * at : 3 * at + 3])
            drawn.append(found or str(self.cell(self.grid, cell, self.grid.columns[at])))
        return Markup("".join(drawn))  # noqa: S704  (each part was escaped)

    def _plain(self, cell: FieldView, head: tuple[str, str], texts: Sequence[str]) -> str:
        """A cell without error, mark or several parts; "" where it is none."""
        if cell.error or cell.is_changed or cell.marks or cell.cited:
            return ""
        kind, (key, title), (text, label, name) = cell.kind, head, texts
        number = " is-number" if kind is Kind.NUMBER else ""
        if not cell.editable:
            if (not text and cell.definition.placeholder) or cell.is_calculated:
                return ""
            return (
                f'<td class="form-cell{self.read}{number}" data-column="{key}">\n'
                f'    <span class="form-cell-label">{title}</span>'
                f'<div class="form-text">{text}</div></td>'
            )
        if cell.definition.placeholder or kind not in (Kind.TEXTAREA, Kind.TEXTFIELD, Kind.NUMBER):
            return ""
        must = ' aria-required="true"' if cell.required else ""
        about = f'id="{cell.html_id}" name="{name}" aria-label="{label}"{must}'
        if kind is Kind.TEXTAREA:
            control = f'<textarea class="in-t" rows="2" {about}>\n{text}</textarea>'
        else:
            more = ' inputmode="decimal" autocomplete="off"' if number else ""
            control = f'<input class="in-t" type="text"{more} value="{text}" {about}>'
        return (
            f'<td class="form-cell is-open{number}" data-column="{key}">\n'
            f'    <span class="form-cell-label">{title}</span>{control}</td>'
        )

    def label(self, row: RowView) -> Markup:
        """The head of a row: who it is, what may be done to it."""
        if row.label_error or row.error or row.added or row.renamed:
            return self.label_macro(self.grid, row, self.draft_url)
        label, row_id, goal, name = escaped([row.label, row.id, row.goal, row.label_name])
        opened = " is-open" if row.renamable else ""
        drawn = [f'<th scope="row" class="form-label{opened}">']
        if self.grid.editable:
            drawn.append(f'<input type="hidden" name="values[{self.key}][]" value="{row_id}">')
            if self.grid.nested:
                goal_name = f"values[{self.key}][{row_id}][goal]"
                drawn.append(f'<input type="hidden" name="{goal_name}" value="{goal}">')
        if row.renamable:
            drawn.append(
                f'<textarea class="in-t" rows="1" id="{row.label_id}" name="{name}"'
                f' aria-label="{self.named}" placeholder="{self.hint}" aria-required="true">\n'
                f"{label}</textarea>"
            )
        else:
            drawn.append(f'<span class="form-name" id="{row.label_id}">{label}</span>')
        if self.draft_url and (row.removable or row.movable):
            acts = [*(self.moves if row.movable else ()), *([self.removal] * row.removable)]
            buttons = "".join(
                f"{first}{row_id}{second}{label}{third}" for first, second, third in acts
            )
            drawn.append(f'<span class="form-tools">{buttons}</span>')
        return Markup("".join((*drawn, "\n  </th>")))  # noqa: S704  (each part was escaped)


def _texts(cell: FieldView) -> tuple[str, str, str]:
    return cell.text if cell.value is not None else "", cell.label, cell.name


def escaped(texts: Sequence[str]) -> list[str]:
    """Texts made safe for HTML, all at once."""
    found = str(escape(_APART.join(texts))).split(_APART)
    return found if len(found) == len(texts) else [str(escape(one)) for one in texts]
