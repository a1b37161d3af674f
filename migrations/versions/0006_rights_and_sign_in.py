"""Rights with dates and reach, rules of the house, and every way of getting in."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
BEFORE = date(2000, 1, 1)
"""Since when a role counts that was given before roles had dates."""


def upgrade() -> None:
    """Make the tables and columns; roles that were given stay given."""
    _roles()
    op.create_table(
        "access_grant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_access_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    op.create_index("ix_access_grant_holder", "access_grant", ["holder", "action"])
    op.create_table(
        "house_setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_house_setting")),
    )
    _ways_in()
    nothing = sa.text("''")
    for column in (
        sa.Column("name", sa.String(length=100), nullable=False, server_default=nothing),
        sa.Column("scope", sa.String(length=200), nullable=False, server_default=sa.text("'all'")),
        sa.Column("used_at", TIME, nullable=True),
    ):
        op.add_column("api_token", column)
    method = sa.text("'password'")
    for column in (
        sa.Column("method", sa.String(length=20), nullable=False, server_default=method),
        sa.Column("address", sa.String(length=60), nullable=False, server_default=nothing),
        sa.Column("device", sa.String(length=200), nullable=False, server_default=nothing),
    ):
        op.add_column("web_session", column)
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE web_session ADD COLUMN tested_id {kind} "
        "CONSTRAINT fk_web_session_tested_id REFERENCES user_account (id)"
    )


def _roles() -> None:
    given = sa.table("role_grant", sa.column("user_id"), sa.column("role"))
    rows = [
        {"user_id": row.user_id, "role": row.role, "since": BEFORE}
        for row in op.get_bind().execute(sa.select(given))
    ]
    op.drop_table("role_grant")
    made = op.create_table(
        "role_grant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("given_seq", sa.Integer(), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_role_grant_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "user_id", "role", "since", name=op.f("uq_role_grant_user_id_role_since")
        ),
    )
    op.create_index("ix_role_grant_role", "role_grant", ["role"])
    if rows:
        op.bulk_insert(made, rows)


def _ways_in() -> None:
    op.create_table(
        "identity",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_identity_user_id")),
        sa.PrimaryKeyConstraint("provider", "subject", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_user_id"), "identity", ["user_id"])
    op.create_table(
        "second_factor",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"])
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sign_in_link_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_user_id"), "sign_in_link", ["user_id"])
