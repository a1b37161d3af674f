"""Dates that people write into forms: far beyond every calendar, they are told in words."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from engine import calendars, clock
from engine.calendars import Asked


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "明天"]
)
def test_a_date_beyond_every_calendar_is_a_sentence(db: Session, written: str) -> None:
    asked = Asked(1, variables=lambda: {"by": written})
    due = calendars.due(db, "field:by + 3 working days", clock.now(), asked)
    assert due.at is None
    assert "不是日期" in due.sentence
