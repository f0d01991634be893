"""Organisation"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_departments_tenant_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_departments")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_departments_tenant_id_name")),
    )
    op.create_index("ix_departments_head", "departments", ["tenant_id", "head_id"], unique=False)
    op.create_index("ix_departments_parent", "departments", ["tenant_id", "parent_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_post", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_posts")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_posts_tenant_id_name")),
    )
    op.create_table(
        "staff",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("hired_on", sa.Date(), nullable=False),
        sa.Column("superior_id", sa.Uuid(), nullable=True),
        sa.Column("probation_until", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "department_id"],
            ["departments.tenant_id", "departments.id"],
            name=op.f("fk_staff_tenant_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"], ["members.tenant_id", "members.id"], name=op.f("fk_staff_tenant_id_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "post_id"], ["posts.tenant_id", "posts.id"], name=op.f("fk_staff_tenant_id_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "superior_id"], ["staff.tenant_id", "staff.id"], name=op.f("fk_staff_tenant_id_superior_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff")),
    )
    op.create_index("ix_staff_department", "staff", ["tenant_id", "department_id"], unique=False)
    op.create_index("ix_staff_post", "staff", ["tenant_id", "post_id"], unique=False)
    op.create_index("ix_staff_superior", "staff", ["tenant_id", "superior_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_departments_tenant_id_head_id"),
        "departments",
        "staff",
        ["tenant_id", "head_id"],
        ["tenant_id", "id"],
    )
    guard("departments")
    guard("posts")
    guard("staff")
