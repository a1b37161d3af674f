"""Bringing in many rows at once: read, compared, shown, and applied in the background."""
