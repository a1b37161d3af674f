"""Work: the inbox, one task's page, its draft, and every verb a person can say."""

from web.tasks import acts, drafts, inbox, page
from web.tasks.blueprint import bp

__all__ = ["acts", "bp", "drafts", "inbox", "page"]
