"""People"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resignations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("letter_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wished_on", sa.Date(), nullable=True),
        sa.Column("on_probation", sa.Boolean(), nullable=False),
        sa.Column("notice_days", sa.BigInteger(), nullable=False),
        sa.Column("earliest_last_day_on", sa.Date(), nullable=False),
        sa.Column("last_day_on", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handbook_version_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "returned",
                "approved",
                "refused",
                "withdrawn",
                "left",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by_id", sa.Uuid(), nullable=True),
        sa.Column("waiver_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"],
            ["approvals.tenant_id", "approvals.id"],
            name=op.f("fk_resignations_tenant_id_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handbook_version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_resignations_tenant_id_handbook_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"], name=op.f("fk_resignations_tenant_id_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "submitted_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_resignations_tenant_id_submitted_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "waived_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_resignations_tenant_id_waived_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_resignations")),
    )
    op.create_index("ix_resignations_approval", "resignations", ["tenant_id", "approval_id"], unique=False)
    op.create_index(
        "ix_resignations_handbook_version", "resignations", ["tenant_id", "handbook_version_id"], unique=False
    )
    op.create_index("ix_resignations_staff", "resignations", ["tenant_id", "staff_id"], unique=False)
    op.create_index("ix_resignations_submitted_by", "resignations", ["tenant_id", "submitted_by_id"], unique=False)
    op.create_index("ix_resignations_waived_by", "resignations", ["tenant_id", "waived_by_id"], unique=False)
    op.create_index(
        "uq_resignations_under_way",
        "resignations",
        ["tenant_id", "staff_id"],
        unique=True,
        postgresql_where=sa.text("state = ANY (ARRAY['submitted', 'returned', 'approved'])"),
    )
    guard("resignations")
