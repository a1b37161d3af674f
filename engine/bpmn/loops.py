"""Multi-instance activities: what is drawn, how often it runs, and for what.

One token holds the activity open and one more runs for each instance inside it. Numbers are
bounded when they are drawn and again when they are computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine import expressions
from engine.bpmn.outline import LoopMarks
from engine.expressions import Expression, ExpressionError

MAX_INSTANCES: Final = 1_000
COUNTER: Final = "loopCounter"
TOTAL: Final = "nrOfInstances"
DONE: Final = "nrOfCompletedInstances"
ACTIVE: Final = "nrOfActiveInstances"
OWN: Final = frozenset({COUNTER, TOTAL, DONE, ACTIVE})


@dataclass(frozen=True, slots=True)
class Loop:
    """A multi-instance activity: a number or a list decides how often, `variable` names the item.

    When `completion` holds after an instance, the others are not needed.
    """

    sequential: bool
    count: Expression
    is_list: bool
    variable: str = ""
    completion: Expression | None = None

    @property
    def names(self) -> frozenset[str]:
        """The variables of the case that it reads."""
        read = self.count.names | (self.completion.names if self.completion else frozenset())
        return read - OWN - {self.variable}

    def items(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """What each instance is for; None for each where a number is drawn."""
        found = self.count.evaluate(values)
        if self.is_list:
            if not isinstance(found, list):
                sentence = "多实例要读的“{name}”不是列表。"
                raise ExpressionError(sentence, name=self.count.text)
            _bounded(len(found))
            return tuple(found)
        if type(found) is not int or found < 0:
            sentence = "多实例的个数“{text}”算出来不是 0 或正整数。"
            raise ExpressionError(sentence, text=self.count.text)
        return (None,) * _bounded(found)


def _bounded(count: int) -> int:
    if count > MAX_INSTANCES:
        sentence = "多实例要做 {count} 次，最多 {most} 次。"
        raise ExpressionError(sentence, count=count, most=MAX_INSTANCES)
    return count


def read(marks: LoopMarks) -> Loop:
    """Compile what is drawn. Raises `ExpressionError` with a sentence that says what is wrong."""
    if bool(marks.cardinality) == bool(marks.collection):
        sentence = "多实例要写个数（loopCardinality）或列表（camunda:collection），两者选一。"
        raise ExpressionError(sentence)
    count = expressions.compile(expressions.unwrap(marks.collection or marks.cardinality))
    if count.text.isdecimal():
        _bounded(int(count.text))
    completion = None
    if marks.completion:
        completion = expressions.compile(expressions.unwrap(marks.completion))
    return Loop(marks.sequential, count, bool(marks.collection), marks.variable, completion)


def signing(marks: LoopMarks) -> str:
    """The signing rule that a drawn multi-instance user task stands for."""
    return "sequence" if marks.sequential else "all"
