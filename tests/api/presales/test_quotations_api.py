"""Quotations by GraphQL: from the draft to the answer, what can be done, and what others see."""

from typing import Any

import pytest

from tests.conftest import found_company
from tests.domain.presales.company import Company, chain, decide, founded, limit

FIELDS = """id number version state total { amount currency } discount { amount } discountPercent validUntilOn validDays
  lines { position kind description unit quantity unitPrice { amount } discountPercent taxPercent net { amount }
    tax { amount } }
  approval { state } clause { number } decisions(first: 5) { nodes { decision clause { number } } }
  allowedMoves { move allowed blockers { code message clause { number } earliestAt } }"""
DRAFT = f"""mutation($input: DraftQuotationInput!) {{ draftQuotation(input: $input) {{
  quotation {{ {FIELDS} }} errors {{ code path message }} }} }}"""
LIST = (
    f"query($filter: QuotationFilter) {{ quotations(filter: $filter, first: 5) {{ totalCount nodes {{ {FIELDS} }} }} }}"
)


def move(name: str, more: str = "") -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation($id: ID!{", $more: String!" if more else ""}) {{ {name}(input: {{quotationId: $id{more}}}) {{
      quotation {{ id version state answeredBy }} errors {{ code path clause {{ number }} }} }} }} # {kind}"""


@pytest.fixture
async def company(pool: None) -> Company:
    """Ten per cent are free, thirty the most."""
    return await founded(("6.3", limit("10", "30", valid_days=20)), ("6.4", chain("quotations")))


def offer(company: Company, discount: str = "20") -> dict[str, Any]:
    return {
        "customerId": str(company.key_id),
        "contactId": str(company.contact_id),
        "title": "Portal",
        "currency": "CNY",
        "lines": [
            {"kind": "LICENCE", "description": "Licence", "unitPrice": "1000.00", "discountPercent": discount},
            {"kind": "TRAINING", "description": "Training", "unitPrice": "500", "quantity": "1.5", "unit": "day",
             "discountPercent": discount, "taxPercent": "6"},
        ],
    }  # fmt: skip


def possible(quotation: dict[str, Any]) -> list[str]:
    return [each["move"] for each in quotation["allowedMoves"] if each["allowed"]]


async def test_a_quotation_from_the_draft_to_the_answer(ask: Any, company: Company) -> None:
    drafted = (await ask(company.seller, DRAFT, input=offer(company)))["draftQuotation"]
    assert drafted["errors"] == []
    quotation = drafted["quotation"]
    assert quotation["total"] == {"amount": "1436.00", "currency": "CNY"}
    assert (quotation["discountPercent"], quotation["discount"]["amount"]) == ("20", "350.00")
    assert quotation["lines"][1]["quantity"] == "1.5"
    assert possible(quotation) == ["CHANGE", "SUBMIT", "WITHDRAW"]
    submit, send = move("submitQuotation"), move("sendQuotation")
    assert (await ask(company.seller, submit, id=quotation["id"]))["submitQuotation"]["quotation"][
        "state"
    ] == "IN_REVIEW"
    [seen] = (await ask(company.head, LIST))["quotations"]["nodes"]
    assert (seen["approval"], possible(seen)) == ({"state": "WAITING"}, [])
    assert {each["blockers"][0]["code"] for each in seen["allowedMoves"]} == {"FORBIDDEN"}
    await decide(company, company.head)
    assert (await ask(company.seller, send, id=quotation["id"]))["sendQuotation"]["quotation"]["state"] == "SENT"
    [seen] = (await ask(company.seller, LIST, filter={"state": {"eq": "SENT"}}))["quotations"]["nodes"]
    assert (seen["validUntilOn"], seen["clause"]["number"]) == ("2026-06-21", "6.3")
    assert [each["decision"] for each in seen["decisions"]["nodes"]].count("presales.discount") == 1
    assert possible(seen) == ["ACCEPT", "DECLINE", "WITHDRAW", "REVISE"]
    answer = move("recordQuotationAnswer", ', accepted: true, answeredBy: "Lin"').replace(", $more: String!", "")
    answered = (await ask(company.seller, answer, id=quotation["id"]))["recordQuotationAnswer"]
    assert answered["quotation"] == {"id": quotation["id"], "version": 1, "state": "ACCEPTED", "answeredBy": "Lin"}
    again = (await ask(company.seller, answer, id=quotation["id"]))["recordQuotationAnswer"]
    assert again["errors"][0]["code"] == "WRONG_STATE"


async def test_too_much_is_refused_and_the_error_names_the_clause(ask: Any, company: Company) -> None:
    drafted = (await ask(company.seller, DRAFT, input=offer(company, "30.5")))["draftQuotation"]["quotation"]
    refused = (await ask(company.seller, move("submitQuotation"), id=drafted["id"]))["submitQuotation"]
    assert refused["quotation"] is None
    assert refused["errors"] == [{"code": "INVALID", "path": ["lines"], "clause": {"number": "6.3"}}]


@pytest.mark.parametrize(
    ("part", "value", "path"),
    [
        ("unitPrice", "-1", ["lines", "0", "unitPrice"]),
        ("unitPrice", "1e3", ["lines", "0", "unitPrice"]),
        ("quantity", "0", ["lines", "0", "quantity"]),
        ("taxPercent", "101", ["lines", "0", "taxPercent"]),
        ("discountPercent", "１０", ["lines", "0", "discountPercent"]),
        ("description", "", ["lines", "0", "description"]),
        ("unitPrice", "99999999999999", ["lines", "0", "unitPrice"]),
        ("unitPrice", "9999999999999", ["lines"]),
    ],
)
async def test_bad_lines_change_nothing(ask: Any, company: Company, part: str, value: str, path: list[str]) -> None:
    given = offer(company)
    given["lines"][0][part] = value
    refused = (await ask(company.seller, DRAFT, input=given))["draftQuotation"]
    assert (refused["quotation"], refused["errors"][0]["path"]) == (None, path)
    assert (await ask(company.admin, LIST))["quotations"]["totalCount"] == 0


async def test_another_company_sees_and_changes_nothing(ask: Any, company: Company) -> None:
    drafted = (await ask(company.seller, DRAFT, input=offer(company)))["draftQuotation"]["quotation"]
    stranger = await found_company()
    assert (await ask(stranger, LIST))["quotations"]["totalCount"] == 0
    for name in ("submitQuotation", "sendQuotation", "withdrawQuotation", "reviseQuotation"):
        refused = (await ask(stranger, move(name), id=drafted["id"]))[name]
        assert refused["errors"][0]["code"] == "NOT_FOUND"
    refused = (await ask(stranger, DRAFT, input=offer(company)))["draftQuotation"]
    assert refused["errors"][0]["code"] == "NOT_FOUND"
