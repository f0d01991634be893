"""Faults to be sown into a copy of the database: each with what must notice it."""

from collections.abc import Mapping

from tests.isolation import catalog

TENANT = "(SELECT current_setting('app.tenant')::uuid)"
LENIENT = "tenant_id = nullif(current_setting('app.tenant', true), '')::uuid"


def policy(table: str, using: str, check: str | None = None, to: str = "zhidu_app") -> str:
    """The table's policy in another form."""
    check = f"WITH CHECK ({check})" if check else ""
    return f"DROP POLICY tenant ON {table}; CREATE POLICY tenant ON {table} TO {to} USING ({using}) {check}"


SINGLE_COLUMN_KEY = """ALTER TABLE staff DROP CONSTRAINT fk_staff_tenant_id_post_id; ALTER TABLE posts ADD UNIQUE (id);
    ALTER TABLE staff ADD CONSTRAINT short FOREIGN KEY (post_id) REFERENCES posts (id)"""
DEFINER = (
    "CREATE FUNCTION every_member() RETURNS SETOF members LANGUAGE sql SECURITY DEFINER {} AS 'TABLE public.members'"
)

# For the catalogue's rules: what is done, and the rule that must say so.
CATALOG: Mapping[str, tuple[str, catalog.Rule]] = {
    "the owner logs in": ("ALTER ROLE zhidu_owner LOGIN", catalog.roles_are_powerless),
    "the application bypasses policies": ("ALTER ROLE zhidu_app BYPASSRLS", catalog.roles_are_powerless),
    "the application makes roles": ("ALTER ROLE zhidu_app CREATEROLE", catalog.roles_are_powerless),
    "the application inherits": ("ALTER ROLE zhidu_app INHERIT", catalog.roles_are_powerless),
    "archives are read by a superuser": ("ALTER ROLE zhidu_backup SUPERUSER", catalog.roles_are_powerless),
    "the application becomes the owner": ("GRANT zhidu_owner TO zhidu_app", catalog.nobody_acts_as_another),
    "archives read everything": ("GRANT pg_read_all_data TO zhidu_backup", catalog.nobody_acts_as_another),
    "a tenant for every session": (
        "ALTER ROLE zhidu_app SET app.tenant = '018f0000-0000-7000-8000-000000000000'",
        catalog.nothing_is_set_beforehand,
    ),
    "a search path for every session": ("ALTER ROLE zhidu_app SET search_path = x", catalog.nothing_is_set_beforehand),
    "a table nobody declared": ("CREATE TABLE forgotten (id uuid)", catalog.relations_are_declared),
    "a table out of sight": ("CREATE SCHEMA hidden CREATE TABLE notes (id uuid)", catalog.relations_are_declared),
    "a declared table is gone": ("DROP TABLE contacts CASCADE", catalog.relations_are_declared),
    "a view of its owner": ("CREATE VIEW every AS TABLE members", catalog.nothing_but_tables),
    "a materialized view": ("CREATE MATERIALIZED VIEW every AS TABLE members", catalog.nothing_but_tables),
    "a sequence": ("CREATE SEQUENCE counted", catalog.nothing_but_tables),
    "a trigger": (
        "CREATE TRIGGER late BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        catalog.nothing_but_tables,
    ),
    "the application owns a table": ("ALTER TABLE posts OWNER TO zhidu_app", catalog.the_owner_owns_it),
    "a row of nobody": (
        "ALTER TABLE contacts DROP CONSTRAINT pk_contacts CASCADE; ALTER TABLE contacts ALTER tenant_id DROP NOT NULL",
        catalog.the_tenant_is_in_the_row,
    ),
    "a tenant to be named": ("ALTER TABLE posts ALTER tenant_id DROP DEFAULT", catalog.the_tenant_is_in_the_row),
    "a lenient default": (
        "ALTER TABLE posts ALTER tenant_id SET DEFAULT current_setting('app.tenant', true)::uuid",
        catalog.the_tenant_is_in_the_row,
    ),
    "a tenant in the platform's table": (
        "ALTER TABLE signing_keys ADD tenant_id uuid",
        catalog.the_tenant_is_in_the_row,
    ),
    "row-level security is off": ("ALTER TABLE posts DISABLE ROW LEVEL SECURITY", catalog.row_security_is_forced),
    "it is not forced": ("ALTER TABLE posts NO FORCE ROW LEVEL SECURITY", catalog.row_security_is_forced),
    "no policy": ("DROP POLICY tenant ON posts", catalog.policies_are_strict),
    "no policy for archives": ("DROP POLICY archive ON posts", catalog.policies_are_strict),
    "a policy for everybody's rows": (policy("posts", "true"), catalog.policies_are_strict),
    "a lenient policy": (policy("posts", LENIENT), catalog.policies_are_strict),
    "a policy that does not check": (policy("posts", f"tenant_id = {TENANT}", "true"), catalog.policies_are_strict),
    "a policy for every role": (
        policy("posts", f"tenant_id = {TENANT}", f"tenant_id = {TENANT}", to="PUBLIC"),
        catalog.policies_are_strict,
    ),
    "one policy more": ("CREATE POLICY more ON posts TO zhidu_app USING (key_post)", catalog.policies_are_strict),
    "a key without the tenant": ("CREATE UNIQUE INDEX ON members (email)", catalog.keys_lead_with_the_tenant),
    "a key of an expression": (
        "CREATE UNIQUE INDEX ON members ((lower(email)), tenant_id)",
        catalog.keys_lead_with_the_tenant,
    ),
    "no primary key": ("ALTER TABLE contacts DROP CONSTRAINT pk_contacts CASCADE", catalog.keys_lead_with_the_tenant),
    "a single-column reference": (SINGLE_COLUMN_KEY, catalog.references_stay_at_home),
    "a reference to the platform": (
        "ALTER TABLE posts ADD FOREIGN KEY (tenant_id) REFERENCES tenants",
        catalog.references_stay_at_home,
    ),
    "the application truncates": ("GRANT TRUNCATE ON posts TO zhidu_app", catalog.grants_are_few),
    "the application refers": ("GRANT REFERENCES ON posts TO zhidu_app", catalog.grants_are_few),
    "the application makes triggers": ("GRANT TRIGGER ON posts TO zhidu_app", catalog.grants_are_few),
    "the application grants": ("GRANT SELECT ON posts TO zhidu_app WITH GRANT OPTION", catalog.grants_are_few),
    "everybody reads": ("GRANT SELECT ON posts TO PUBLIC", catalog.grants_are_few),
    "everybody reads a column": ("GRANT SELECT (name) ON posts TO PUBLIC", catalog.grants_are_few),
    "archives are written": ("GRANT DELETE ON posts TO zhidu_backup", catalog.grants_are_few),
    "archives read the list of companies": ("GRANT SELECT ON tenants TO zhidu_backup", catalog.grants_are_few),
    "a table is in no archive": ("REVOKE SELECT ON posts FROM zhidu_backup", catalog.archives_hold_everything),
    "a function of its owner": (DEFINER.format("SET search_path = pg_catalog, pg_temp"), catalog.functions_are_named),
    "a function without a search path": (DEFINER.format(""), catalog.functions_are_pinned),
    "a function for everybody": (
        "GRANT EXECUTE ON FUNCTION claim_agenda(integer, integer, double precision) TO PUBLIC",
        catalog.functions_are_pinned,
    ),
    "a function before the policies": (
        "CREATE FUNCTION peek(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'",
        catalog.functions_are_pinned,
    ),
    "the application makes tables": ("GRANT CREATE ON SCHEMA public TO zhidu_app", catalog.nobody_creates),
    "everybody makes temporary functions": ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", catalog.nobody_creates),
    "grants to come": (
        "ALTER DEFAULT PRIVILEGES FOR ROLE zhidu_owner GRANT ALL ON TABLES TO zhidu_app",
        catalog.nothing_is_granted_beforehand,
    ),
    "rows are streamed out": ("CREATE PUBLICATION every FOR ALL TABLES", catalog.nothing_is_published),
}

