"""Search: an entry for each record that is found by words, written by triggers, and the function that finds them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import guard, keep_out_of_archives

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# What stands for itself, and what stands between words: as `domain/search/rules.py` has them.
WIDE = r"\u2E80-\u2FFF\u3040-\uA4CF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\U0001F000-\U0001FAFF\U00020000-\U0003FFFF"
BETWEEN = r"\u0001-\u002F\u003A-\u0060\u007B-\u00BF\u2000-\u206F\u3000-\u303F\uFE00-\uFE0F\U00040000-\U0010FFFF"

# The terms of a text as numbers: characters and pairs of characters of what is wide, the beginnings of words, and
# whole words where they are asked for. The company goes into each number, so one index keeps companies apart.
KEYS = """
CREATE FUNCTION search_keys(company uuid, said text, whole boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- One step after the other: a query of the same would cost more to begin than all its terms for a short text.
DECLARE
    start CONSTANT bigint := hashtextextended(company::text, 0);
    keys bigint[] := '{}';
    run text[];
    letter text;
    before text;
    word text;
BEGIN
    FOR run IN SELECT regexp_matches(lower(normalize(said, NFKC)), '([WIDE]+)|([^WIDEBETWEEN]+)', 'g') LOOP
        before := NULL;
        FOREACH letter IN ARRAY coalesce(string_to_array(run[1], NULL), '{}') LOOP
            keys := keys || hashtextextended(letter, start);
            IF before IS NOT NULL THEN
                keys := keys || hashtextextended(before || letter, start);
            END IF;
            before := letter;
        END LOOP;
        word := left(run[2], 200);
        LOOP
            EXIT WHEN word IS NULL OR word = '';
            FOR letters IN 1 .. least(length(word), 12) LOOP
                keys := keys || hashtextextended(left(word, letters), start);
            END LOOP;
            IF whole THEN
                keys := keys || hashtextextended(word || ' ', start);
            END IF;
            -- A number is found without the noughts before it.
            EXIT WHEN word NOT LIKE '0%';
            word := ltrim(word, '0');
        END LOOP;
    END LOOP;
    RETURN ARRAY(SELECT DISTINCT unnest(keys));
END
$$
""".replace("WIDE", WIDE).replace("BETWEEN", BETWEEN)

# What is found of each table: the kind of its entries, the title, and all other text; `r` is the row.
ANSWERS = (
    "(SELECT string_agg(leaf #>> '{}', ' ') FROM jsonb_path_query(r.answers, 'strict $.**') leaf"
    " WHERE jsonb_typeof(leaf) IN ('string', 'number'))"
)
# A telephone number also without what parts its figures.
FIGURES = "regexp_replace(r.phone, '\\D', '', 'g')"
SEARCHED = {
    "service_requests": (
        "request",
        "concat_ws(' ', r.number, r.title)",
        f"concat_ws(' ', r.description, r.solution, r.resolution, r.source_reference, {ANSWERS})",
        "number, title, description, solution, resolution, source_reference, answers",
    ),
    "request_messages": ("message", "''", "r.text", "text"),
    "customers": ("customer", "r.name", "r.billing_email", "name, billing_email"),
    "contacts": ("contact", "r.name", f"concat_ws(' ', r.email, r.phone, {FIGURES})", "name, email, phone"),
}
ENTRIES = (
    "INSERT INTO public.search_entries (tenant_id, id, kind, head, keys)"
    " SELECT r.tenant_id, r.id, '{kind}', public.search_keys(r.tenant_id, {head}, true),"
    " public.search_keys(r.tenant_id, concat_ws(' ', {head}, {rest}), false) FROM {rows} r"
)
KEPT = " ON CONFLICT (tenant_id, id) DO UPDATE SET head = EXCLUDED.head, keys = EXCLUDED.keys"

FIND = """
CREATE FUNCTION search_entries_with(terms text[], whole text[], kinds text[])
RETURNS TABLE (kind text, id uuid, rank bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
WITH seed AS MATERIALIZED (
    SELECT current_setting('app.tenant')::uuid AS company, hashtextextended(current_setting('app.tenant'), 0) AS start
), asked AS MATERIALIZED (
    SELECT array(SELECT hashtextextended(term, start) FROM unnest(terms) AS term) AS keys,
        array(SELECT hashtextextended(term, start) FROM unnest(whole) AS term) AS whole
    FROM seed
)
SELECT e.kind::text, e.id, CASE WHEN e.head @> (SELECT a.whole FROM asked a) THEN 3
    WHEN e.head @> (SELECT a.keys FROM asked a) THEN 2 ELSE 1 END::bigint
FROM public.search_entries e
WHERE e.tenant_id = (SELECT company FROM seed) AND e.keys @> (SELECT a.keys FROM asked a) AND e.kind = ANY (kinds)
$$
"""


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "request",
                "message",
                "customer",
                "contact",
                name="searchkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("head", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_search_entries")),
    )
    op.execute(KEYS)
    op.execute("REVOKE ALL ON FUNCTION search_keys(uuid, text, boolean) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION search_keys(uuid, text, boolean) TO zhidu_app")
    for table, (kind, head, rest, columns) in SEARCHED.items():
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(ENTRIES.format(kind=kind, head=head, rest=rest, rows=table))
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        kept = ENTRIES.format(kind=kind, head=head, rest=rest, rows="(SELECT NEW.*)") + KEPT
        op.execute(
            f"CREATE FUNCTION keep_search_entry_of_{kind}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = pg_catalog, pg_temp AS $$ BEGIN {kept}; RETURN NULL; END $$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION keep_search_entry_of_{kind}() FROM PUBLIC")
        op.execute(
            f"CREATE TRIGGER keep_search_entry AFTER INSERT OR UPDATE OF {columns} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_search_entry_of_{kind}()"
        )
    # Everything of one company anew, as whoever asks for it, under the policies.
    every = [
        ENTRIES.format(kind=kind, head=head, rest=rest, rows=f"public.{table}") + KEPT
        for table, (kind, head, rest, _) in SEARCHED.items()
    ]
    op.execute(
        "CREATE FUNCTION rebuild_search_entries() RETURNS void LANGUAGE sql VOLATILE"
        f" SET search_path = pg_catalog, pg_temp AS $$ {'; '.join(every)} $$"
    )
    op.execute("REVOKE ALL ON FUNCTION rebuild_search_entries() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION rebuild_search_entries() TO zhidu_app")
    op.create_index("ix_search_entries_keys", "search_entries", ["keys"], postgresql_using="gin")
    guard("search_entries", grants="SELECT, INSERT, UPDATE")
    # It is made anew of what a restored archive brings; its numbers hold for this company alone.
    keep_out_of_archives("search_entries")
    op.execute("CREATE POLICY search_look ON search_entries FOR SELECT TO zhidu_owner USING (true)")
    op.execute(FIND)
    op.execute("REVOKE ALL ON FUNCTION search_entries_with(text[], text[], text[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION search_entries_with(text[], text[], text[]) TO zhidu_app")
