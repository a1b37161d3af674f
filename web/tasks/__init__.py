"""Work: the inbox, one task's page, its draft, and every verb a person can say."""

from web.tasks import acts, batch, drafts, inbox, kept, page, spreadsheet, verbs
from web.tasks.blueprint import bp

bp.record(page.lead_back)  # when every verb has its address

__all__ = ["acts", "batch", "bp", "drafts", "inbox", "kept", "page", "spreadsheet", "verbs"]
