"""Alarms of customers' systems, and their storms"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _alarms()
    _storms()


def _tenant() -> "sa.Column[sa.Uuid]":
    default = sa.text("(current_setting('app.tenant')::uuid)")
    return sa.Column("tenant_id", sa.Uuid(), server_default=default, nullable=False)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(table: str, **columns: str) -> "list[sa.ForeignKeyConstraint]":
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id", column], [f"{to}.tenant_id", f"{to}.id"], name=op.f(f"fk_{table}_tenant_id_{column}")
        )
        for column, to in columns.items()
    ]


def _alarms() -> None:
    op.create_table(
        "alarms",
        _tenant(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", _words("alarmseverity", "info", "warning", "error", "critical"), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("state", _words("alarmstate", "firing", "recovered"), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("episodes", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        *_refers("alarms", customer_id="customers", client_id="oauth_clients", request_id="service_requests"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_alarms")),
        sa.UniqueConstraint(
            "tenant_id", "monitor", "fingerprint", name=op.f("uq_alarms_tenant_id_monitor_fingerprint")
        ),
    )
    op.create_index("ix_alarms_customer", "alarms", ["tenant_id", "customer_id", "monitor", "opened_at"])
    op.create_index("ix_alarms_client", "alarms", ["tenant_id", "client_id"])
    op.create_index("ix_alarms_request", "alarms", ["tenant_id", "request_id"])
    op.create_index("ix_alarms_last", "alarms", ["tenant_id", "last_at", "id"])
    guard("alarms", grants="SELECT, INSERT, UPDATE")


def _storms() -> None:
    op.create_table(
        "alarm_storms",
        _tenant(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("monitor", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        *_refers("alarm_storms", customer_id="customers", request_id="service_requests"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_alarm_storms")),
    )
    op.create_index("ix_alarm_storms_customer", "alarm_storms", ["tenant_id", "customer_id", "monitor"])
    op.create_index("ix_alarm_storms_request", "alarm_storms", ["tenant_id", "request_id"])
    guard("alarm_storms", grants="SELECT, INSERT")
