"""`camunda:failedJobRetryTimeCycle`: how often a step that failed is tried again, how far apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from engine.bpmn.dialect.written import DialectError, items, short

RETRIES: Final = "camunda:failedJobRetryTimeCycle"
MOST_RETRIES: Final = 100
LONGEST: Final = timedelta(days=30)

_REPEATED: Final = re.compile(r"R(?P<times>[0-9]{1,6})/(?P<pause>P\S+)", re.ASCII)
_PAUSE: Final = re.compile(
    r"P(?=.)(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,6})M)?"
    r"(?:(?P<seconds>[0-9]{1,6})S)?)?",
    re.ASCII,
)
_WORDS: Final = "重试要写成 R5/PT10M（共 5 次，隔 10 分钟）或 PT1M,PT10M,PT1H（逐次加长）。"


@dataclass(frozen=True, slots=True)
class Retries:
    """How often in all a step is tried, and the pause after each failure."""

    attempts: int
    pauses: tuple[timedelta, ...]

    def pause(self, failures: int) -> timedelta:
        """How long to wait after so many failures; the last pause serves all later ones."""
        return self.pauses[min(failures, len(self.pauses)) - 1]


USUAL: Final = Retries(3, (timedelta(seconds=5), timedelta(seconds=30)))


@lru_cache(maxsize=500)
def retries(text: str) -> Retries:
    """Read `R5/PT10M` (five times in all) or `PT1M,PT1H` (again after each pause).

    Raises `DialectError`.
    """
    text = text.strip()
    repeated = _REPEATED.fullmatch(text)
    written = [repeated["pause"]] if repeated is not None else items(text)
    pauses = tuple(_pause(item) for item in written)
    attempts = int(repeated["times"]) if repeated is not None else len(pauses) + 1
    if not 1 <= attempts <= MOST_RETRIES:
        message = "重试次数要在 1 到 {most} 之间。" + _WORDS
        raise DialectError(message, most=MOST_RETRIES)
    return Retries(attempts, pauses)


def _pause(text: str) -> timedelta:
    found = _PAUSE.fullmatch(text.strip())
    if found is None:
        raise DialectError("看不懂“{text}”。" + _WORDS, text=short(text))
    pause = timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})
    if not timedelta(seconds=1) <= pause <= LONGEST:
        raise DialectError("两次之间最少隔 1 秒，最多隔 {most} 天。", most=LONGEST.days)
    return pause
