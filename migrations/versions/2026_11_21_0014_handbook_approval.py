"""Handbook approval: who reads and signs a version in review, and when it is to take effect"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handbook_signatures",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "signed_as",
            sa.Enum("reviewer", "approver", name="signedas", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_handbook_signatures_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["handbook_versions.tenant_id", "handbook_versions.id"],
            name=op.f("fk_handbook_signatures_tenant_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_handbook_signatures")),
        sa.UniqueConstraint(
            "tenant_id",
            "version_id",
            "member_id",
            "signed_as",
            name=op.f("uq_handbook_signatures_tenant_id_version_id_member_id_signed_as"),
        ),
    )
    op.create_index("ix_handbook_signatures_member", "handbook_signatures", ["tenant_id", "member_id"], unique=False)
    op.add_column("handbook_versions", sa.Column("planned_effective_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "handbook_versions",
        sa.Column("shown_to_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    )
    guard("handbook_signatures")
