"""Customers: contacts whose letters come back"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("unreachable_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("mail_error", sa.Text(), nullable=True))
