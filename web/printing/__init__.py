"""Printing: one document or case at once, many as a batch in the background."""

from web.printing.blueprint import bp
from web.printing.work import begin, register

__all__ = ["begin", "bp", "register"]
