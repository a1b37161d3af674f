"""The college with its dates: people found by words, the tree as pairs, committees, teams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(length=100, collation="C").with_variant(sa.String(length=100), "sqlite")
DEEPEST = 20


def upgrade() -> None:
    """Make the tables and columns, and the tree of the units that are there."""
    _columns()
    op.create_table(
        "person_word",
        sa.Column("word", WORD, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_person_word_user_id")
        ),
        sa.PrimaryKeyConstraint("word", "user_id", name=op.f("pk_person_word")),
    )
    op.create_index("ix_person_word_user", "person_word", ["user_id", "word"])
    op.create_table(
        "unit_above",
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("above_id", BIG, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["above_id"], ["unit.id"], name=op.f("fk_unit_above_above_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_above_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "above_id", name=op.f("pk_unit_above")),
    )
    op.create_index("ix_unit_above_above", "unit_above", ["above_id", "unit_id"])
    op.create_table(
        "log_mention",
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "seq", name=op.f("pk_log_mention")),
    )
    _committees()
    op.create_table(
        "subject_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_subject_member_subject_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_subject_member_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_member")),
        sa.UniqueConstraint(
            "subject_id",
            "user_id",
            "since",
            name=op.f("uq_subject_member_subject_id_user_id_since"),
        ),
    )
    op.create_index("ix_subject_member_user", "subject_member", ["user_id"])
    _tree()
    op.execute("UPDATE post SET kind = 'member' WHERE key IN ('teacher', 'staff', 'student')")


def _columns() -> None:
    yes, no, nothing, zero = sa.true(), sa.false(), sa.text("''"), sa.text("0")
    for column in (
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_external", sa.Boolean(), nullable=False, server_default=no),
        sa.Column("employer", sa.String(length=200), nullable=False, server_default=nothing),
        sa.Column("email", sa.String(length=200), nullable=False, server_default=nothing),
        sa.Column("phone", sa.String(length=40), nullable=False, server_default=nothing),
        sa.Column("id_number", sa.String(length=40), nullable=False, server_default=nothing),
        sa.Column("left_on", sa.Date(), nullable=True),
    ):
        op.add_column("user_account", column)
    op.create_index("ix_user_account_number", "user_account", ["number"], unique=True)
    for column in (
        sa.Column("position", sa.Integer(), nullable=False, server_default=zero),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
    ):
        op.add_column("unit", column)
    _reference("unit", "campus_id", "unit")
    for column in (
        sa.Column("kind", sa.String(length=20), nullable=False, server_default=sa.text("'office'")),
        sa.Column("position", sa.Integer(), nullable=False, server_default=zero),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=yes),
    ):
        op.add_column("post", column)
    for name in ("given_seq", "ended_seq"):
        op.add_column("holding", sa.Column(name, sa.Integer(), nullable=True))
    op.create_index("ix_holding_unit", "holding", ["unit_id"])
    op.add_column("subject", sa.Column("is_pilot", sa.Boolean(), nullable=False, server_default=no))
    _reference("subject", "parent_id", "subject")
    op.create_index(op.f("ix_subject_parent_id"), "subject", ["parent_id"])


def _reference(table: str, column: str, target: str) -> None:
    """Add a foreign key column; SQLite takes one only together with its column."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    )


def _committees() -> None:
    op.create_table(
        "committee",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("term_years", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["committee.id"], name=op.f("fk_committee_parent_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_committee_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.UniqueConstraint("key", name=op.f("uq_committee_key")),
    )
    op.create_index(op.f("ix_committee_parent_id"), "committee", ["parent_id"])
    op.create_index(op.f("ix_committee_unit_id"), "committee", ["unit_id"])
    op.create_table(
        "membership",
        sa.Column("id", BIG, nullable=False),
        sa.Column("committee_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_membership_committee_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "committee_id",
            "user_id",
            "since",
            name=op.f("uq_membership_committee_id_user_id_since"),
        ),
    )
    op.create_index("ix_membership_user", "membership", ["user_id"])


def _tree() -> None:
    """Every unit with itself and with each unit above it."""
    op.execute("INSERT INTO unit_above (unit_id, above_id, steps) SELECT id, id, 0 FROM unit")
    higher = sa.text(
        "INSERT INTO unit_above (unit_id, above_id, steps) "
        "SELECT a.unit_id, u.parent_id, a.steps + 1 FROM unit_above a "
        "JOIN unit u ON u.id = a.above_id WHERE a.steps = :steps AND u.parent_id IS NOT NULL"
    )
    for steps in range(DEEPEST):
        op.get_bind().execute(higher, {"steps": steps})
