"""Webhook secrets: the former one goes on signing for a while when an endpoint gets another"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "webhook_endpoints",
        sa.Column("former_sealed_secret", sa.LargeBinary(), nullable=True, comment="sealed: webhook-secret"),
    )
    op.add_column("webhook_endpoints", sa.Column("former_secret_ends_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("webhook_endpoints", "former_secret_ends_at")
    op.drop_column("webhook_endpoints", "former_sealed_secret")
