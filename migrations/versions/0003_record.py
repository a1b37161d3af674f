"""The record: entries, heads, contents, with the guards that refuse to change them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REFUSED = "the record is append-only"

SQLITE_GUARDS = (
    f"""CREATE TRIGGER event_log_no_update BEFORE UPDATE ON event_log
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
    f"""CREATE TRIGGER event_log_no_delete BEFORE DELETE ON event_log
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
    f"""CREATE TRIGGER content_no_delete BEFORE DELETE ON content
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
    f"""CREATE TRIGGER content_only_erased BEFORE UPDATE ON content
        WHEN NEW.sha256 <> OLD.sha256 OR length(NEW.data) > 0 OR length(NEW.salt) > 0
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END""",
)
POSTGRESQL_GUARDS = (
    f"""CREATE FUNCTION record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$""",
    """CREATE TRIGGER event_log_guard BEFORE UPDATE OR DELETE ON event_log
        FOR EACH ROW EXECUTE FUNCTION record_is_append_only()""",
    """CREATE TRIGGER event_log_no_truncate BEFORE TRUNCATE ON event_log
        FOR EACH STATEMENT EXECUTE FUNCTION record_is_append_only()""",
    """CREATE TRIGGER content_no_delete BEFORE DELETE ON content
        FOR EACH ROW EXECUTE FUNCTION record_is_append_only()""",
    """CREATE TRIGGER content_only_erased BEFORE UPDATE ON content FOR EACH ROW
        WHEN (NEW.sha256 <> OLD.sha256 OR length(NEW.data) > 0 OR length(NEW.salt) > 0)
        EXECUTE FUNCTION record_is_append_only()""",
)


def upgrade() -> None:
    """Make the tables, then the triggers that refuse to change the record."""
    op.create_table(
        "event_log",
        sa.Column("id", BIG, nullable=False),
        sa.Column("chain", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_log")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_event_log_chain_seq")),
    )
    op.create_index("ix_event_log_kind", "event_log", ["kind", "id"], unique=False)
    op.create_table(
        "log_chain",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_chain")),
    )
    op.create_table(
        "content",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_content_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
    )
    op.create_index(op.f("ix_content_instance_id"), "content", ["instance_id"], unique=False)
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS
    for statement in guards:
        op.execute(statement)
