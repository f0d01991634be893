"""Requests: mentions"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_mentions",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_message_mentions_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"],
            ["request_messages.tenant_id", "request_messages.id"],
            name=op.f("fk_message_mentions_tenant_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_mentions")),
        sa.UniqueConstraint(
            "tenant_id", "message_id", "member_id", name=op.f("uq_message_mentions_tenant_id_message_id_member_id")
        ),
    )
    op.create_index(
        "ix_message_mentions_member", "message_mentions", ["tenant_id", "member_id", "message_id"], unique=False
    )
    guard("message_mentions")
