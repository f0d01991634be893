"""Every permission a role may hold and a token may be limited to; one word names the module and the act."""

from collections.abc import Sequence
from enum import StrEnum

from tenancy.refusals import Invalid, message


class Permission(StrEnum):
    """What somebody may do. Tenants group these into roles; partners' scopes carry the same words."""

    TENANT_ADMINISTER = "tenant.administer"
    CLOCK_ADVANCE = "clock.advance"
    JOURNAL_READ = "journal.read"
    AGENDA_READ = "agenda.read"
    AGENDA_RELEASE = "agenda.release"

    MEMBERS_READ = "members.read"
    MEMBERS_MANAGE = "members.manage"
    ACCESS_MANAGE = "access.manage"
    WEBHOOKS_MANAGE = "webhooks.manage"

    ORGANISATION_READ = "organisation.read"
    ORGANISATION_MANAGE = "organisation.manage"

    POLICIES_READ = "policies.read"
    POLICIES_DRAFT = "policies.draft"
    POLICIES_PUBLISH = "policies.publish"

    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_MANAGE = "customers.manage"

    CATALOGUE_READ = "catalogue.read"
    CATALOGUE_MANAGE = "catalogue.manage"

    APPROVALS_READ_ALL = "approvals.read_all"
    APPROVALS_DECIDE = "approvals.decide"
    APPROVALS_ADMINISTER = "approvals.administer"

    PRESALES_READ = "presales.read"
    PRESALES_QUOTE = "presales.quote"

    CONTRACTS_READ = "contracts.read"
    CONTRACTS_MANAGE = "contracts.manage"
    CONTRACTS_SIGN = "contracts.sign"
    # To report usage, which is billed; for programs that count.
    CONTRACTS_METER = "contracts.meter"

    REQUESTS_READ = "requests.read"
    REQUESTS_READ_ALL = "requests.read_all"
    REQUESTS_SUBMIT = "requests.submit"
    REQUESTS_ASSIGN = "requests.assign"
    REQUESTS_WORK = "requests.work"
    REQUESTS_CONFIRM = "requests.confirm"

    OPERATIONS_PLAN = "operations.plan"

    MAIL_READ = "mail.read"
    MAIL_RELEASE = "mail.release"
    MAIL_MANAGE = "mail.manage"

    FEEDBACK_READ = "feedback.read"
    FEEDBACK_READ_ALL = "feedback.read_all"
    FEEDBACK_SUBMIT = "feedback.submit"
    FEEDBACK_HANDLE = "feedback.handle"
    FEEDBACK_MANAGE = "feedback.manage"

    BILLING_READ = "billing.read"
    BILLING_INVOICE = "billing.invoice"
    BILLING_COLLECT = "billing.collect"
    BILLING_CLOSE = "billing.close"

    PEOPLE_READ_ALL = "people.read_all"
    PEOPLE_RESIGN = "people.resign"
    PEOPLE_MANAGE = "people.manage"

    QUALITY_READ = "quality.read"
    QUALITY_MANAGE = "quality.manage"

    VIEWS_SHARE = "views.share"

    BACKUPS_READ = "backups.read"
    BACKUPS_RUN = "backups.run"


class PortalGrant(StrEnum):
    """What a customer's person may see in the portal, beside what they have asked for themselves. No role holds it."""

    USE = "portal.use"
    # All that their company has asked for, and not only what they have.
    COMPANY = "portal.company"
    QUOTATIONS = "portal.quotations"
    INVOICES = "portal.invoices"
    SURVEYS = "portal.surveys"


# Who stands inside where requests are concerned; whoever only asks stands outside.
WORKS_ON_REQUESTS = (Permission.REQUESTS_WORK, Permission.REQUESTS_ASSIGN, Permission.REQUESTS_READ_ALL)

KNOWN = frozenset(Permission)


def known(words: Sequence[str], *path: str) -> Sequence[str]:
    """The words, each of which is a permission. Raises `Invalid` at the place of the first that is none."""
    for place, word in enumerate(words):
        if word not in KNOWN:
            text = message("There is no permission “{word}”. There are: {known}.")
            raise Invalid(text, {"word": word[:60], "known": ", ".join(Permission)}, (*path, str(place)))
    return words
