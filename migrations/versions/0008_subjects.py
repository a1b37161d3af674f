"""Who answers for a subject, with dates; the day on which a subject was closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column; owners of today have been so since nobody knows when."""
    op.add_column("subject", sa.Column("closed_on", sa.Date(), nullable=True))
    op.create_table(
        "subject_owner",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_subject_owner_subject_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_subject_owner_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_owner")),
    )
    op.create_index("ix_subject_owner_subject", "subject_owner", ["subject_id"])
    op.create_index("ix_subject_owner_user", "subject_owner", ["user_id"])
    op.execute(
        "INSERT INTO subject_owner (subject_id, user_id) "
        "SELECT id, owner_id FROM subject WHERE owner_id IS NOT NULL"
    )
