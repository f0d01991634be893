"""Requests: the tier of support, and what a level of escalation does besides telling somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_requests", sa.Column("support_tier", sa.BigInteger(), server_default="1", nullable=False))
    action = sa.Enum(
        "notify",
        "raise_tier",
        "hand_to",
        name="escalationaction",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.add_column("escalations", sa.Column("action", action, server_default="notify", nullable=False))
    op.add_column("escalations", sa.Column("department_id", sa.Uuid(), nullable=True))
    op.create_index("ix_escalations_department", "escalations", ["tenant_id", "department_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_escalations_tenant_id_department_id"),
        "escalations",
        "departments",
        ["tenant_id", "department_id"],
        ["tenant_id", "id"],
    )
