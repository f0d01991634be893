"""Layer 4: every place of the schema that takes an id, a cursor or a filter, with another company's values."""

from collections.abc import AsyncIterator

import pytest

from api import writing as writer
from api.schema import bulk
from tests.isolation.conftest import Ground, housed
from tests.isolation.coordinates import coordinates
from tests.isolation.graphql_cases import cases
from tests.isolation.graphql_walk import Walker, forgetting

CASES = {case.name: case for case in cases()}
# Where the victim's own id makes no difference to the victim either, so that the case alone proves little.
WITHOUT_EFFECT = {
    "Query.simulateApproval(subjectKind)": "The house's own words; others are refused alike.",
    "Query.simulateApproval(purpose)": "The same.",
    "Query.simulateApproval(requesterId)": "The sample subject is no word of the house, so it is refused before.",
    "Query.simulateApproval(versionId)": "The same.",
    "Query.mayCall(mutation)": "The house's own words; there is no mutation of another name.",
    "Query.ageing(customerId)": "The sample's postings are of nothing, and what is settled is not listed.",
    "Mutation.draftContractAmendment(input.text.instalments.instalmentId)": "The sample contract is not signed yet.",
    "Mutation.changeContractAmendment(input.text.instalments.instalmentId)": "The same: its amendments can't change.",
    "Mutation.commentRequest(input.mentionIds)": "The sample is said publicly, where nobody is mentioned.",
    "Mutation.signSiteVisit(input.fileId)": "The sample visit is not reported, so nothing is signed before.",
    "Mutation.sendRequirements(input.contactId)": "The sample inquiry was not contacted yet.",
    "Mutation.sendSolution(input.contactId)": "The sample solution is not approved yet.",
    "Mutation.saveView(input.filter) of customers": "A filter may name anything; what it finds, the list decides.",
    "Mutation.changeView(input.filter) of customers": "The same.",
    "Mutation.portalSubmit(input.fileIds)": "The sample handbook has no matrix, so nothing is submitted before.",
    "Mutation.addApprover(input.toId)": "The sample's seat was added itself; whom one may ask, transferring tells.",
    "Mutation.reassign(input.toId)": "The sample's case is the caller's own; whom a seat goes to, transferring tells.",
    "Mutation.putClause(input.value) of members": "A draft may name anybody; who decides is looked up by the chain.",
}


@pytest.fixture(scope="module", autouse=True)
async def at_home(pool: None, ground: Ground) -> AsyncIterator[None]:
    """The product's doors lead to the database of these tests; nothing that is changed there is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "writing", forgetting)
        patch.setattr(bulk, "writing", forgetting)
        async with housed(ground, 4):
            yield


def test_every_coordinate_has_a_case() -> None:
    walked = {str(case.coordinate) for case in CASES.values()}
    missing = {str(coordinate) for coordinate in coordinates()} - walked
    assert missing == {"Subscription.changed(names)", "Subscription.changed(subjectId)"}


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_foreign_value_is_as_good_as_none(walker: Walker, name: str) -> None:
    verdict = await walker.judge(CASES[name])
    assert verdict.wrong == []
    assert verdict.matters is (name not in WITHOUT_EFFECT), "a case must be able to fail, or be named with its reason"
