"""Ledger: entries that balance, allocations of payments, refunds, and closed books"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# What there is already is booked as if the books had always been kept.
KEPT = ("invoices", "payments", "allocations", "ledger_entries", "ledger_postings")
CUSTOMERS = """
    UPDATE payments p SET customer_id = i.customer_id, unallocated_minor = 0, booked_on = p.received_on
    FROM invoices i WHERE i.tenant_id = p.tenant_id AND i.id = p.invoice_id"""
# Each payment counts for the invoice itself first, in the order in which they were recorded.
ALLOCATED = """
    INSERT INTO allocations (tenant_id, id, invoice_id, payment_id, amount_minor, charges_minor, currency,
        effective_on, booked_on, allocated_at)
    SELECT tenant_id, gen_random_uuid(), invoice_id, id, own, amount_minor - own, currency, received_on, received_on,
        recorded_at
    FROM (
        SELECT p.*, greatest(least(p.amount_minor, i.total_minor - (sum(p.amount_minor) OVER (
            PARTITION BY p.tenant_id, p.invoice_id ORDER BY p.id) - p.amount_minor)), 0)::bigint AS own
        FROM payments p JOIN invoices i ON i.tenant_id = p.tenant_id AND i.id = p.invoice_id
    ) counted"""
BOOK = """
    WITH entries AS MATERIALIZED ({entries}), written AS (
        INSERT INTO ledger_entries (tenant_id, id, kind, booked_on, recorded_at, currency, customer_id, invoice_id,
            payment_id)
        SELECT tenant_id, id, kind, booked_on, recorded_at, currency, customer_id, invoice_id, payment_id FROM entries
    )
    INSERT INTO ledger_postings (tenant_id, id, entry_id, account, amount_minor, currency)
    SELECT e.tenant_id, gen_random_uuid(), e.id, posting.account, posting.minor, e.currency
    FROM entries e, LATERAL (VALUES
        (e.one, e.one_minor), (e.two, e.two_minor), (e.three, e.three_minor)
    ) posting (account, minor) WHERE posting.minor <> 0"""
_OF_INVOICE = (
    "SELECT tenant_id, gen_random_uuid() AS id, {kind} AS kind, {day} AS booked_on, drafted_at AS recorded_at,"
)
_PARTIES = " currency, customer_id, id AS invoice_id, NULL::uuid AS payment_id,"
_THREE = " {one} AS one, {a} AS one_minor, {two} AS two, {b} AS two_minor, {three} AS three, {c} AS three_minor"


def _entries(kind: str, day: str, *postings: tuple[str, str], where: str) -> str:
    (one, a), (two, b), (three, c) = postings
    return (
        _OF_INVOICE.format(kind=f"'{kind}'", day=day)
        + _PARTIES
        + _THREE.format(one=f"'{one}'", a=a, two=f"'{two}'", b=b, three=f"'{three}'", c=c)
        + f" FROM invoices WHERE {where}"
    )


BOOKED = (
    _entries(
        "invoice",
        "issued_on",
        ("receivables", "total_minor"),
        ("revenue", "-net_minor"),
        ("tax_payable", "-tax_minor"),
        where="issued_on IS NOT NULL",
    ),
    # The day on which one was given up stands in the journal alone.
    _entries(
        "cancellation",
        "issued_on",
        ("receivables", "-total_minor"),
        ("revenue", "net_minor"),
        ("tax_payable", "tax_minor"),
        where="issued_on IS NOT NULL AND state = 'cancelled'",
    ),
    _entries(
        "write_off",
        "due_on",
        ("receivables", "-greatest(total_minor - paid_minor, 0)"),
        ("write_offs", "greatest(total_minor - paid_minor, 0)"),
        ("bank", "0::bigint"),
        where="issued_on IS NOT NULL AND state = 'written_off' AND total_minor > paid_minor",
    ),
    "SELECT tenant_id, gen_random_uuid() AS id, 'payment' AS kind, booked_on, recorded_at, currency, customer_id,"
    " NULL::uuid AS invoice_id, id AS payment_id, 'bank' AS one, amount_minor AS one_minor, 'customer_credit' AS two,"
    " -amount_minor AS two_minor, 'bank' AS three, 0::bigint AS three_minor FROM payments",
    "SELECT a.tenant_id, gen_random_uuid() AS id, 'allocation' AS kind, a.booked_on, a.allocated_at AS recorded_at,"
    " a.currency, p.customer_id, a.invoice_id, a.payment_id, 'customer_credit' AS one,"
    " a.amount_minor + a.charges_minor AS one_minor, 'receivables' AS two, -a.amount_minor AS two_minor,"
    " 'fees_and_interest' AS three, -a.charges_minor AS three_minor"
    " FROM allocations a JOIN payments p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id",
)


def upgrade() -> None:
    _payments()
    _allocations()
    _books()
    for table in KEPT:
        # The owner sees no rows while row-level security is forced on it.
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(CUSTOMERS)
    op.execute(ALLOCATED)
    for entries in BOOKED:
        op.execute(BOOK.format(entries=entries))
    for table in KEPT:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for column in ("customer_id", "unallocated_minor", "booked_on"):
        op.alter_column("payments", column, nullable=False)
    op.create_check_constraint(
        op.f("ck_payments_unallocated"), "payments", "unallocated_minor BETWEEN 0 AND amount_minor"
    )
    _balance()


def _balance() -> None:
    """At the end of each transaction the postings of an entry come to nothing, whoever wrote them and however."""
    # It runs as whoever writes, under the policies of the tenant.
    op.execute(
        "CREATE FUNCTION check_ledger_entry() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path = pg_catalog, pg_temp AS $$ DECLARE"
        "  tenant uuid := coalesce(NEW.tenant_id, OLD.tenant_id);"
        "  entry uuid := coalesce(NEW.entry_id, OLD.entry_id);"
        " BEGIN"
        "  IF EXISTS (SELECT FROM public.ledger_postings p JOIN public.ledger_entries e"
        "    ON e.tenant_id = p.tenant_id AND e.id = p.entry_id"
        "    WHERE p.tenant_id = tenant AND p.entry_id = entry"
        "    HAVING sum(p.amount_minor) <> 0 OR bool_or(p.currency <> e.currency)) THEN"
        "   RAISE EXCEPTION 'the ledger entry % does not balance', entry USING ERRCODE = 'check_violation',"
        "    TABLE = 'ledger_postings', CONSTRAINT = 'ledger_entry_balances';"
        "  END IF;"
        "  RETURN NULL;"
        " END $$"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT OR UPDATE OR DELETE ON ledger_postings"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_entry()"
    )


def _payments() -> None:
    op.add_column("payments", sa.Column("customer_id", sa.Uuid(), nullable=True))
    op.add_column("payments", sa.Column("unallocated_minor", sa.BigInteger(), nullable=True))
    op.add_column("payments", sa.Column("booked_on", sa.Date(), nullable=True))
    op.add_column("payments", sa.Column("reversed_on", sa.Date(), nullable=True))
    op.add_column("payments", sa.Column("reversal_reason", sa.Text(), nullable=True))
    op.alter_column("payments", "invoice_id", existing_type=sa.UUID(), nullable=True)
    op.drop_constraint(op.f("uq_payments_tenant_id_reference"), "payments", type_="unique")
    op.create_index("ix_payments_customer", "payments", ["tenant_id", "customer_id"], unique=False)
    op.create_index(
        "uq_payments_reference",
        "payments",
        ["tenant_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reversed_on IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_payments_tenant_id_customer_id"),
        "payments",
        "customers",
        ["tenant_id", "customer_id"],
        ["tenant_id", "id"],
    )
    # What was paid back to its customer, or recorded wrongly, is noted on it.
    op.execute("GRANT UPDATE ON payments TO zhidu_app")


def _allocations() -> None:
    op.create_table(
        "allocations",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("charges_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_allocations_tenant_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["payments.tenant_id", "payments.id"],
            name=op.f("fk_allocations_tenant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_allocations")),
    )
    op.create_index("ix_allocations_invoice", "allocations", ["tenant_id", "invoice_id"], unique=False)
    op.create_index("ix_allocations_payment", "allocations", ["tenant_id", "payment_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_refunds_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["payments.tenant_id", "payments.id"],
            name=op.f("fk_refunds_tenant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_refunds_tenant_id_reference")),
    )
    op.create_index("ix_refunds_customer", "refunds", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_refunds_payment", "refunds", ["tenant_id", "payment_id"], unique=False)
    guard("allocations", grants="SELECT, INSERT, UPDATE")
    guard("refunds", grants="SELECT, INSERT")


def _books() -> None:
    op.create_table(
        "book_closings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_book_closings_tenant_id_closed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reopened_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_book_closings_tenant_id_reopened_by_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_book_closings")),
    )
    op.create_index("ix_book_closings_closed_by", "book_closings", ["tenant_id", "closed_by_id"], unique=False)
    op.create_index("ix_book_closings_reopened_by", "book_closings", ["tenant_id", "reopened_by_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "cancellation",
                "payment",
                "payment_reversal",
                "allocation",
                "allocation_reversal",
                "refund",
                "write_off",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_ledger_entries_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "invoice_id"],
            ["invoices.tenant_id", "invoices.id"],
            name=op.f("fk_ledger_entries_tenant_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "payment_id"],
            ["payments.tenant_id", "payments.id"],
            name=op.f("fk_ledger_entries_tenant_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_booked", "ledger_entries", ["tenant_id", "booked_on", "id"], unique=False)
    op.create_index(
        "ix_ledger_entries_customer", "ledger_entries", ["tenant_id", "customer_id", "booked_on", "id"], unique=False
    )
    op.create_index("ix_ledger_entries_invoice", "ledger_entries", ["tenant_id", "invoice_id"], unique=False)
    op.create_index("ix_ledger_entries_payment", "ledger_entries", ["tenant_id", "payment_id"], unique=False)
    op.create_table(
        "ledger_postings",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "account",
            sa.Enum(
                "receivables",
                "bank",
                "customer_credit",
                "tax_payable",
                "revenue",
                "fees_and_interest",
                "write_offs",
                name="account",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["ledger_entries.tenant_id", "ledger_entries.id"],
            name=op.f("fk_ledger_postings_tenant_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_postings")),
    )
    op.create_index("ix_ledger_postings_account", "ledger_postings", ["tenant_id", "account"], unique=False)
    op.create_index("ix_ledger_postings_entry", "ledger_postings", ["tenant_id", "entry_id"], unique=False)
    guard("book_closings", grants="SELECT, INSERT, UPDATE")
    # Books are only ever added to.
    guard("ledger_entries", grants="SELECT, INSERT")
    guard("ledger_postings", grants="SELECT, INSERT")
