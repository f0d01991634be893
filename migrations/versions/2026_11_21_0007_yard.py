"""Yard: claiming from all agendas fairly, what is delivered, notifications and webhook endpoints"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TASKS = "'deliver', 'fire', 'send', 'advance', 'run'"

# The oldest `share` items of each tenant and task are its window. What of them is on its way already counts, so a
# tenant never has more at once; what one claim costs does not grow with anybody's backlog. A timer is due by its
# tenant's own clock. While a rehearsal clock runs, only the errand that moves it is handed out.
#
# An item that has ended its workers three times is parked instead and comes back without a fence. The errand of a
# clock may be at work when a timer kills it, so it is given more attempts than that timer, which is parked first. A
# long job counts for itself, so that its record can say that it has failed.
CLAIM = """
CREATE FUNCTION claim_agenda(batch integer, share integer, lease_seconds double precision)
RETURNS TABLE (tenant_id uuid, id uuid, task text, fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
WITH due AS MATERIALIZED (
    SELECT w.tenant_id, w.id, w.place, w.due_at
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
        AND (w.leased_until IS NULL OR w.leased_until <= now())
    ORDER BY w.place, w.due_at, w.id
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
CREATE FUNCTION claim_agenda_of(tenant uuid, tasks text[], batch integer, lease_seconds double precision)
RETURNS TABLE (tenant_id uuid, id uuid, task text, fence bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
WITH free AS MATERIALIZED (
    SELECT a.tenant_id, a.id, a.due_at
    FROM public.agenda a JOIN public.tenants t ON t.id = a.tenant_id
    WHERE a.tenant_id = tenant AND t.status = 'active' AND a.task = ANY (tasks) AND a.standing = 'pending'
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

FUNCTIONS = (
    "claim_agenda(integer, integer, double precision)",
    "claim_agenda_of(uuid, text[], integer, double precision)",
)


def upgrade() -> None:
    op.execute("ALTER TABLE agenda DROP CONSTRAINT ck_agenda_task")
    op.execute(f"ALTER TABLE agenda ADD CONSTRAINT ck_agenda_task CHECK (task IN ({TASKS}))")
    op.drop_index("ix_agenda_due", table_name="agenda")
    op.create_index(
        "ix_agenda_due",
        "agenda",
        ["tenant_id", "task", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("standing = 'pending'"),
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "tenant_id", "entry_id", "reaction", name=op.f("uq_deliveries_tenant_id_entry_id_reaction")
        ),
    )
    op.create_table(
        "notifications",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("blanks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_notifications_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("tenant_id", "member_id", "key", name=op.f("uq_notifications_tenant_id_member_id_key")),
    )
    op.create_index("ix_notifications_member", "notifications", ["tenant_id", "member_id", "id"], unique=False)
    op.create_index("ix_notifications_read", "notifications", ["tenant_id", "read_at"], unique=False)
    op.create_table(
        "webhook_endpoints",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("tenant_id", "url", name=op.f("uq_webhook_endpoints_tenant_id_url")),
    )
    guard("deliveries")
    guard("notifications")
    guard("webhook_endpoints")
    _open_claims()


def _open_claims() -> None:
    """Let the owner's two functions, and nothing else, see and lease every tenant's items; they give away ids only."""
    op.execute("CREATE POLICY claim_look ON agenda FOR SELECT TO zhidu_owner USING (true)")
    op.execute("CREATE POLICY claim_take ON agenda FOR UPDATE TO zhidu_owner USING (true) WITH CHECK (true)")
    op.execute(CLAIM)
    op.execute(CLAIM_OF)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO zhidu_app")
