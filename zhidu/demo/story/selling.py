"""From an inquiry to a contract that is signed, in both companies."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.leaving import approvers
from zhidu.demo.story.teller import CITED, CLAUSE, Line, Teller, decision

APPROVAL = "approval { chain tasks { step state endReason comment assignee { name } } " + CITED + " }"
INQUIRY = (
    "query($id: ID!) { libraryUses(first: 5, filter: {inquiryId: {eq: $id}}) { nodes { feedback item { number title"
    " updateWanted } } } inquiry(id: $id) { number title receivedAt dueAt contactedAt breachedAt customer { name }"
    " clause { " + CLAUSE + " } } }"
)
QUOTATION = (
    "query($id: ID!) { quotation(id: $id) { number state gross { amount } discountPercent total { amount currency }"
    " sentAt answeredAt answeredBy comment validUntilOn clause { value " + CLAUSE + " } " + APPROVAL + CITED + " } }"
)
CONTRACT = (
    "query($id: ID!) { contract(id: $id) { number state startsOn endsOn lastSafeOn signedOn ownSignatory"
    " customerSignatory total { amount currency } instalments { name dueOn total { amount } invoice { number } }"
    " checklist { settledAt } copies { department { name } confirmedAt } checklistClause { "
    + CLAUSE
    + " } "
    + APPROVAL
    + CITED
    + " } }"
)

AMENDMENT = (
    "query($id: ID!) { node(id: $id) { ... on ContractAmendment { number title reason state effectiveOn signedOn "
    + APPROVAL
    + CITED
    + " } } }"
)


async def deals(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two deals, line by line; a deal's records have its name behind their kind's."""
    first, second = await _deal(one, left), await _deal(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _deal(teller: Teller, name: str) -> Mapping[str, str]:
    ids = teller.page.ids
    asked = await teller.read(INQUIRY, id=ids[f"inquiry/{name}"])
    inquiry, uses = asked["inquiry"], asked["libraryUses"]["nodes"]
    quotation = (await teller.read(QUOTATION, id=ids[f"quotation/{name}"]))["quotation"]
    contract = (await teller.read(CONTRACT, id=ids[f"contract/{name}"]))["contract"]
    amendment = (await teller.read(AMENDMENT, id=ids[f"amendment/{name}"]))["node"]
    return {
        "inquiry": f"{teller.instant(inquiry['receivedAt'])}, {inquiry['customer']['name']}\n{inquiry['title']}",
        "contact": _contact(teller, inquiry),
        "reused": "\n".join(_reused(use) for use in uses),
        **_offered(teller, quotation),
        **_agreed(teller, contract),
        "amendment": _amended(teller, amendment),
        "outcome": teller.words(f"contract_{contract['state']}"),
    }


def _contact(teller: Teller, inquiry: Mapping[str, Any]) -> str:
    words, done = teller.words, teller.instant(inquiry["contactedAt"])
    in_time = words("done", done=done)
    if inquiry["breachedAt"]:
        in_time = words("late", done=done, since=teller.instant(inquiry["breachedAt"]))
    return f"{words('deadline', due=teller.instant(inquiry['dueAt']))}\n{in_time}{teller.cited(inquiry['clause'])}"


def _reused(use: Mapping[str, Any]) -> str:
    """A piece of the library that was used, and what was wrong with it."""
    item = use["item"]
    return f"{item['number']} {item['title']}" + (f"\n“{use['feedback']}”" if use["feedback"] else "")


def _offered(teller: Teller, quotation: Mapping[str, Any]) -> dict[str, str]:
    words, limit, total = teller.words, quotation["clause"], quotation["total"]
    price = words(
        "price",
        gross=quotation["gross"]["amount"],
        percent=f"{float(quotation['discountPercent']):.2f}".rstrip("0").rstrip("."),
        total=total["amount"],
        currency=total["currency"],
    )
    free, most = limit["value"]["free_percent"], limit["value"]["most_percent"]
    approval = quotation["approval"]
    agreed = f"\n{approvers(teller, approval)}{teller.clause(decision(quotation, 'approvals.chain'))}"
    return {
        "quotation": f"{quotation['number']}\n{price}" + teller.clause(decision(quotation, "presales.tax")),
        "discount": words("limits", free=free, most=most) + teller.cited(limit) + (agreed if approval else ""),
        "accepted": words(
            "accepted_by",
            sent=teller.instant(quotation["sentAt"]),
            done=teller.instant(quotation["answeredAt"]),
            name=quotation["answeredBy"],
            until=teller.day(quotation["validUntilOn"]),
        )
        + f"\n“{quotation['comment']}”"
        + teller.clause(decision(quotation, "presales.validity")),
    }


def _agreed(teller: Teller, contract: Mapping[str, Any]) -> dict[str, str]:
    words, total = teller.words, contract["total"]
    copies = [
        f"{copy['department']['name']}: {words('copy_confirmed', at=teller.instant(copy['confirmedAt']))}"
        for copy in contract["copies"]
    ]
    parts = [
        f"{part['name']}: {part['total']['amount']}"
        + (f", {teller.date(part['dueOn'])}" if part["dueOn"] else "")
        + (f" → {words('by_invoice', number=part['invoice']['number'])}" if part["invoice"] else "")
        for part in contract["instalments"]
    ]
    settled = sum(check["settledAt"] is not None for check in contract["checklist"])
    review = approvers(teller, contract["approval"]) + teller.clause(decision(contract, "approvals.chain"))
    return {
        "contract": f"{contract['number']}, {total['amount']} {total['currency']}\n"
        + words("term", since=teller.date(contract["startsOn"]), until=teller.date(contract["endsOn"]))
        + "\n"
        + words("last_safe", day=teller.date(contract["lastSafeOn"])),
        "review": review,
        "checklist": words("settled", settled=settled, all=len(contract["checklist"]))
        + teller.cited(contract["checklistClause"]),
        "signatures": words(
            "signed_by",
            day=teller.day(contract["signedOn"]),
            own=contract["ownSignatory"],
            other=contract["customerSignatory"],
        ),
        "copies": "\n".join(copies) + teller.clause(decision(contract, "contracts.copies")),
        "schedule": "\n".join(parts) + teller.clause(decision(contract, "contracts.schedule")),
    }


def _amended(teller: Teller, amendment: Mapping[str, Any]) -> str:
    signed = teller.words(
        "amended", signed=teller.day(amendment["signedOn"]), effective=teller.day(amendment["effectiveOn"])
    )
    agreed = approvers(teller, amendment["approval"]) + teller.clause(decision(amendment, "approvals.chain"))
    return f"{amendment['number']} {amendment['title']}\n“{amendment['reason']}”\n{signed}\n{agreed}"
