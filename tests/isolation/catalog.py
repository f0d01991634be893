"""What PostgreSQL's catalogue says of isolation: read by `read`, judged by `findings`, which knows only the rows.

Everything worth naming is a finding: a hole, and just as much a deliberate exception, which `declarations.py` then
names with its reason. So an exception that is gone is noticed as surely as a hole that has come.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import asyncpg

from migrations.tables import METADATA
from tenancy.models import Model, PlatformModel, TenantModel

OWNER, APP, BACKUP = "zhidu_owner", "zhidu_app", "zhidu_backup"
TENANT_DEFAULT = "(current_setting('app.tenant'::text))::uuid"
STRICT = "(tenant_id = ( SELECT (current_setting('app.tenant'::text))::uuid AS current_setting))"
ROWS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
# The first release of each line in which planner statistics and leaky operators respect row-level security.
MENDED = {15: 150014, 16: 160010, 17: 170006}
Rows = Sequence[Mapping[str, Any]]


class Finding(NamedTuple):
    """One thing a rule has to say: which rule, and of what."""

    rule: str
    where: str


@dataclass(frozen=True)
class Declared:
    """What each table is by its class: a tenant's, the platform's, or the migrations' own."""

    tenant: frozenset[str]
    platform: frozenset[str]
    system: frozenset[str]

    @property
    def every(self) -> frozenset[str]:
        """All tables there should be."""
        return self.tenant | self.platform | self.system


def declared() -> Declared:
    """What the classes of the product say."""
    mapped = {mapper.class_ for mapper in Model.registry.mappers}
    tenant = {model.__tablename__ for model in mapped if issubclass(model, TenantModel)}
    platform = {model.__tablename__ for model in mapped if issubclass(model, PlatformModel)}
    # Tests declare no tables of their own, so what is mapped is what is migrated.
    assert tenant | platform == set(METADATA.tables)
    return Declared(frozenset(tenant), frozenset(platform), frozenset({"alembic_version"}))


OURS = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
GRANTEE = "CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END AS grantee"
QUERIES = {
    "versions": "SELECT current_setting('server_version_num')::int AS number",
    "roles": """
        SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolinherit, rolcreaterole, rolcreatedb, rolreplication
        FROM pg_roles WHERE rolname LIKE 'zhidu\\_%'""",
    # Who may act as whom, over any number of steps; superusers may anyway and are no role of ours.
    "memberships": """
        SELECT m.rolname AS member, r.rolname AS role FROM pg_roles m, pg_roles r
        WHERE m.oid <> r.oid AND NOT m.rolsuper AND pg_has_role(m.oid, r.oid, 'MEMBER')
            AND (m.rolname LIKE 'zhidu\\_%' OR (r.rolname LIKE 'zhidu\\_%' AND m.oid >= 16384))""",
    "settings": """
        SELECT coalesce(d.datname, 'every database') AS database, coalesce(r.rolname, 'every role') AS role,
            split_part(unnest(s.setconfig), '=', 1) AS name
        FROM pg_db_role_setting s
            LEFT JOIN pg_database d ON d.oid = s.setdatabase
            LEFT JOIN pg_roles r ON r.oid = s.setrole
        WHERE (s.setdatabase = 0 OR d.datname = current_database())
            AND (s.setrole = 0 OR r.rolname LIKE 'zhidu\\_%')""",
    "relations": f"""
        SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, pg_get_userbyid(c.relowner) AS owner,
            c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, coalesce(c.reloptions, '{{}}') AS options,
            EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggered
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {OURS}""",
    "columns": f"""
        SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS default
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE a.attname = 'tenant_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {OURS}""",
    "policies": "SELECT * FROM pg_policies",
    # A key's columns in order; an expression has no name.
    "keys": f"""
        SELECT c.relname AS relation, i.relname AS name, x.indisprimary AS primary,
            (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0]) AS first
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (x.indisunique OR x.indisexclusion) AND {OURS}""",
    "references": """
        SELECT f.conname AS name, f.conrelid::regclass::text AS relation, f.confrelid::regclass::text AS target,
            array(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
            array(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number ORDER BY k.place) AS keys
        FROM pg_constraint f WHERE f.contype = 'f'""",
    "grants": f"""
        SELECT c.relname AS relation, {GRANTEE}, g.privilege_type AS privilege, g.is_grantable AS grantable
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g WHERE {OURS}
        UNION ALL
        SELECT c.relname, {GRANTEE}, g.privilege_type || ' (' || a.attname || ')', g.is_grantable
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(a.attacl) g WHERE {OURS}""",
    "functions": f"""
        SELECT p.oid::regprocedure::text AS signature, pg_get_userbyid(p.proowner) AS owner, p.prosecdef AS definer,
            p.proleakproof AS leakproof, coalesce(p.proconfig, '{{}}') AS config,
            array(SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee)::text END
                FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g) AS callers
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS}""",
    "creating": """
        SELECT grantee, what FROM (VALUES ('PUBLIC', 0::oid)) AS every (grantee, oid),
            (SELECT 'schema ' || nspname AS what, nspacl AS acl, 'n'::"char" AS kind, nspowner AS owner
                FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
             UNION ALL SELECT 'database', datacl, 'd', datdba FROM pg_database WHERE datname = current_database()) o
        WHERE EXISTS (SELECT FROM aclexplode(coalesce(o.acl, acldefault(o.kind, o.owner))) g
            WHERE g.grantee = every.oid AND g.privilege_type IN ('CREATE', 'TEMPORARY'))
        UNION ALL SELECT r.rolname, 'schema ' || n.nspname FROM pg_roles r, pg_namespace n
        WHERE r.rolname IN ('zhidu_app', 'zhidu_backup') AND has_schema_privilege(r.oid, n.oid, 'CREATE')
        UNION ALL SELECT r.rolname, 'database' FROM pg_roles r WHERE r.rolname IN ('zhidu_app', 'zhidu_backup')
            AND (has_database_privilege(r.oid, current_database(), 'CREATE')
                OR has_database_privilege(r.oid, current_database(), 'TEMPORARY'))""",
    "defaults": f"""
        SELECT pg_get_userbyid(d.defaclrole) AS owner, d.defaclobjtype::text AS kind, {GRANTEE}
        FROM pg_default_acl d, aclexplode(d.defaclacl) g WHERE g.grantee <> d.defaclrole""",
    "publications": "SELECT pubname AS name FROM pg_publication",
}


