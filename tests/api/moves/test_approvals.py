"""What can be done with approvals is known beforehand, as the mutations have it: in own and in others' seats."""

from functools import partial
from uuid import UUID, uuid4

from domain.approvals import commands
from domain.approvals.models import Approval
from domain.consequences import settle
from tenancy.actor import Actor
from tenancy.database import writing
from tenancy.refusals import Refusal
from tests.api.conftest import Ask
from tests.api.moves.agreeing import Tries, agree, done, said
from tests.domain.approvals.company import HEAD, HR, Company, entry, founded, lay_down, step, waiting
from tests.domain.approvals.company import ask as ask_for
from tests.domain.approvals.test_delegations import away

OWN_REQUEST = "Nobody decides on their own request."
NOBODY = "Nobody sits there who could be asked for haste; an administrator sees to it."
OVER = "Nothing waits to be decided any more."
TWO_VOICES = "You decide in this step yourself; nobody has two voices in it."
HELD = "Somebody else decides first; this seat waits until they have."


def tries(approval_id: UUID, seat_id: UUID, to: Actor) -> Tries:
    seat, here = {"task_id": seat_id}, {"approval_id": approval_id}
    passed_on = {**seat, "to_id": to.id}
    return {
        "APPROVE": ("approve", seat),
        "REJECT": ("reject", {**seat, "comment": "No"}),
        "RETURN": ("returnToRequester", {**seat, "comment": "Better"}),
        "RETURN_TO_STEP": ("returnToStep", {**seat, "step": 0, "comment": "Again"}),
        "TRANSFER": ("transfer", passed_on),
        "ADD_APPROVER": ("addApprover", {**passed_on, "before": True}),
        "REASSIGN": ("reassign", passed_on),
        "GO_ON": ("goOnWithApproval", {**seat, "take": True, "comment": "So"}),
        "RESOLVE_AGAIN": ("resolveApprovalAgain", {**here, "comment": "So"}),
        "WITHDRAW": ("withdrawApproval", here),
        "URGE": ("urgeApproval", here),
        "COMMENT": ("commentApproval", {**here, "comment": "Hm"}),
        "ATTACH": ("attachFile", {"subject_kind": "approvals", "subject_id": approval_id, "file_id": uuid4()}),
    }


async def seats(company: Company, approval: Approval) -> list[UUID]:
    return list((await waiting(company.admin, approval.id)).values())


async def test_approvals_say_what_the_mutations_do(ask: Ask, acme: Actor) -> None:
    company = await founded(acme)
    await lay_down(acme, step(HEAD), step(HR))
    approval = await ask_for(company.engineer)
    everybody = (company.engineer, company.head, acme)
    (seat,) = await seats(company, approval)
    all_agree = partial(agree, ask, "Approval", approval.id, but=("ATTACH",))
    await all_agree(tries(approval.id, seat, company.boss), *everybody)
    async with writing(company.engineer, settle=settle) as work:
        await commands.urge(work, approval_id=approval.id)
    await all_agree(tries(approval.id, seat, company.boss), *everybody)
    # The holder goes away and has the requester decide, who is told why they don't.
    await away(company.head, company.engineer)
    await all_agree(tries(approval.id, seat, company.boss), *everybody)
    assert (await said(ask, company.engineer, "Approval", approval.id))["APPROVE"] == [OWN_REQUEST]
    async with writing(company.head, settle=settle) as work:
        await commands.reject(work, task_id=seat, comment="No")
    # Of a seat that was decided nobody says more than that it was.
    over = await said(ask, company.head, "Approval", approval.id)
    assert [move for move, blockers in over.items() if not blockers] == ["COMMENT"]
    attach = tries(approval.id, seat, company.boss)["ATTACH"]
    assert over["ATTACH"] == [await done(company.head, *attach)]


async def test_it_is_returned_to_a_step_only_where_one_came_before(ask: Ask, acme: Actor, globex: Actor) -> None:
    one_by_one, side_by_side = await founded(acme), await founded(globex)
    await lay_down(acme, step(HEAD), step(HR))
    await lay_down(globex, step(HEAD, branch="a"), step(HR, branch="b"))
    for company, before in ((one_by_one, True), (side_by_side, False)):
        approval = await ask_for(company.engineer)
        first = (await waiting(company.admin, approval.id))[company.head.id]
        async with writing(company.head, settle=settle) as work:
            await commands.approve(work, task_id=first)
        seat = (await waiting(company.admin, approval.id))[company.hr.id]
        await agree(ask, "Approval", approval.id, tries(approval.id, seat, company.boss), company.hr, but=("ATTACH",))
        told = await said(ask, company.hr, "Approval", approval.id)
        assert (told["RETURN"], told["RETURN_TO_STEP"] == []) == ([], before)


