"""What documents need: templates, registers, standards, evidence, batches in print."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "print_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_print_run_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    op.create_index("ix_print_run_by", "print_run", ["by_id", "id"], unique=False)

    op.create_table(
        "school_plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["school_plan.id"], name=op.f("fk_school_plan_parent_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_school_plan_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_plan")),
    )
    op.create_index(op.f("ix_school_plan_parent_id"), "school_plan", ["parent_id"], unique=False)

    op.create_table(
        "template_draft",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_by", BIG, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["user_account.id"], name=op.f("fk_template_draft_saved_by")
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_template_draft")),
    )
    op.create_table(
        "template_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("published_by", BIG, nullable=True),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("published_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by"], ["user_account.id"], name=op.f("fk_template_version_published_by")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_template_version_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_template_version_kind_number")),
    )
    op.create_index(
        op.f("ix_template_version_sha256"), "template_version", ["sha256"], unique=False
    )

    op.create_index(
        op.f("ix_template_version_instance_id"), "template_version", ["instance_id"], unique=False
    )

    op.create_table(
        "work_point",
        sa.Column("id", BIG, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_work_point_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_point")),
    )
    op.create_index("ix_work_point_year", "work_point", ["year", "unit_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", BIG, nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_evidence_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_evidence_subject_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_evidence_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_owner", "evidence", ["owner_id", "id"], unique=False)
    op.create_index("ix_evidence_subject", "evidence", ["subject_id", "id"], unique=False)
    op.create_index("ix_evidence_unit", "evidence", ["unit_id", "id"], unique=False)

    op.create_table(
        "college_standard",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_college_standard_instance_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_college_standard_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_college_standard")),
    )
    op.create_index(
        op.f("ix_college_standard_instance_id"), "college_standard", ["instance_id"], unique=False
    )
    op.create_index(
        "ix_college_standard_unit", "college_standard", ["unit_id", "kind"], unique=False
    )

    op.create_table(
        "evidence_citation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("evidence_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("place", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_citation_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_evidence_citation_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_citation")),
        sa.UniqueConstraint(
            "instance_id",
            "place",
            "evidence_id",
            name=op.f("uq_evidence_citation_instance_id_place_evidence_id"),
        ),
    )
    op.create_index(
        "ix_evidence_citation_evidence", "evidence_citation", ["evidence_id"], unique=False
    )

    op.create_table(
        "evidence_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("evidence_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", BIG, nullable=False),
        sa.Column("uploaded_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_file_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["user_account.id"], name=op.f("fk_evidence_file_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint(
            "evidence_id", "number", name=op.f("uq_evidence_file_evidence_id_number")
        ),
    )
    op.create_index("ix_evidence_file_sha256", "evidence_file", ["sha256"], unique=False)
    op.create_index("ix_evidence_file_uploaded_by", "evidence_file", ["uploaded_by"], unique=False)

    op.create_table(
        "college_standard_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("standard_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_college_standard_version_instance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["standard_id"],
            ["college_standard.id"],
            name=op.f("fk_college_standard_version_standard_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_college_standard_version")),
        sa.UniqueConstraint(
            "standard_id", "number", name=op.f("uq_college_standard_version_standard_id_number")
        ),
    )
    op.add_column("draft", sa.Column("case_revision", sa.Integer(), nullable=True))
    _reference("document_version", "made_from_id", "document_version")
    for column in ("made_from_id", "instance_id"):
        op.create_index(op.f(f"ix_document_version_{column}"), "document_version", [column])


def _reference(table: str, column: str, target: str) -> None:
    """Add a foreign key column; SQLite takes one only together with its column."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    )
