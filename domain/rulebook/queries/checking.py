"""What keeps a version from being published, and what is odd about it in this company."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.catalogue import queries as catalogue
from domain.customers import queries as customers
from domain.kernel.lifecycle import Labels
from domain.organisation import queries as organisation
from domain.policies import queries as policies
from domain.policies.rules import linting
from domain.policies.rules.findings import Finding, Severity
from domain.policies.rules.handbooks import Handbook
from domain.policies.rules.versions import State
from domain.policies.rules.words import word
from domain.rulebook.queries.chains import chain_findings
from tenancy.refusals import message
from tenancy.work import Work


async def findings(work: Work, version_id: UUID) -> list[Finding]:
    """All that keeps a version from being published, then all that is odd about it by the order of its clauses."""
    await policies.seen(work, version_id, "versionId")
    version = await policies.version(work, version_id)
    errors = [Finding.of(refusal) for refusal in await policies.findings(work, version_id)]
    if version.state is State.DRAFT and (unchanged := await policies.unchanged(work, version)) is not None:
        errors.append(Finding.of_whole(unchanged))
    book = await policies.handbook(work, version_id)
    content = await policies.content(work, version_id)
    today = work.now.astimezone(ZoneInfo(work.opening.zone)).date()
    odd = linting.lint(book.clauses, {clause.number: clause for clause in content.clauses}, today)
    return told_once([*errors, *odd, *await _strange_scopes(work, book), *await chain_findings(work, book)])


def told_once(found: Sequence[Finding]) -> list[Finding]:
    """The findings in their order, each sentence about a clause once: a chain may name the same in several steps."""
    said: dict[tuple[str, str | None, str, str], Finding] = {}
    for each in found:
        said.setdefault((each.code, each.number, each.text, repr(sorted(each.values.items()))), each)
    return list(said.values())


async def _strange_scopes(work: Work, book: Handbook) -> list[Finding]:
    """Limits that no case of this company meets at present."""
    limited = [clause for clause in book.clauses if clause.scope.dimensions]
    if not limited:
        return []
    known, tiers = await catalogue.codes(work), await customers.tiers(work)
    found = []
    for clause in limited:
        scope, number = clause.scope, clause.number
        if scope.service_line is not None and scope.service_line not in known.lines:
            text = message("Clause {number}: the service catalogue has no line “{line}”.")
            values = {"number": number, "line": scope.service_line}
            found.append(Finding(Severity.WARNING, "UNKNOWN_SERVICE_LINE", number, text, values))
        if scope.sla_class is not None and scope.sla_class not in known.sla_classes:
            text = message("Clause {number}: nothing in the service catalogue is of the class “{sla_class}”.")
            values = {"number": number, "sla_class": scope.sla_class}
            found.append(Finding(Severity.WARNING, "UNKNOWN_SLA_CLASS", number, text, values))
        if scope.customer_tier is not None and tiers and scope.customer_tier not in tiers:
            text = message("Clause {number}: the company has no {customers} at present.")
            tier = {"number": number, "customers": Labels((word(scope.customer_tier),))}
            found.append(Finding(Severity.HINT, "NO_SUCH_CUSTOMERS", number, text, tier))
        if scope.post_id is not None and not await organisation.holders(work, scope.post_id):
            text = message("Clause {number}: nobody holds the post that it is limited to.")
            found.append(Finding(Severity.HINT, "EMPTY_SCOPE", number, text, {"number": number}))
    return found
