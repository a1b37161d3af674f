"""The school's time: which days are worked, teaching weeks, and when something is due.

State holidays come from a library, what the school decides from rows; the counting is pure.
"""

from engine.calendars.editing import (
    SpanUnread,
    SpanWrong,
    TermWithoutMonday,
    campuses,
    clear_days,
    notice,
    remove_term,
    save_term,
    set_days,
)
from engine.calendars.resolving import (
    NONE,
    Asked,
    Due,
    Known,
    due,
    local,
    moment,
    spans,
    stood_still,
)
from engine.calendars.rows import School, campus_of, campus_of_case, school
from engine.calendars.working import Calendar, Day, NoWorkingDay, Why

__all__ = [
    "NONE",
    "Asked",
    "Calendar",
    "Day",
    "Due",
    "Known",
    "NoWorkingDay",
    "School",
    "SpanUnread",
    "SpanWrong",
    "TermWithoutMonday",
    "Why",
    "campus_of",
    "campus_of_case",
    "campuses",
    "clear_days",
    "due",
    "local",
    "moment",
    "notice",
    "remove_term",
    "save_term",
    "school",
    "set_days",
    "spans",
    "stood_still",
]
