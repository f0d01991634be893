"""Billing: letters about several invoices and by post, and calls"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dunning_letters",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "post",
                "telephone",
                "hand_over",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("paper", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("effect_key", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_dunning_letters_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "posted_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dunning_letters_tenant_id_posted_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_letters")),
    )
    op.create_index("ix_dunning_letters_customer", "dunning_letters", ["tenant_id", "customer_id", "id"], unique=False)
    op.create_index("ix_dunning_letters_posted_by", "dunning_letters", ["tenant_id", "posted_by_id"], unique=False)
    op.create_table(
        "dunning_calls",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "promised",
                "disputed",
                "payment_on_its_way",
                "refused",
                "not_reached",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "called_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_dunning_calls_tenant_id_called_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "hold_id"], ["holds.tenant_id", "holds.id"], name=op.f("fk_dunning_calls_tenant_id_hold_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "step_id"],
            ["dunning_steps.tenant_id", "dunning_steps.id"],
            name=op.f("fk_dunning_calls_tenant_id_step_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dunning_calls")),
    )
    op.create_index("ix_dunning_calls_called_by", "dunning_calls", ["tenant_id", "called_by_id"], unique=False)
    op.create_index("ix_dunning_calls_hold", "dunning_calls", ["tenant_id", "hold_id"], unique=False)
    op.create_index("ix_dunning_calls_step", "dunning_calls", ["tenant_id", "step_id"], unique=False)
    op.add_column("dunning_steps", sa.Column("letter_id", sa.Uuid(), nullable=True))
    op.create_index("ix_dunning_steps_letter", "dunning_steps", ["tenant_id", "letter_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_dunning_steps_tenant_id_letter_id"),
        "dunning_steps",
        "dunning_letters",
        ["tenant_id", "letter_id"],
        ["tenant_id", "id"],
    )
    guard("dunning_letters")
    guard("dunning_calls")
