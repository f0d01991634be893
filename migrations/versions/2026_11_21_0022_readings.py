"""Readings: who has confirmed to have read which version of the handbook"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handbook_readings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_readings_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_handbook_readings_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handbook_readings")),
        sa.UniqueConstraint(
            "tenant_id", "version_id", "member_id", name=op.f("uq_handbook_readings_tenant_id_version_id_member_id")
        ),
    )
    op.create_index("ix_handbook_readings_member", "handbook_readings", ["tenant_id", "member_id"], unique=False)
    guard("handbook_readings")
