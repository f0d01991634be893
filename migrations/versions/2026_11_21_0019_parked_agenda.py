"""Agenda: how much is parked, counted over all companies for those who run the installation"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PARKED = """
CREATE FUNCTION parked_agenda()
RETURNS TABLE (tenant_id uuid, task text, items bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
SELECT a.tenant_id, a.task::text, count(*) FROM public.agenda a WHERE a.standing = 'parked' GROUP BY a.tenant_id, a.task
$$
"""


def upgrade() -> None:
    # Few items are ever parked, so that counting them costs nothing beside a long agenda.
    op.create_index(
        "ix_agenda_parked",
        "agenda",
        ["tenant_id", "task"],
        unique=False,
        postgresql_where=sa.text("standing = 'parked'"),
    )
    op.execute(PARKED)
    op.execute("REVOKE ALL ON FUNCTION parked_agenda() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION parked_agenda() TO zhidu_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION parked_agenda()")
    op.drop_index("ix_agenda_parked", table_name="agenda")
