"""What can be done with a version is told beforehand, with what keeps one from it, as the commands have it."""

from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tests.conftest import found_company
from tests.domain.policies.handbooks import OFFICE_HOURS, in_force
from tests.domain.policies.test_versions import colleague, submitted

MOVES = """query($id: ID!) { handbookVersion(id: $id) { allowedMoves {
  move allowed blockers { code message clause { number } } } } }"""
DISCARD = """mutation($id: ID!) { discardVersion(input: {versionId: $id, reason: "x"}) {
  version { state control allowedMoves { move allowed } } errors { code } } }"""
CALENDAR = ("1.1", "business_calendar", OFFICE_HOURS)
CHAIN = (
    "1.2",
    "approval_chain",
    {
        "subject_kind": "handbook_versions",
        "purpose": "publish",
        "steps": [{"name": {"en": "Administrators"}, "approvers": [{"by": "administrator"}]}],
    },
)


async def moves(ask, actor: Actor, version_id) -> dict[str, list[str]]:
    found = (await ask(actor, MOVES, id=str(version_id)))["handbookVersion"]["allowedMoves"]
    assert all(move["allowed"] is not bool(move["blockers"]) for move in found)
    return {move["move"]: [blocker["code"] for blocker in move["blockers"]] for move in found}


async def test_a_version_in_review_offers_what_the_commands_would_do(ask, acme: Actor, globex: Actor) -> None:
    version_id = await submitted(acme)
    alone = await moves(ask, acme, version_id)
    assert [move for move, blocked in alone.items() if not blocked] == ["REVIEW", "RETURN", "PUBLISH"]
    other = await colleague(acme, Permission.POLICIES_PUBLISH, Permission.POLICIES_READ)
    assert (await moves(ask, acme, version_id))["PUBLISH"] == ["OWN_VERSION", "NEEDS_REVIEW"]
    found = await moves(ask, other, version_id)
    assert found["EDIT"] == ["FORBIDDEN", "WRONG_STATE"]
    assert found["PUBLISH"] == ["NEEDS_REVIEW"]
    assert found["WITHDRAW"] == ["WRONG_STATE"]
    assert (await ask(globex, MOVES, id=str(version_id)))["handbookVersion"] is None


async def test_where_a_chain_decides_the_blocker_names_its_clause(ask, acme: Actor, globex: Actor) -> None:
    third = await found_company()
    # A company of one publishes in spite of its chain, since it has nobody to ask.
    for company, clauses, others, blocked in (
        # Neither that it is one's own nor that nobody has reviewed it matters where the chain decides.
        (acme, (CALENDAR, CHAIN), (Permission.POLICIES_PUBLISH,), ["1.2"]),
        (globex, (CALENDAR, CHAIN), (), []),
        (third, (CALENDAR,), (Permission.POLICIES_READ,), []),
    ):
        await in_force(company, *clauses)
        for permission in others:
            await colleague(company, permission, Permission.POLICIES_READ)
        version_id = await submitted(company)
        found = (await ask(company, MOVES, id=str(version_id)))["handbookVersion"]["allowedMoves"]
        (publish,) = [move for move in found if move["move"] == "PUBLISH"]
        assert [blocker["clause"]["number"] for blocker in publish["blockers"]] == blocked


async def test_what_has_taken_effect_is_not_withdrawn_and_a_draft_is_given_up(ask, acme: Actor) -> None:
    version_id = await in_force(acme, CALENDAR)
    assert (await moves(ask, acme, version_id))["WITHDRAW"] == ["TOOK_EFFECT"]
    copied = """mutation($id: ID!) { draftVersion(input: {
      title: {en: "H"}, documentNumber: "H", copyFromId: $id}) { version { id allowedMoves { move allowed } } } }"""
    draft = (await ask(acme, copied, id=str(version_id)))["draftVersion"]["version"]
    assert [move["move"] for move in draft["allowedMoves"] if move["allowed"]] == ["EDIT", "SUBMIT", "DISCARD"]
    drafter = await colleague(acme, Permission.POLICIES_DRAFT, Permission.POLICIES_READ)
    assert (await moves(ask, drafter, draft["id"]))["DISCARD"] == ["NOT_YOURS"]
    assert (await ask(drafter, DISCARD, id=draft["id"]))["discardVersion"]["errors"] == [{"code": "NOT_YOURS"}]
    done = (await ask(acme, DISCARD, id=draft["id"]))["discardVersion"]
    assert done["errors"] == []
    assert (done["version"]["state"], done["version"]["control"]) == ("DISCARDED", "DISCARDED")
    assert not any(move["allowed"] for move in done["version"]["allowedMoves"])


async def test_the_wording_of_a_clause_is_kept_unless_it_is_null(ask, acme: Actor) -> None:
    made = await ask(
        acme,
        """mutation { draftVersion(input: {title: {en: "H"}, documentNumber: "H"}) {
      version { id } } }""",
    )
    clause = {
        "versionId": made["draftVersion"]["version"]["id"],
        "number": "1",
        "kind": "provision",
        "value": {},
        "title": {"en": "Attitude"},
    }
    put = """mutation($input: PutClauseInput!) { putClause(input: $input) { clause { text } errors { code } } }"""
    said = []
    for more in ({"text": {"en": "Be polite."}}, {}, {"text": None}):
        said.append((await ask(acme, put, input={**clause, **more}))["putClause"]["clause"]["text"])
    assert said == ["Be polite.", "Be polite.", ""]


async def test_a_version_tells_what_was_decided_about_it(ask, acme: Actor) -> None:
    await in_force(acme, CALENDAR, ("1.2", "publishing_rules", {"least_days_before_effect": 3}))
    version_id = await in_force(acme, CALENDAR)
    asked = """query($id: ID!) { handbookVersion(id: $id) { decisions { nodes { decision clause { number } } } } }"""
    found = (await ask(acme, asked, id=str(version_id)))["handbookVersion"]["decisions"]["nodes"]
    assert found == [{"decision": "policies.effective_at", "clause": {"number": "1.2"}}]
