"""Agenda: room on its pages, so that a claim and an attempt change a row where it is and no index of it"""

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Each item is claimed, counted and done. What is written within its page costs the same however long the agenda is.
    op.execute("ALTER TABLE agenda SET (fillfactor = 70)")
