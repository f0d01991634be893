"""Idempotency: the answers of changes that their callers named"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard, keep_out_of_archives

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("tenant_id", "caller_id", "key", name=op.f("uq_idempotency_keys_tenant_id_caller_id_key")),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["tenant_id", "at"], unique=False)
    guard("idempotency_keys")
    # Answers may hold secrets that are shown once, and go after a month anyway.
    keep_out_of_archives("idempotency_keys")
