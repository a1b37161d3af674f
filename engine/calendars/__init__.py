"""The school's time: which days are worked, teaching weeks, and when something is due.

State holidays come from a library, what the school decides from rows; the counting is pure.
"""

from engine.calendars.resolving import Asked, Due, due, local, moment
from engine.calendars.rows import School, campus_of, school
from engine.calendars.working import Calendar, Day, NoWorkingDay, Why

__all__ = [
    "Asked",
    "Calendar",
    "Day",
    "Due",
    "NoWorkingDay",
    "School",
    "Why",
    "campus_of",
    "due",
    "local",
    "moment",
    "school",
]
