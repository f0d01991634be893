"""The deliberate exceptions to isolation, each with its reason; one that is not needed any more is an error itself."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from tests.isolation.catalog import Declared, Finding

T = TypeVar("T")

PLATFORM = {
    "accounts": "Signing in looks for an address before the company is known; a password's hash, no business.",
    "alembic_version": "Which migrations have run; the application reads it to tell whether it fits.",
    "sign_in_attempts": "Fingerprints of addresses that were tried, for a quarter of an hour, before anybody is known.",
    "signing_keys": "The installation's own keys, sealed; partners' tokens of every company are signed with them.",
    "tenants": "The list of companies: their names, zones, clocks. GraphQL shows each company its own row only.",
}
NOT_IN_ARCHIVES = {
    "access_tokens": "A copy of a company must not open the doors of the original.",
    "sessions": "As with personal tokens.",
    "oauth_client_secrets": "As with personal tokens.",
    "revoked_tokens": "It ends tokens of the original, which the copy never accepts.",
    "portal_accesses": "As with personal tokens: contacts' ways into the portal.",
    "archive_keys": "The key of an archive is kept outside of it.",
    "idempotency_keys": "What callers of the original were answered, secrets shown once among it.",
    "archives": "The list of archives tells of the original's store.",
    "search_entries": "Triggers make it anew of what comes back; its numbers hold for one company alone.",
}
DEFINERS = {
    "claim_agenda(integer,integer,double precision)": "A worker asks for work before it knows whose; only ids.",
    "claim_agenda_of(uuid,text[],integer,double precision)": "The same for the items of one company.",
    "search_entries_with(text[],text[],text[])": "The index of terms, whose operators are not leakproof; the caller's"
    " company's ids only, which are looked at again under the policies.",
    "parked_agenda()": "Whoever runs the installation asks how much waits for a person; companies' ids and counts.",
}
TELLING = "It calls out that somebody's access has changed, by the company's id and nothing else."
BALANCING = "It adds up an entry's postings as whoever writes them, under the policies, and can only refuse."
INDEXING = "It writes by what a row is found, as whoever writes the row, under the policies."
FOUND = ("contacts", "customers", "request_messages", "service_requests")
TOLD = (
    "access_tokens",
    "contacts",
    "member_roles",
    "members",
    "oauth_clients",
    "portal_accesses",
    "revoked_tokens",
    "roles",
    "sessions",
)

CATALOG: Mapping[Finding, str] = {
    **{Finding("platform_tables_are_named", name): reason for name, reason in PLATFORM.items()},
    **{Finding("archives_hold_everything", name): reason for name, reason in NOT_IN_ARCHIVES.items()},
    **{Finding("functions_are_named", name): reason for name, reason in DEFINERS.items()},
    **{Finding("nothing_but_tables", f"trigger on {name}"): TELLING for name in TOLD},
    Finding("nothing_but_tables", "trigger on ledger_postings"): BALANCING,
    **{Finding("nothing_but_tables", f"trigger on {name}"): INDEXING for name in FOUND},
    Finding("the_tenant_is_in_the_row", "accounts is the platform's and names a tenant"): PLATFORM["accounts"],
    Finding(
        "policies_are_strict", "agenda.claim_look"
    ): "What the functions about the agenda see; nobody logs in as the owner.",
    Finding("policies_are_strict", "agenda.claim_take"): "What the two claiming functions lease, likewise.",
    Finding("policies_are_strict", "search_entries.search_look"): "What the function that searches sees, likewise.",
    Finding("nobody_acts_as_another", "zhidu_app as zhidu_backup"): (
        "An archive is read as the read-only role, into which the application steps for one transaction."
    ),
    Finding("grants_are_few", "UPDATE (thread_id) on request_messages to zhidu_app"): (
        "What was said never changes; in whose history it stands does, when a request is merged into another."
    ),
}

# What PostgreSQL's policies are proved to keep apart, except for these: they are the owner's.
UNPROVEN = {
    "cross-tenant": {
        ("agenda", "claim_look"): "For the claiming functions only.",
        ("search_entries", "search_look"): "For the searching function only.",
    },
    "write": {("agenda", "claim_take"): "For the claiming functions only."},
}

# Rules of pgrls that speak of every guarded table by design.
LINT_EVERYWHERE = {
    "SEC007": "One permissive policy for each role is the whole form; our catalogue check finds a second one.",
    "SEC019": "current_setting with one argument is meant: without a tenant it fails loudly.",
    "SEC047": "It cannot tell composite references from single-column ones; our catalogue check can.",
}
LINT = {
    ("SEC005", "agenda.claim_look"): "The claiming functions' own policies, for the owner, who cannot log in.",
    ("SEC005", "agenda.claim_take"): "As above.",
    ("SEC008", "agenda.claim_look"): "As above.",
    ("SEC008", "agenda.claim_take"): "As above.",
    ("SEC028", "agenda.claim_take"): "As above.",
    ("SEC038", "agenda.claim_look"): "As above.",
    **{("SEC013", f"{name}.tell_access"): TELLING for name in TOLD},
    ("SEC013", "ledger_postings.ledger_entry_balances"): BALANCING,
    **{("SEC013", f"{name}.keep_search_entry"): INDEXING for name in FOUND},
    ("SEC014", "search_entries_with"): "Named, pinned and tested: it gives away ids of the caller's company only.",
    ("SEC005", "search_entries.search_look"): "As of the claiming functions.",
    ("SEC008", "search_entries.search_look"): "As above.",
    ("SEC038", "search_entries.search_look"): "As above.",
    ("SEC014", "claim_agenda"): "Named, pinned and tested: it gives away ids only.",
    ("SEC014", "claim_agenda_of"): "As above.",
    ("SEC014", "parked_agenda"): "Named, pinned and tested: it gives away ids and counts only.",
    (
        "SEC027",
        "customers",
    ): "Who looks after a customer does not own the record: colleagues with the permission see it.",
    ("SEC027", "imports"): "An import is its owner's: its module says so, inside the company.",
    ("SEC027", "exports"): "An export is its owner's: its module says so, inside the company.",
    ("SEC027", "saved_views"): "A view may be shared: its module says with whom, inside the company.",
}


def lint_exceptions(known: Declared) -> dict[tuple[str, str], str]:
    """The exceptions for pgrls, with what it says of tables that are the platform's by declaration."""
    open_tables = known.platform | known.system
    return LINT | {(rule, name): PLATFORM.get(name, "") for name in open_tables for rule in ("SEC001", "SEC049")}


def agree(found: Iterable[T], excused: Iterable[T]) -> None:
    """What was found is excused, and what is excused was found: both lists must come to nothing."""
    there, allowed = set(found), set(excused)
    new = sorted(there - allowed, key=str)
    assert new == [], f"neither in order nor excused in declarations.py: {new}"
    assert sorted(allowed - there, key=str) == [], "declarations.py excuses what is in order"
