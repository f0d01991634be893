"""Contacts: which letters they do without"""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("unwanted_letters", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
