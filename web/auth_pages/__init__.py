"""Pages before one is in: signing in, the second step, forgotten passwords, one-time links."""

from web.auth_pages import reset, second_factor, sign_in
from web.auth_pages.blueprint import bp

__all__ = ["bp", "reset", "second_factor", "sign_in"]
