"""What goals and standards come from: the school's plans, and the points of each year's work."""

from quality.registers.sources import school_plans, work_points

SOURCES = {"school_plans": school_plans, "work_points": work_points}

__all__ = ["SOURCES"]
