"""The college: its people, units, posts and committees, every change dated and recorded.

Nothing is deleted here: what was so on a day stays findable, and who made it so stands in the log.
"""
