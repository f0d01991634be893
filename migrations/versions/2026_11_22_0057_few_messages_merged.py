"""What few messages say, that they are of a merged request or by a contact, is indexed for those few alone"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

COLUMNS = {"ix_request_messages_merged": "thread_id", "ix_request_messages_contact": "contact_id"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        op.drop_index(name, table_name="request_messages")
        op.create_index(
            name, "request_messages", ["tenant_id", column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )
