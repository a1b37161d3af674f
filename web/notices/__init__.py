"""What people are told: their list, how they want to be told, and how it is brought to them."""

from web.notices import administering, pages
from web.notices.blueprint import bp
from web.notices.post import begin, register

__all__ = ["administering", "begin", "bp", "pages", "register"]
