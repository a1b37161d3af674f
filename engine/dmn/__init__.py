"""Decision tables (DMN 1.3), read, judged and decided by ourselves. Pure, like the kernel.

`read` makes a file ready to decide, `lint` says all that is wrong with one, `write` puts changed
rows back into a file. What is not understood is refused with table, row, column and a sentence.
"""

from engine.dmn.decide import Decision, Decisions, Tried, read
from engine.dmn.judge import lint
from engine.dmn.table import Policy, Row
from engine.dmn.write import write_rows

__all__ = ["Decision", "Decisions", "Policy", "Row", "Tried", "lint", "read", "write_rows"]
