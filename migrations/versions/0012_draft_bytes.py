"""Drafts are kept as the bytes they are written in, as contents are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From text to bytes."""
    _turn(sa.Text(), sa.LargeBinary(), postgresql="convert_to(data, 'UTF8')", sqlite="BLOB")


def downgrade() -> None:
    """From bytes to text."""
    _turn(sa.LargeBinary(), sa.Text(), postgresql="convert_from(data, 'UTF8')", sqlite="TEXT")


def _turn(
    old: sa.types.TypeEngine[object],
    new: sa.types.TypeEngine[object],
    *,
    postgresql: str,
    sqlite: str,
) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("draft", "data", existing_type=old, type_=new, postgresql_using=postgresql)
        return
    with op.batch_alter_table("draft") as table:
        table.alter_column("data", existing_type=old, type_=new, existing_nullable=False)
    op.execute(f"UPDATE draft SET data = CAST(data AS {sqlite})")  # noqa: S608  (fixed words)
