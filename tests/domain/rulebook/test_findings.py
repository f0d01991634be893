"""What is odd about a version in this company: limits that nothing meets, kinds that are not in use any more."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.catalogue import commands as catalogue
from domain.catalogue.rules import PriceBasis
from domain.consequences import settle
from domain.customers import commands as customers
from domain.kernel.permissions import Permission
from domain.kernel.terms import CustomerTier, Language
from domain.organisation import commands as organisation
from domain.policies import commands as policies
from domain.policies import queries as policies_queries
from domain.policies.models import Clause
from domain.policies.rules import exchange
from domain.policies.rules.findings import Severity
from domain.policies.rules.kinds import ServiceLevel
from domain.rulebook import queries
from tenancy.actor import Actor
from tenancy.database import reading, writing
from tenancy.members import Role
from tenancy.refusals import Invalid, NotFound
from tests.conftest import found_company
from tests.domain.approvals.company import founded
from tests.domain.policies.examples import EXAMPLES
from tests.domain.policies.handbooks import OFFICE_HOURS, draft, write

CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
CONFIRM = {"after_working_days": 3}
ODD_SCOPES = {"UNKNOWN_SERVICE_LINE", "UNKNOWN_SLA_CLASS", "NO_SUCH_CUSTOMERS", "EMPTY_SCOPE"}


async def found(actor: Actor, *clauses: Any) -> list[tuple[str, str | None]]:
    """What is odd about the scopes of a draft with these clauses."""
    async with writing(actor, settle=settle) as work:
        version = await draft(work, CALENDAR, *clauses)
    async with reading(actor) as work:
        findings = await queries.findings(work, version.id)
    assert all(each.severity is not Severity.ERROR for each in findings)
    return [(each.code, each.number) for each in findings if each.code in ODD_SCOPES]


async def test_lines_and_classes_are_those_of_the_company_s_own_catalogue(acme: Actor, globex: Actor) -> None:
    third = await found_company()
    for actor, code in ((acme, "operations"), (globex, "training")):
        async with writing(actor, settle=settle) as work:
            line = await catalogue.create_line(work, code=code, name={"en": code})
            await catalogue.create_offering(
                work,
                line_id=line.id,
                code="x",
                name={"en": "X"},
                sla_class=f"{code}_gold",
                price_basis=PriceBasis.FIXED,
            )
    clauses = (
        ("3.1", "auto_confirm", CONFIRM, {"service_line": "operations"}),
        ("3.2", "service_level", EXAMPLES["service_level"], {"sla_class": "operations_gold"}),
    )
    assert await found(acme, *clauses) == []
    strange = [("UNKNOWN_SERVICE_LINE", "3.1"), ("UNKNOWN_SLA_CLASS", "3.2")]
    assert await found(globex, *clauses) == strange
    assert await found(third, *clauses) == strange


async def test_a_limit_to_customers_nobody_has_or_a_post_nobody_holds_is_a_hint(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        post = await organisation.create_post(work, name="Pilot")
    clauses = (
        ("3.1", "auto_confirm", CONFIRM, {"customer_tier": "key"}),
        ("4.1", "notice_period", {"days": 30}, {"post_id": str(post.id)}),
    )
    # Who has no customers at all is only beginning.
    assert await found(acme, *clauses) == [("EMPTY_SCOPE", "4.1")]
    async with writing(acme, settle=settle) as work:
        await customers.create_customer(
            work, name="Somebody", tier=CustomerTier.STANDARD, language=Language.EN, billing_email="a@example.com"
        )
    assert await found(acme, *clauses) == [("NO_SUCH_CUSTOMERS", "3.1"), ("EMPTY_SCOPE", "4.1")]


async def test_a_post_of_another_company_is_none(acme: Actor, globex: Actor) -> None:
    async with writing(globex, settle=settle) as work:
        post = await organisation.create_post(work, name="Pilot")
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
        with pytest.raises(NotFound):
            await write(work, version.id, "4.1", "notice_period", {"days": 1}, scope={"post_id": str(post.id)})
        work.add(
            Clause(
                version_id=version.id,
                number="4.1",
                position="0004.0001",
                kind="notice_period",
                value={"days": 30},
                scope={"post_id": str(post.id)},
                title={},
                text={},
            )
        )
        (refusal,) = await policies_queries.findings(work, version.id)
        assert (refusal.code, refusal.path) == ("UNKNOWN_SCOPE", ("clauses", "4.1", "scope", "post_id"))


async def test_a_clause_of_a_kind_that_is_gone_is_shown_and_exported_but_not_published_again(acme: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        version = await draft(work, CALENDAR)
        work.add(
            Clause(
                version_id=version.id,
                number="2.1",
                position="0002.0001",
                kind="service_tree",
                value={"lines": [{"code": "operations"}]},
                scope={},
                title={"en": "Lines", "zh_Hans": "Lines", "zh_Hant": "Lines"},
                text={"en": "", "zh_Hans": "", "zh_Hant": ""},
            )
        )
    async with reading(acme) as work:
        assert "RETIRED_KIND" in [each.code for each in await queries.findings(work, version.id)]
        assert await policies_queries.rules_of(work, ServiceLevel, version_id=version.id) == []
        assert (await queries.document(work, version.id)).content.clauses[1].kind == "service_tree"
        (one, gone) = await queries.coverage(work, version.id, since=work.now, until=work.now)
        assert (one.kind, gone.kind) == ("business_calendar", "service_tree")
        written = await queries.exported(work, version.id)
        assert "service_tree" in written
        with pytest.raises(Invalid):
            exchange.read(written)
    with pytest.raises(Invalid) as refused:
        async with writing(acme, settle=settle) as work:
            await policies.submit_version(work, version_id=version.id)
    assert refused.value.code == "RETIRED_KIND"
    async with writing(acme, settle=settle) as work:
        await policies.remove_clause(work, version_id=version.id, number="2.1")
        await policies.submit_version(work, version_id=version.id)


def chain(*approvers: dict[str, Any], **more: Any) -> tuple[str, str, dict[str, Any]]:
    step = {"name": {"en": "S"}, "approvers": list(approvers), **more}
    return ("5.1", "approval_chain", {"subject_kind": "resignations", "steps": [step]})


async def told(actor: Actor, *clauses: Any) -> list[str]:
    async with writing(actor, settle=settle) as work:
        version = await draft(work, CALENDAR, *clauses)
    async with reading(actor) as work:
        return [each.code for each in await queries.findings(work, version.id) if each.number == "5.1"]


async def test_a_quorum_above_the_seats_of_this_company_is_warned_of(acme: Actor, globex: Actor) -> None:
    await founded(acme)
    superior, engineers = {"by": "superior", "level": 1}, {"by": "post", "value": "Engineer"}
    # Three engineers who may decide, and one superior.
    assert await told(acme, chain(superior, engineers, mode="quorum", quorum=4)) == []
    assert await told(acme, chain(superior, engineers, mode="quorum", quorum=5)) == ["QUORUM_ABOVE_SEATS"]
    async with writing(globex, settle=settle) as work:
        await organisation.create_post(work, name="Engineer")
    found = await told(globex, chain(superior, engineers, mode="quorum", quorum=4))
    assert "QUORUM_ABOVE_SEATS" in found


async def test_a_quorum_that_can_never_be_reached_keeps_a_version_from_being_published(
    acme: Actor, globex: Actor
) -> None:
    """Where the seats are those of people by name; posts may get more holders, in whichever company."""
    people, others, third = await founded(acme), await founded(globex), await founded(await found_company())
    named = [{"by": "member", "value": str(each.id)} for each in (people.hr, people.boss, people.boss)]
    superior = {"by": "superior", "level": 1}
    panel = ("6.2.1", "expert_panel", {"name": "Panel", "members": named[:1]})
    experts = {"by": "expert_panel", "value": "Panel"}
    review = ("5.1", "expert_review", EXAMPLES["expert_review"] | {"panel": "Panel", "least_experts": 2})
    posts = [{"by": "post", "value": "Director"}]
    for admin, refused, clauses in (
        (acme, True, [chain(*named, superior, mode="quorum", quorum=4)]),
        (acme, True, [panel, chain(experts, superior, mode="quorum", quorum=3)]),
        (acme, True, [panel, review]),
        (acme, False, [chain(*named, superior, mode="quorum", quorum=3)]),
        (globex, False, [chain(*posts, superior, mode="quorum", quorum=4)]),
        (third.admin, False, [chain(*posts, mode="quorum", quorum=1)]),
    ):
        async with writing(admin, settle=settle) as work:
            version = await draft(work, CALENDAR, *clauses)
        async with reading(admin) as work:
            found = [each for each in await queries.findings(work, version.id) if each.code == "QUORUM_ABOVE_SEATS"]
        assert [each.severity is Severity.ERROR for each in found] == ([True] if refused else [False] * len(found))
        assert len(found) == (1 if refused or admin is others.admin else 0)
        code = None
        try:
            async with writing(admin, settle=settle) as work:
                await policies.submit_version(work, version_id=version.id)
        except Invalid as refusal:
            code = refusal.code
        assert code == ("QUORUM_ABOVE_SEATS" if refused else None)


async def test_more_experts_than_their_panel_has_are_warned_of(acme: Actor) -> None:
    await founded(acme)
    panel = ("6.2.1", "expert_panel", {"name": "Panel", "members": [{"by": "post", "value": "Engineer"}]})
    for least, codes in ((3, []), (4, ["QUORUM_ABOVE_SEATS"])):
        review = ("5.1", "expert_review", EXAMPLES["expert_review"] | {"panel": "Panel", "least_experts": least})
        assert await told(acme, panel, review) == codes


async def test_where_only_the_requester_may_decide_it_is_said_beforehand(acme: Actor, globex: Actor) -> None:
    administrators = {"by": "administrator"}
    assert await told(acme, chain(administrators)) == ["NOBODY_LEFT"]
    await founded(globex)
    assert await told(globex, chain(administrators)) == []
    third = await found_company()
    async with writing(third, settle=settle) as work:
        for role in await work.all(select(Role)):
            role.permissions = [each for each in role.permissions if each != Permission.APPROVALS_DECIDE]
    assert "NOBODY_DECIDES" in await told(third, chain(administrators))


async def test_records_in_conditions_that_the_company_has_not_are_told(acme: Actor, globex: Actor) -> None:
    async with writing(acme, settle=settle) as work:
        sales = (await organisation.create_department(work, name="Sales")).id
        known = await customers.create_customer(
            work, name="Harbour", tier=CustomerTier.KEY, language=Language.EN, billing_email="b@harbour.hk"
        )
    compared = {"fact": "department_id", "operator": "one_of", "value": [str(sales)]}
    step = {"name": {"en": "S"}, "approvers": [{"by": "administrator"}]}
    chain = {
        "subject_kind": "contracts",
        "steps": [step | {"when": f"customer_id == '{known.id}'"}, step | {"only_if": [compared]}, step],
    }
    told = {}
    # What the one has, the other has not.
    for actor in (acme, globex):
        async with writing(actor, settle=settle) as work:
            version = await draft(work, CALENDAR, ("5.1", "approval_chain", chain))
        async with reading(actor) as work:
            odd = [each for each in await queries.findings(work, version.id) if each.code == "UNKNOWN_RECORD"]
        told[actor.tenant_id] = [(each.values["step"], each.values["id"]) for each in odd]
    assert told == {acme.tenant_id: [], globex.tenant_id: [(1, str(known.id)), (2, str(sales))]}
