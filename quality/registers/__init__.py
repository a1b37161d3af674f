"""What goals and standards come from: the school's plans, and the points of each year's work."""
