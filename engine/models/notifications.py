"""What people are told: one row for each person and event, and how they want to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Notification(Base):
    """Something a person is told. `event` names what happened, so that nobody hears it twice.

    `data` fills the sentence of `kind`. One row of each event `leads`: for it the groups are told.
    Mail is looked at from `send_at` on; `sent_at` is when that was settled, once.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "event"),
        Index("ix_notification_list", "user_id", "id"),
        Index(
            "ix_notification_bell",
            "user_id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notification_unsent",
            "send_at",
            "id",
            postgresql_where=text("sent_at IS NULL"),
            sqlite_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(120))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    data: Mapped[str] = mapped_column(Text, default="{}")
    leads: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    send_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class NotificationChoice(Base):
    """How a person wants to be told: JSON of channel by kind, digest, quiet hours."""

    __tablename__ = "notification_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    choice: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


class Webhook(Base):
    """Where a group robot listens (企业微信, 钉钉, 飞书), what it is told and how it is signed.

    `secret` is a name in the environment, never the secret itself.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    form: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(100), default="")
    kinds: Mapped[str] = mapped_column(Text, default="[]")
    is_active: Mapped[bool] = mapped_column(default=True)
