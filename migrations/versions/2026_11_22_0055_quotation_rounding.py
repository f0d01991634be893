"""Presales: how the tax of quotations is rounded"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # All that were written before were rounded line by line.
    rounding = sa.Enum("per_line", "per_rate", name="taxrounding", native_enum=False, create_constraint=True, length=40)
    op.add_column("quotations", sa.Column("tax_rounding", rounding, server_default="per_line", nullable=False))
    op.alter_column("quotations", "tax_rounding", server_default=None)
