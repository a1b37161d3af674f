"""The school's time: which days are worked, teaching weeks, and when something is due.

State holidays come from a library, what the school decides from rows; the counting is pure.
"""

from engine.calendars.resolving import NONE, Asked, Due, due, local, moment
from engine.calendars.rows import School, campus_of, campus_of_case, school
from engine.calendars.working import Calendar, Day, NoWorkingDay, Why

__all__ = [
    "NONE",
    "Asked",
    "Calendar",
    "Day",
    "Due",
    "NoWorkingDay",
    "School",
    "Why",
    "campus_of",
    "campus_of_case",
    "due",
    "local",
    "moment",
    "school",
]
