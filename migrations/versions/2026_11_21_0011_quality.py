"""Quality"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_months",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quality_months")),
        sa.UniqueConstraint("tenant_id", "starts_on", name=op.f("uq_quality_months_tenant_id_starts_on")),
    )
    op.create_table(
        "quality_results",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "metric",
            sa.Enum(
                "resolved_in_time",
                "response_in_time",
                "satisfaction",
                name="metric",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "period",
            sa.Enum("month", name="period", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("service_line", sa.Text(), nullable=True),
        sa.Column(
            "customer_tier",
            sa.Enum(
                "strategic",
                "key",
                "standard",
                name="customertier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("target_percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.Column("minimum_sample", sa.BigInteger(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("actual_percent", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum("met", "missed", "no_data", name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("clause_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "clause_id"],
            ["clauses.tenant_id", "clauses.id"],
            name=op.f("fk_quality_results_tenant_id_clause_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_quality_results_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_quality_results_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quality_results")),
        sa.UniqueConstraint(
            "tenant_id",
            "metric",
            "period",
            "starts_on",
            "department_id",
            "service_line",
            "customer_tier",
            "revision",
            name="uq_quality_results_measured",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_quality_results_clause", "quality_results", ["tenant_id", "clause_id"], unique=False)
    op.create_index(
        "ix_quality_results_department", "quality_results", ["tenant_id", "department_id", "starts_on"], unique=False
    )
    op.create_index("ix_quality_results_starts_on", "quality_results", ["tenant_id", "starts_on", "id"], unique=False)
    op.create_index("ix_quality_results_version", "quality_results", ["tenant_id", "version_id"], unique=False)
    op.create_table(
        "quality_evidence",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "counted",
            sa.Enum("numerator", "denominator", name="counted", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "request_id"],
            ["service_requests.tenant_id", "service_requests.id"],
            name=op.f("fk_quality_evidence_tenant_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "result_id"],
            ["quality_results.tenant_id", "quality_results.id"],
            name=op.f("fk_quality_evidence_tenant_id_result_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_quality_evidence")),
        sa.UniqueConstraint(
            "tenant_id", "result_id", "request_id", name=op.f("uq_quality_evidence_tenant_id_result_id_request_id")
        ),
    )
    op.create_index("ix_quality_evidence_request", "quality_evidence", ["tenant_id", "request_id"], unique=False)
    guard("quality_months")
    guard("quality_results")
    guard("quality_evidence")
