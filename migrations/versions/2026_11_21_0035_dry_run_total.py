"""Dry runs: how many cases there are"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dry_runs", sa.Column("total", sa.BigInteger(), nullable=True))
