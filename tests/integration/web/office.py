"""A college at work: each act is committed, so that pages can be asked between any two."""

from __future__ import annotations

from sqlalchemy import event, select

from engine.db import begin_writing
from engine.models import LogEntry
from tests.integration.web.paper import Paper
from tests.story import GOALS, Story, filled


class Office:
    """Figure 4 told for pages: each act is a transaction of its own."""

    def __init__(self, db, sessions, college):
        self.db, self.college = db, college
        self._story = Story(db, sessions, college)

    def does(self, act, *given, **named):
        """One act of the story, committed."""
        begin_writing(self.db)
        made = getattr(self._story, act)(*given, **named)
        self.db.commit()
        return made

    def start(self):
        return self.does("start", GOALS)

    def submitted(self):
        case = self.start()
        values = filled(self.does("values", case), "goals", "description")
        self.does("hand_in", case, "leader", values)
        return case

    def returned(self, reason="请补充依据"):
        case = self.submitted()
        self.does("return_", case, "reviewer", reason)
        return case

    def published(self, change=lambda values: values):
        return self.does("publish_goals", change)

    def entries(self, chain, kind=None):
        table = LogEntry.__table__
        wanted = select(table.c.seq).where(table.c.chain == chain)
        found = self.db.execute(wanted.where(table.c.kind == kind) if kind else wanted).all()
        self.db.rollback()
        return len(found)


def form(client, **given):
    """The fields of a form with the token of this browser's session."""
    page = Paper.open(client, "/instances")
    return given | {"csrf_token": page.tree.xpath("//meta[@name='csrf-token']/@content")[0]}


def statements(app, act):
    """How many statements an act takes."""
    said = []
    engine = app.extensions["engine"]

    def note(*given):
        said.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return len(said)
