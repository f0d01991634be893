"""Automatic renewal: by how much a contract renews, and the day on which it does unless notice was given (CT-3)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.contracts import queries, rules
from domain.contracts.commands.versions import agree
from domain.contracts.events import ContractRenewed
from domain.contracts.models import Contract, ContractTerms
from domain.contracts.rules.amendments import Origin, Part, Version
from domain.kernel.subjects import Subject, SubjectKind
from domain.policies import commands as policies_commands
from domain.policies import queries as policies
from domain.policies.rules.kinds import ContractRenewal
from tenancy.work import Work


async def set_renewal(work: Work, contract: Contract, wished_months: int | None) -> None:
    """By how much it renews: as wished, 0 for not at all; else as the clause of its handbook version says.

    What has no last day has nothing to renew.
    """
    contract.renewal_clause_id = contract.renewal_months = contract.most_renewals = None
    if contract.ends_on is None:
        return
    if wished_months is not None:
        contract.renewal_months = wished_months or None
        return
    found = await policies.find_rule(
        work, ContractRenewal, scope=queries.case_of(contract), version_id=contract.handbook_version_id
    )
    if found is None:
        return
    contract.renewal_clause_id = found.clause.clause_id
    contract.renewal_months, contract.most_renewals = found.value.renews_by_months, found.value.most_renewals


async def renew(work: Work, contract: Contract) -> None:
    """Let it renew as often as the last day for notice has passed by now; each time is a version of what holds."""
    versions = await queries.terms_of(work, contract)
    while (day := renews_on(contract, versions)) is not None and rules.begins_at(day, work.opening.zone) <= work.now:
        assert contract.ends_on is not None
        assert contract.renewal_months is not None
        before, contract.ends_on = contract.ends_on, rules.renewed(contract.ends_on, contract.renewal_months)
        contract.renewals += 1
        contract.reminders = 0
        term = {"ends_on": contract.ends_on, "notice_days": contract.notice_days}
        await agree(work, contract, [Version(day, term)], Origin.RENEWAL)
        await _cite(work, contract, before)
        work.record(ContractRenewed(contract_id=contract.id, renewals=contract.renewals), about=contract)
        versions = await queries.terms_of(work, contract)


def renews_on(contract: Contract, versions: Sequence[ContractTerms]) -> date | None:
    """The day on which it renews unless notice is given before; None where it doesn't, or its term is agreed anew."""
    if contract.ends_on is None or not rules.renews(contract.renewal_months, contract.most_renewals, contract.renewals):
        return None
    if contract.terminated_on is not None:
        return None
    day = max(rules.last_safe_day(contract.ends_on, contract.notice_days) + timedelta(days=1), contract.starts_on)
    changes = any(Part.TERM.value in each.parts and each.effective_on > day for each in versions)
    return None if changes else day


async def next_renewal_at(work: Work, contract: Contract) -> datetime | None:
    """When it renews, in UTC."""
    day = renews_on(contract, await queries.terms_of(work, contract))
    return rules.begins_at(day, work.opening.zone) if day is not None else None


async def _cite(work: Work, contract: Contract, before: date) -> None:
    if contract.renewal_clause_id is None or contract.handbook_version_id is None:
        return
    clause = await policies.rule_by_clause(
        work, ContractRenewal, clause_id=contract.renewal_clause_id, version_id=contract.handbook_version_id
    )
    policies_commands.cite(
        work,
        clause,
        about=Subject(SubjectKind.CONTRACT, contract.id),
        decision="contracts.renewal",
        inputs={"ends_on": before, "renewals": contract.renewals - 1},
        result={"ends_on": contract.ends_on},
    )