@dataclass(frozen=True)
class Catalog:
    """The rows of each of the questions above."""

    rows: Mapping[str, Rows]

    def __getattr__(self, name: str) -> Rows:
        try:
            return self.rows[name]
        except KeyError:
            raise AttributeError(name) from None


async def read(connection: asyncpg.Connection) -> Catalog:
    """Ask everything; the connection sees the whole catalogue, as any role does."""
    return Catalog({name: await connection.fetch(sql) for name, sql in QUERIES.items()})


Rule = Callable[[Catalog, Declared], Iterable[str]]


def version_is_mended(catalog: Catalog, _: Declared) -> Iterator[str]:
    number = catalog.versions[0]["number"]
    if number < MENDED.get(number // 10_000, 180_000 if number > 170_000 else number + 1):
        yield str(number)


def roles_are_powerless(catalog: Catalog, _: Declared) -> Iterator[str]:
    expected = {OWNER: (False, True), APP: (True, False), BACKUP: (False, True)}
    found = {role["rolname"]: role for role in catalog.roles}
    for name, (login, inherit) in expected.items():
        role = found.pop(name, None)
        if role is None:
            yield f"{name} is missing"
            continue
        if role["rolcanlogin"] is not login:
            yield f"{name} {'can' if role['rolcanlogin'] else 'cannot'} log in"
        if role["rolinherit"] is not inherit and name == APP:
            yield f"{name} has its roles' rights without stepping into them"
        powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
        yield from (f"{name} has {power}" for power in powers if role[power])
    yield from (f"{name} is a role of nobody's" for name in found)


def nobody_acts_as_another(catalog: Catalog, _: Declared) -> Iterator[str]:
    for row in catalog.memberships:
        yield f"{row['member']} as {row['role']}"


def nothing_is_set_beforehand(catalog: Catalog, _: Declared) -> Iterator[str]:
    """A tenant, a search path or row_security given to a role or database would stand in every session."""
    for row in catalog.settings:
        yield f"{row['name']} of {row['role']} in {row['database']}"


def relations_are_declared(catalog: Catalog, known: Declared) -> Iterator[str]:
    there = {row["name"] for row in catalog.relations if row["schema"] == "public" and row["kind"] in "rp"}
    yield from (f"{name} is missing" for name in known.every - there)
    for row in catalog.relations:
        if row["schema"] != "public" or (row["kind"] in "rp" and row["name"] not in known.every):
            yield f"{row['schema']}.{row['name']}"


def platform_tables_are_named(_: Catalog, known: Declared) -> Iterator[str]:
    yield from known.platform | known.system


def nothing_but_tables(catalog: Catalog, _: Declared) -> Iterator[str]:
    """Views run as their owner unless told, materialized ones hold everybody's rows, sequences tell volumes."""
    words = {"m": "materialized view", "f": "foreign table", "S": "sequence"}
    for row in catalog.relations:
        if row["kind"] in words:
            yield f"{words[row['kind']]} {row['name']}"
        if row["kind"] == "v" and not {"security_invoker=true", "security_invoker=on"} & set(row["options"]):
            yield f"view {row['name']} runs as its owner"
        if row["triggered"]:
            yield f"trigger on {row['name']}"


def the_owner_owns_it(catalog: Catalog, _: Declared) -> Iterator[str]:
    for row in catalog.relations:
        if row["owner"] != OWNER:
            yield row["name"]
    for row in catalog.functions:
        if row["owner"] != OWNER:
            yield row["signature"]


def the_tenant_is_in_the_row(catalog: Catalog, known: Declared) -> Iterator[str]:
    columns = {row["relation"]: row for row in catalog.columns}
    for name in known.tenant:
        column = columns.get(name)
        if column is None or column["type"] != "uuid":
            yield f"{name} has no tenant"
        elif not column["required"]:
            yield f"{name}: the tenant may be missing"
        elif column["default"] != TENANT_DEFAULT:
            yield f"{name}: the tenant is {column['default']}"
    yield from (f"{name} is the platform's and names a tenant" for name in columns.keys() - known.tenant)


def row_security_is_forced(catalog: Catalog, known: Declared) -> Iterator[str]:
    for row in catalog.relations:
        if row["name"] in known.tenant:
            if not row["enabled"]:
                yield f"{row['name']} is not enabled"
            if not row["forced"]:
                yield f"{row['name']} is not forced"


def policies_are_strict(catalog: Catalog, known: Declared) -> Iterator[str]:
    expected = {
        (APP, "ALL", "PERMISSIVE", STRICT, STRICT),
        (BACKUP, "SELECT", "PERMISSIVE", STRICT, None),
    }
    found: dict[str, set[Any]] = {name: set() for name in known.every}
    for row in catalog.policies:
        form = (",".join(row["roles"]), row["cmd"], row["permissive"], row["qual"], row["with_check"])
        found.setdefault(row["tablename"], set()).add(form)
        if form not in expected or row["tablename"] not in known.tenant:
            yield f"{row['tablename']}.{row['policyname']}"
    for name in known.tenant:
        yield from (f"{name} has no policy for {role}" for role, *_ in expected - found[name])


def keys_lead_with_the_tenant(catalog: Catalog, known: Declared) -> Iterator[str]:
    for row in catalog.keys:
        if row["relation"] in known.tenant and row["first"] != "tenant_id":
            yield f"{row['relation']}.{row['name']}"
    primary = {row["relation"] for row in catalog.keys if row["primary"]}
    yield from (f"{name} has no primary key" for name in known.tenant - primary)


def references_stay_at_home(catalog: Catalog, known: Declared) -> Iterator[str]:
    for row in catalog.references:
        ends = {row["relation"], row["target"]}
        both = row["columns"][:1] == row["keys"][:1] == ["tenant_id"]
        if (ends & known.tenant or ends - known.every) and not (ends <= known.tenant and both):
            yield f"{row['relation']}.{row['name']}"


def grants_are_few(catalog: Catalog, known: Declared) -> Iterator[str]:
    for row in catalog.grants:
        grantee, privilege = row["grantee"], row["privilege"]
        if grantee == OWNER:
            continue
        allowed = (
            ROWS if grantee == APP else {"SELECT"} if grantee == BACKUP and row["relation"] in known.tenant else set()
        )
        if privilege not in allowed or row["grantable"] or row["relation"] not in known.every:
            yield f"{privilege} on {row['relation']} to {grantee}"


def archives_hold_everything(catalog: Catalog, known: Declared) -> Iterator[str]:
    readable = {row["relation"] for row in catalog.grants if (row["grantee"], row["privilege"]) == (BACKUP, "SELECT")}
    yield from known.tenant - readable


def functions_are_named(catalog: Catalog, _: Declared) -> Iterator[str]:
    """Functions that run as their owner, each of which is an exception with a test of its own."""
    yield from (row["signature"] for row in catalog.functions if row["definer"])


def functions_are_pinned(catalog: Catalog, _: Declared) -> Iterator[str]:
    for row in catalog.functions:
        if row["definer"] and "search_path=pg_catalog, pg_temp" not in row["config"]:
            yield f"{row['signature']} has no search path of its own"
        if row["definer"] and set(row["callers"]) != {OWNER, APP}:
            yield f"{row['signature']} may be called by {sorted(row['callers'])}"
        if row["leakproof"]:
            yield f"{row['signature']} runs before the policies"


def nobody_creates(catalog: Catalog, _: Declared) -> Iterator[str]:
    """Whoever makes functions, even temporary ones, can make a leaky operator."""
    yield from (f"{row['grantee']} in the {row['what']}" for row in catalog.creating)


def nothing_is_granted_beforehand(catalog: Catalog, _: Declared) -> Iterator[str]:
    for row in catalog.defaults:
        yield f"{row['kind']} of {row['owner']} to {row['grantee']}"


def nothing_is_published(catalog: Catalog, _: Declared) -> Iterator[str]:
    """A publication streams every tenant's rows."""
    yield from (row["name"] for row in catalog.publications)


RULES: tuple[Rule, ...] = (
    version_is_mended,
    roles_are_powerless,
    nobody_acts_as_another,
    nothing_is_set_beforehand,
    relations_are_declared,
    platform_tables_are_named,
    nothing_but_tables,
    the_owner_owns_it,
    the_tenant_is_in_the_row,
    row_security_is_forced,
    policies_are_strict,
    keys_lead_with_the_tenant,
    references_stay_at_home,
    grants_are_few,
    archives_hold_everything,
    functions_are_named,
    functions_are_pinned,
    nobody_creates,
    nothing_is_granted_beforehand,
    nothing_is_published,
)


def findings(catalog: Catalog, known: Declared) -> set[Finding]:
    """All that the rules have to say."""
    return {Finding(rule.__name__, where) for rule in RULES for where in rule(catalog, known)}
