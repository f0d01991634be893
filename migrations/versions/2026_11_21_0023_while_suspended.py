"""Agenda: what goes on while a company is suspended, so that it can still be exported"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# As migration 0007 has it, with one branch more: of companies that are not active, the few items that say so are
# handed out, whatever their clock was doing.
CLAIM = """
CREATE OR REPLACE FUNCTION claim_agenda(batch integer, share integer, lease_seconds double precision)
RETURNS TABLE (tenant_id uuid, id uuid, task text, fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
WITH due AS MATERIALIZED (
    SELECT either.tenant_id, either.id, either.place, either.due_at
    FROM (
        SELECT w.tenant_id, w.id, w.place, w.due_at, w.leased_until
        FROM public.tenants t
        CROSS JOIN (VALUES ('advance'), ('deliver'), ('fire'), ('send'), ('run')) AS kinds (task)
        CROSS JOIN LATERAL (
            SELECT a.tenant_id, a.id, a.due_at, a.leased_until, row_number() OVER (ORDER BY a.due_at, a.id) AS place
            FROM public.agenda a
            WHERE a.tenant_id = t.id AND a.task = kinds.task AND a.standing = 'pending'
                AND a.due_at <= CASE kinds.task WHEN 'fire' THEN coalesce(t.clock_at, now()) ELSE now() END
            ORDER BY a.due_at, a.id
            LIMIT share
        ) AS w
        WHERE t.status = 'active'
            AND (kinds.task = 'advance' OR t.clock_at IS NULL OR t.clock_at >= t.clock_target_at)
        UNION ALL
        SELECT w.tenant_id, w.id, w.place, w.due_at, w.leased_until
        FROM public.tenants t
        CROSS JOIN LATERAL (
            SELECT a.tenant_id, a.id, a.due_at, a.leased_until, row_number() OVER (ORDER BY a.due_at, a.id) AS place
            FROM public.agenda a
            WHERE a.tenant_id = t.id AND a.while_suspended AND a.standing = 'pending'
                AND a.due_at <= CASE a.task WHEN 'fire' THEN coalesce(t.clock_at, now()) ELSE now() END
            ORDER BY a.due_at, a.id
            LIMIT share
        ) AS w
        WHERE t.status <> 'active'
    ) AS either
    WHERE either.leased_until IS NULL OR either.leased_until <= now()
    ORDER BY either.place, either.due_at, either.id
    LIMIT batch
), free AS MATERIALIZED (
    SELECT a.tenant_id, a.id
    FROM due JOIN public.agenda a ON a.tenant_id = due.tenant_id AND a.id = due.id
    WHERE a.standing = 'pending' AND (a.leased_until IS NULL OR a.leased_until <= now())
    FOR UPDATE OF a SKIP LOCKED
), taken AS (
    UPDATE public.agenda a
    SET standing = CASE WHEN a.attempts < limits.most THEN 'pending' ELSE 'parked' END,
        error = CASE WHEN a.attempts < limits.most THEN a.error ELSE coalesce(a.error, 'it ended its worker') END,
        leased_until = CASE WHEN a.attempts < limits.most THEN now() + make_interval(secs => lease_seconds) END,
        fence = a.fence + 1
    FROM free, (VALUES ('advance', 10), ('deliver', 3), ('fire', 3), ('send', 3), ('run', 10)) AS limits (task, most)
    WHERE a.tenant_id = free.tenant_id AND a.id = free.id AND limits.task = a.task
    RETURNING a.tenant_id, a.id, a.task, CASE a.standing WHEN 'pending' THEN a.fence END AS fence
)
SELECT taken.tenant_id, taken.id, taken.task::text, taken.fence
FROM taken JOIN due ON due.tenant_id = taken.tenant_id AND due.id = taken.id
ORDER BY due.place, due.due_at, due.id
$$
"""

CLAIM_OF = """
CREATE OR REPLACE FUNCTION claim_agenda_of(tenant uuid, tasks text[], batch integer, lease_seconds double precision)
RETURNS TABLE (tenant_id uuid, id uuid, task text, fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
WITH free AS MATERIALIZED (
    SELECT a.tenant_id, a.id, a.due_at
    FROM public.agenda a JOIN public.tenants t ON t.id = a.tenant_id
    WHERE a.tenant_id = tenant AND (t.status = 'active' OR a.while_suspended)
        AND a.task = ANY (tasks) AND a.standing = 'pending'
        AND a.due_at <= CASE a.task WHEN 'fire' THEN coalesce(t.clock_at, now()) ELSE now() END
        AND (a.leased_until IS NULL OR a.leased_until <= now())
    ORDER BY a.due_at, a.id
    LIMIT batch
    FOR UPDATE OF a SKIP LOCKED
), taken AS (
    UPDATE public.agenda a
    SET standing = CASE WHEN a.attempts < limits.most THEN 'pending' ELSE 'parked' END,
        error = CASE WHEN a.attempts < limits.most THEN a.error ELSE coalesce(a.error, 'it ended its worker') END,
        leased_until = CASE WHEN a.attempts < limits.most THEN now() + make_interval(secs => lease_seconds) END,
        fence = a.fence + 1
    FROM free, (VALUES ('advance', 10), ('deliver', 3), ('fire', 3), ('send', 3), ('run', 10)) AS limits (task, most)
    WHERE a.tenant_id = free.tenant_id AND a.id = free.id AND limits.task = a.task
    RETURNING a.tenant_id, a.id, a.task, CASE a.standing WHEN 'pending' THEN a.fence END AS fence
)
SELECT taken.tenant_id, taken.id, taken.task::text, taken.fence
FROM taken JOIN free ON free.tenant_id = taken.tenant_id AND free.id = taken.id
ORDER BY free.due_at, free.id
$$
"""


def upgrade() -> None:
    op.add_column("agenda", sa.Column("while_suspended", sa.Boolean(), server_default=sa.false(), nullable=False))
    # One timer a company and what it has begun: so few that a claim finds them at once beside any backlog.
    op.create_index(
        "ix_agenda_while_suspended",
        "agenda",
        ["tenant_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("standing = 'pending' AND while_suspended"),
    )
    # Row-level security is forced on the owner too, who sees and changes every company's items (migration 0007).
    op.execute(
        "UPDATE agenda SET while_suspended = true"
        " WHERE key = 'backups:next' OR (task = 'run' AND name IN ('backups.write', 'backups.drill', 'backups.remove'))"
    )
    op.execute(CLAIM)
    op.execute(CLAIM_OF)