# For the walk in SQL: what is done to a copy, and the table at which the walk must notice.
SQL: Mapping[str, tuple[str, str]] = {
    "row-level security is off": ("ALTER TABLE posts DISABLE ROW LEVEL SECURITY", "posts"),
    "a policy for everybody's rows": (policy("members", "true"), "members"),
    "a policy that does not check": (policy("roles", f"tenant_id = {TENANT}", "true"), "roles"),
    "a policy that shows but keeps": (policy("customers", "true", f"tenant_id = {TENANT}"), "customers"),
    "a single-column reference": (SINGLE_COLUMN_KEY, "staff"),
    "a key without the tenant": ("CREATE UNIQUE INDEX ON members (email)", "members"),
    "the application truncates": ("GRANT TRUNCATE ON notifications TO zhidu_app", "notifications"),
    "a policy that asks the row before": (
        # Its own condition is one more policy, which lets through what the division touches.
        "CREATE POLICY more ON posts FOR SELECT TO zhidu_app USING (1 / (CASE WHEN key_post THEN 1 ELSE 0 END) = 1)",
        "posts",
    ),
}
# For the proof: what is done, the mode that must fail and the policy that it must name.
PROOF: Mapping[str, tuple[str, str, tuple[str, str]]] = {
    "a lenient policy": (policy("posts", LENIENT, LENIENT), "cross-tenant", ("posts", "tenant")),
    "a policy for everybody's rows": (policy("members", "true"), "cross-tenant", ("members", "tenant")),
    "a policy that does not check": (policy("roles", f"tenant_id = {TENANT}", "true"), "write", ("roles", "tenant")),
}
