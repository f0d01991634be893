"""Presales: quotations name their solution"""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotations", sa.Column("solution_id", sa.Uuid(), nullable=True))
    op.add_column("quotations", sa.Column("needs_solution", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_foreign_key(
        op.f("fk_quotations_tenant_id_solution_id"),
        "quotations",
        "solutions",
        ["tenant_id", "solution_id"],
        ["tenant_id", "id"],
    )
    op.create_index("ix_quotations_solution", "quotations", ["tenant_id", "solution_id"], unique=False)
