"""Approvals: for whom it is their own matter beside the requester"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    nobody = sa.text("'{}'")
    op.add_column("approvals", sa.Column("own_of_ids", sa.ARRAY(sa.Uuid()), server_default=nobody, nullable=False))
