"""Requests: which partner's program has submitted one, so that it sees what it submitted"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLE, COLUMN = "service_requests", "submitting_client_id"
KEY = "fk_service_requests_tenant_id_submitting_client_id_oauth_clients"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column(COLUMN, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(KEY), TABLE, "oauth_clients", ["tenant_id", COLUMN], ["tenant_id", "id"])
    op.create_index("ix_service_requests_submitting_client", TABLE, ["tenant_id", COLUMN], unique=False)


def downgrade() -> None:
    op.drop_index("ix_service_requests_submitting_client", table_name=TABLE)
    op.drop_constraint(op.f(KEY), TABLE, type_="foreignkey")
    op.drop_column(TABLE, COLUMN)
