"""Approvals as people do them: votes, copies, deputies, school time, notifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and the columns; what waits now waits as before."""
    op.create_table(
        "calendar_day",
        sa.Column("id", BIG, nullable=False),
        sa.Column("campus", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("campus", "day", name=op.f("uq_calendar_day_campus_day")),
    )
    op.create_table(
        "calendar_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("state_days", sa.String(length=64), nullable=False),
        sa.Column("announced_until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_calendar_version")),
    )
    op.create_index("ix_calendar_version_at", "calendar_version", ["changed_at"], unique=False)

    op.create_table(
        "cycle_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_cycle_year")),
    )
    op.create_table(
        "decision_text",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("dmn", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision_text")),
    )
    op.create_table(
        "escalation_policy",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("rungs", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_escalation_policy")),
    )
    op.create_table(
        "term",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("first_monday", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("name", name=op.f("uq_term_name")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_name")),
    )
    op.create_table(
        "cycle_date",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["cycle_year.year"], name=op.f("fk_cycle_date_year")),
        sa.PrimaryKeyConstraint("year", "key", name=op.f("pk_cycle_date")),
    )
    op.create_table(
        "deputy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("principal_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("definitions", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["user_account.id"], name=op.f("fk_deputy_principal_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_deputy_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index("ix_deputy_principal", "deputy", ["principal_id", "since"], unique=False)
    op.create_index("ix_deputy_user", "deputy", ["user_id", "since"], unique=False)

    op.create_table(
        "notification_choice",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_choice_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_choice")),
    )
    op.create_table(
        "clock_stop",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_clock_stop_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_stop")),
    )
    op.create_index("ix_clock_stop_instance", "clock_stop", ["instance_id"], unique=False)

    op.create_table(
        "signing_round",
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("token", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("stepped_aside", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("added_left", sa.Integer(), nullable=False),
        sa.Column("added_refused", sa.Integer(), nullable=False),
        sa.Column("casting", sa.String(length=20), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_signing_round_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", "token", name=op.f("pk_signing_round")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("token", sa.String(length=20), nullable=True),
        sa.Column("definition_id", BIG, nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_subscription_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_subscription_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        "ix_subscription_instance", "subscription", ["instance_id", "token"], unique=False
    )
    op.create_index("ix_subscription_name", "subscription", ["kind", "name", "key"], unique=False)

    op.create_table(
        "copy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("task_id", BIG, nullable=True),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("sent_by", BIG, nullable=True),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_copy_instance_id")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["user_account.id"], name=op.f("fk_copy_sent_by")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_copy_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_copy_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
    )
    op.create_index("ix_copy_inbox", "copy", ["user_id", "sent_at", "id"], unique=False)
    op.create_index("ix_copy_instance", "copy", ["instance_id"], unique=False)

    op.create_table(
        "hand_over",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["user_account.id"], name=op.f("fk_hand_over_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_hand_over_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_user", "hand_over", ["user_id"], unique=False)
    op.create_table(
        "hand_over_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hand_over_id", BIG, nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("to_id", BIG, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hand_over_id"], ["hand_over.id"], name=op.f("fk_hand_over_item_hand_over_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["user_account.id"], name=op.f("fk_hand_over_item_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_item")),
    )
    op.create_index(
        "ix_hand_over_item_run", "hand_over_item", ["hand_over_id", "status", "id"], unique=False
    )

    op.create_table(
        "due_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("due_before", TIME, nullable=True),
        sa.Column("due_after", TIME, nullable=True),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("changed_by", BIG, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("allowed_in", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["allowed_in"], ["process_instance.id"], name=op.f("fk_due_change_allowed_in")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["user_account.id"], name=op.f("fk_due_change_changed_by")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_due_change_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_change")),
    )
    op.create_index("ix_due_change_task", "due_change", ["task_id"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("task_id", BIG, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_notification_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["user_task.id"], name=op.f("fk_notification_task_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("user_id", "event", name=op.f("uq_notification_user_id_event")),
    )
    op.create_index("ix_notification_list", "notification", ["user_id", "id"], unique=False)
    op.create_index(
        "ix_notification_bell",
        "notification",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
        sqlite_where=sa.text("read_at IS NULL"),
    )
    op.create_index(
        "ix_notification_unsent",
        "notification",
        ["send_at", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL"),
    )

    op.add_column("process_definition", sa.Column("suspended_at", TIME, nullable=True))

    _refer("process_instance", "parent_id", "process_instance")
    op.add_column(
        "process_instance", sa.Column("parent_token", sa.String(length=20), nullable=True)
    )
    op.add_column(
        "process_instance", sa.Column("depth", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index(
        "ix_process_instance_parent",
        "process_instance",
        ["parent_id", "parent_token"],
        unique=False,
    )

    _refer("process_instance", "successor_id", "user_account")
    op.create_index(
        "ix_process_instance_successor", "process_instance", ["successor_id"], unique=False
    )

    op.add_column("user_task", sa.Column("seat", sa.Integer(), server_default="0", nullable=False))
    op.add_column("user_task", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "user_task", sa.Column("follows", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "user_task",
        sa.Column("part", sa.String(length=20), server_default="holder", nullable=False),
    )
    op.add_column(
        "user_task", sa.Column("weight", sa.Integer(), server_default="1", nullable=False)
    )
    _refer("user_task", "added_by", "user_account")
    _refer("user_task", "lent_by", "user_account")
    _refer("user_task", "done_for", "user_account")
    op.add_column("user_task", sa.Column("seen_at", TIME, nullable=True))
    op.add_column("user_task", sa.Column("due_first", TIME, nullable=True))


def _refer(table: str, column: str, other: str) -> None:
    """Add a column that refers to another table, in the words that both databases know."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    name = f"fk_{table}_{column}"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT {name} REFERENCES {other} (id)"
    )
