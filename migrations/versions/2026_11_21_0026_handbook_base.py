"""Handbook: the version that a draft changes, and versions that were withdrawn before their effect"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    states = ", ".join(f"'{state}'" for state in ("draft", "in_review", "published", "withdrawn"))
    op.execute("ALTER TABLE handbook_versions DROP CONSTRAINT ck_handbook_versions_state")
    op.execute(f"ALTER TABLE handbook_versions ADD CONSTRAINT ck_handbook_versions_state CHECK (state IN ({states}))")
    # Of the versions that are there already it isn't known what they changed; they are not checked.
    op.add_column("handbook_versions", sa.Column("base_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_handbook_versions_tenant_id_base_id"),
        "handbook_versions",
        "handbook_versions",
        ["tenant_id", "base_id"],
        ["tenant_id", "id"],
    )
    op.create_index("ix_handbook_versions_base", "handbook_versions", ["tenant_id", "base_id"], unique=False)
