"""A refusal by a clause links to it with its number and its heading, in the language of whoever is refused."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.errors import of_refusal
from tenancy.refusals import ClauseReference, Refusal
from tests.api.billing.test_dunning_by_graphql import bill
from tests.domain.billing.office import STRICT, open_office

pytestmark = pytest.mark.usefixtures("pool")

HOLD = """mutation($input: PlaceHoldInput!) { placeHold(input: $input) {
  errors { code clause { number title versionNumber } } } }"""


async def test_the_heading_of_the_clause_is_in_the_reader_s_language(ask: Any) -> None:
    office = await open_office(STRICT)
    invoice = await bill(ask, office)
    dispute = {"kind": "DISPUTE", "reason": "The hours are wrong.", "invoiceId": invoice["id"]}
    shown = '{ handbookVersions { nodes { clauses(filter: {number: {eq: "7.1"}}) { nodes { number title } } } } }'
    for language in ("en", "zh_Hans", "zh_Hant"):
        reader = replace(office.admin, language=language)
        [error] = (await ask(reader, HOLD, input=dispute))["placeHold"]["errors"]
        [version] = (await ask(reader, shown))["handbookVersions"]["nodes"]
        [clause] = version["clauses"]["nodes"]
        assert clause["title"]
        assert error == {"code": "HOLD_NOT_PROVIDED", "clause": {**clause, "versionNumber": "1"}}


def test_a_refusal_outside_of_a_payload_has_the_heading_too() -> None:
    clause = ClauseReference(uuid4(), "5.1", uuid4(), "3", {"zh_Hans": "审批", "en": "Approval"})
    for language, title in (("en", "Approval"), ("zh_Hans", "审批"), ("zh_Hant", "审批")):
        found = of_refusal(Refusal("No.", clause=clause), language)
        assert found["extensions"]["clause"] == {"number": "5.1", "title": title, "version": "3"}
