"""Notifications: what each member wants by mail and when"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "notifications", sa.Column("mail_waits", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_notifications_waiting",
        "notifications",
        ["tenant_id", "member_id", "id"],
        unique=False,
        postgresql_where=sa.text("mail_waits"),
    )
    op.create_table(
        "notification_preferences",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum(
                "at_once", "hourly", "daily", name="delivery", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("daily_at", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Text(), nullable=True),
        sa.Column("quiet_until", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_notification_preferences_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notification_preferences")),
        sa.UniqueConstraint("tenant_id", "member_id", name=op.f("uq_notification_preferences_tenant_id_member_id")),
    )
    guard("notification_preferences")