async def test_nobody_passes_on_or_fills_a_seat_in_their_own_request(ask: Ask, acme: Actor, globex: Actor) -> None:
    passable, vacant = await founded(acme), await founded(globex)
    await lay_down(acme, step(HEAD, delegates_may_transfer=True))
    approval = await ask_for(passable.engineer)
    await away(passable.head, passable.engineer)
    await away(passable.hr, passable.colleague)
    (seat,) = await seats(passable, approval)
    people = passable.engineer, passable.head
    await agree(ask, "Approval", approval.id, tries(approval.id, seat, passable.boss), *people, but=("ATTACH",))
    assert (await said(ask, passable.engineer, "Approval", approval.id))["TRANSFER"] == [OWN_REQUEST]
    await lay_down(globex, step(entry("customer_owner"), when_vacant="stop"))
    stopped, of_others = await ask_for(globex), await ask_for(vacant.engineer)
    for each, blocked in ((stopped, [OWN_REQUEST]), (of_others, [])):
        (seat,) = await seats(vacant, each)
        await agree(ask, "Approval", each.id, tries(each.id, seat, vacant.boss), globex, but=("ATTACH",))
        told = await said(ask, globex, "Approval", each.id)
        assert told["REASSIGN"] == told["RESOLVE_AGAIN"] == blocked
    await agree(ask, "Approval", of_others.id, tries(of_others.id, seat, vacant.boss), vacant.engineer, but=("ATTACH",))
    assert (await said(ask, vacant.engineer, "Approval", of_others.id))["URGE"] == [NOBODY]
    # Once somebody sits there, they can be asked for haste; once they have decided, nobody comes into the seat.
    passed_on = {"task_id": seat, "to_id": vacant.boss.id or uuid4()}
    async with writing(globex, settle=settle) as work:
        await commands.reassign(work, **passed_on)
    assert (await said(ask, vacant.engineer, "Approval", of_others.id))["URGE"] == []
    taken = (await waiting(globex, of_others.id))[vacant.boss.id]
    for again, code in ((seat, "WRONG_STATE"), (taken, None)):
        refused = None
        try:
            async with writing(globex, settle=settle) as work:
                await commands.reassign(work, task_id=again, to_id=vacant.head.id or uuid4())
        except Refusal as refusal:
            refused = refusal.code
        assert refused == code
    (held,) = await seats(vacant, of_others)
    async with writing(vacant.head, settle=settle) as work:
        await commands.approve(work, task_id=held)
    for person in (vacant.head, vacant.hr):
        assert await done(globex, "reassign", {"task_id": held, "to_id": person.id}) == OVER
    assert (await said(ask, globex, "Approval", of_others.id))["REASSIGN"] == [OVER]


async def test_a_stand_in_with_a_seat_of_their_own_is_told_so(ask: Ask, acme: Actor, globex: Actor) -> None:
    """In both ways to treat a stand-in, with the own seat open, held and decided."""
    for admin, passable in ((acme, True), (globex, False)):
        company = await founded(admin)
        people = [entry("member", value=str(each.id)) for each in (company.head, company.hr)]
        await lay_down(admin, step(*people, mode="all", delegates_may_transfer=passable))
        approval = await ask_for(company.engineer)
        await away(company.head, company.hr)
        given = await waiting(admin, approval.id)
        seat, own = given[company.head.id], given[company.hr.id]
        all_agree = partial(agree, ask, "Approval", approval.id, but=("ATTACH",))
        await all_agree(tries(approval.id, own, company.boss), company.hr)
        async with writing(company.hr, settle=settle) as work:
            await commands.add_approver(work, task_id=own, to_id=company.boss.id or uuid4(), before=True)
        await all_agree(tries(approval.id, own, company.colleague), company.hr)
        told = await said(ask, company.hr, "Approval", approval.id)
        assert told["APPROVE"] == [TWO_VOICES, HELD]
        beside = (await waiting(admin, approval.id))[company.boss.id]
        await all_agree(tries(approval.id, beside, company.colleague), company.boss)
        for actor, which in ((company.boss, beside), (company.hr, own)):
            async with writing(actor, settle=settle) as work:
                await commands.approve(work, task_id=which)
        await all_agree(tries(approval.id, seat, company.colleague), company.hr, company.head)
        told = await said(ask, company.hr, "Approval", approval.id)
        assert [told[move] for move in ("APPROVE", "REJECT", "RETURN", "RETURN_TO_STEP")] == [[TWO_VOICES]] * 4
        assert (told["TRANSFER"] == []) is passable
        await in_the_inbox(ask, company.hr, 0)
        await in_the_inbox(ask, company.head, 1)


async def in_the_inbox(ask: Ask, actor: Actor, count: int) -> None:
    """So much waits for somebody, by every way of asking."""
    drawer = "waiting { totalCount nodes { waitingForMe tasks { mine } } }"
    waits = "approvals(filter: {waitingForMe: true}) { totalCount }"
    found = await ask.planned(actor, f"{{ approvalInbox {{ {drawer} mine {{ totalCount }} }} {waits} }}")
    assert found["approvalInbox"]["waiting"]["totalCount"] == found["approvals"]["totalCount"] == count
    assert len(found["approvalInbox"]["waiting"]["nodes"]) == count
    for node in found["approvalInbox"]["waiting"]["nodes"]:
        assert node["waitingForMe"]
        assert any(task["mine"] for task in node["tasks"])
