"""Handbook: drafts that nobody goes on with"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    states = ", ".join(f"'{state}'" for state in ("draft", "in_review", "published", "withdrawn", "discarded"))
    op.execute("ALTER TABLE handbook_versions DROP CONSTRAINT ck_handbook_versions_state")
    op.execute(f"ALTER TABLE handbook_versions ADD CONSTRAINT ck_handbook_versions_state CHECK (state IN ({states}))")
