"""Cases moved to another version: the runs, and what became of each case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "move_run",
        sa.Column("id", sa.String(length=40), nullable=False),
        *_keys(
            "move_run",
            {
                "definition_id": "process_definition",
                "from_version_id": "process_version",
                "to_version_id": "process_version",
            },
        ),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_keys("move_run", {"started_by": "user_account"}, nullable=True),
        sa.Column("started_at", TIME, nullable=False),
        *_keys("move_run", {"undone_by": "user_account"}, nullable=True),
        sa.Column("undone_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_run")),
    )
    op.create_index(
        "ix_move_run_definition", "move_run", ["definition_id", "started_at"], unique=False
    )

    op.create_table(
        "case_move",
        sa.Column("id", BIG, nullable=False),
        sa.Column(
            "run",
            sa.String(length=40),
            sa.ForeignKey("move_run.id", name="fk_case_move_run"),
            nullable=False,
        ),
        *_keys("case_move", {"instance_id": "process_instance"}),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("moved_at", TIME, nullable=True),
        sa.Column("moved_back_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_move")),
    )
    op.create_index("ix_case_move_instance", "case_move", ["instance_id"], unique=False)
    op.create_index("ix_case_move_run", "case_move", ["run", "status", "instance_id"], unique=False)


def _keys(table: str, others: dict[str, str], *, nullable: bool = False) -> list[sa.Column[int]]:
    """Columns that refer to other tables."""
    return [
        sa.Column(
            name, BIG, sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}"), nullable=nullable
        )
        for name, other in others.items()
    ]
