"""Templates of the eight kinds: their published versions, and what is being written on next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class TemplateVersion(Base):
    """A published template of a kind (模板): goals and items, as JSON. Never changed.

    It holds for documents whose period begins in `first_year` or later, until a newer one does;
    `sha256` is that of `data`, kept with every version of a document that was born from it. A case
    published it, but for the first one of each kind, which comes with the product.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    first_year: Mapped[int]
    data: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    note: Mapped[str] = mapped_column(String(500))
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    published_at: Mapped[datetime]


class TemplateDraft(Base):
    """The next template of a kind while it is being written; one a kind."""

    __tablename__ = "template_draft"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    data: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    saved_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]
