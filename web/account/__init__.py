"""What people set for themselves: how pages look, the password, every way in that is theirs."""

from web.account import page, password, second_factor, sessions, tokens
from web.account.blueprint import bp

__all__ = ["bp", "page", "password", "second_factor", "sessions", "tokens"]
