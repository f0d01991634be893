"""Assignment rules: what staff know, where they work, when they are away or on duty, and whose turn it was"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _of_staff(table: str, *columns: sa.Column[object], unique: bool = False) -> None:
    op.create_table(
        table,
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"], name=op.f(f"fk_{table}_tenant_id_staff_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
        *(
            [sa.UniqueConstraint("tenant_id", "staff_id", name=op.f(f"uq_{table}_tenant_id_staff_id"))]
            if unique
            else []
        ),
    )
    guard(table)


def upgrade() -> None:
    op.add_column("staff", sa.Column("skills", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("staff", sa.Column("region", sa.Text(), server_default="", nullable=False))
    op.add_column("customers", sa.Column("region", sa.Text(), server_default="", nullable=False))
    _of_staff(
        "absences",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_absences_staff", "absences", ["tenant_id", "staff_id", "starts_on"], unique=False)
    _of_staff(
        "duty_shifts",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_duty_shifts_staff", "duty_shifts", ["tenant_id", "staff_id", "starts_at"], unique=False)
    op.create_index("ix_duty_shifts_starts", "duty_shifts", ["tenant_id", "starts_at", "id"], unique=False)
    _of_staff("assignment_turns", sa.Column("turn", sa.BigInteger(), nullable=False), unique=True)
