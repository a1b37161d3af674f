"""Every bound of a form and of what is typed into it, in one place."""

from __future__ import annotations

from typing import Final

# definitions
MAX_SOURCE: Final = 1_000_000  # bytes of a form file
MAX_NESTING: Final = 60  # brackets within brackets in its JSON
MAX_COMPONENTS: Final = 500
MAX_DEPTH: Final = 20  # groups within groups
MAX_LABEL: Final = 200
MAX_TEXT_BLOCK: Final = 10_000
MAX_OPTIONS: Final = 500
MAX_COLUMNS: Final = 40
MAX_ROWS: Final = 300
MAX_PARTS: Final = 8  # fields of an entry of a list
MAX_ENTRIES: Final = 20  # entries of a list, pieces of evidence of a field
MAX_FORMULAS: Final = 50
MAX_FORMULA: Final = 300  # characters of one
MAX_OVER_COLUMNS: Final = 10  # whole columns read by formulas that stand in every row

# values
MAX_TEXT: Final = 20_000  # characters of one text, whatever the form says
MAX_TOTAL: Final = 1_000_000  # characters of all values together
MAX_NUMBER: Final = 10**15
MAX_DECIMALS: Final = 6
MAX_TYPED_NUMBER: Final = 100  # characters of a number as typed, kept in a draft
MAX_PATTERN_TEXT: Final = 256  # a text that a pattern looks at is short
MAX_ID: Final = 100
MAX_CHOICE: Final = 300  # characters of a choice that is offered live, its id before it
MAX_CITED: Final = 10**12
MAX_POSTED: Final = 20_000  # fields of one posted page
