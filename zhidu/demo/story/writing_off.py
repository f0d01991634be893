"""How what was never paid came to be written off in each company."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.leaving import approvers
from zhidu.demo.story.teller import CITED, Line, Teller, decision

OWED = """query($id: ID!) { invoice(id: $id) { state total { amount currency } customer { name } }
  approvals(first: 1, order: OLDEST, filter: {subjectId: {eq: $id}}) { nodes { chain requester { name }
    tasks { step state endReason comment assignee { name } insteadOf { name } } """ + (CITED + " } } }")


async def invoices(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two invoices that were given up, line by line."""
    first, second = await _given_up(one, left), await _given_up(other, right)
    names = ("invoice", "asked_by", "approvers", "votes", "outcome")
    return [(one.words(name), first[name], second[name]) for name in names if first[name] or second[name]]


async def _given_up(teller: Teller, step: str) -> Mapping[str, str]:
    found = await teller.read(OWED, id=teller.page.ids[step])
    invoice, (approval,) = found["invoice"], found["approvals"]["nodes"]
    words, total = teller.words, invoice["total"]
    return {
        "invoice": f"{invoice['customer']['name']}, {total['amount']} {total['currency']}",
        "asked_by": approval["requester"]["name"],
        "approvers": approvers(teller, approval) + teller.clause(decision(approval, "approvals.chain")),
        "votes": _votes(teller, approval),
        "outcome": words(f"invoice_{invoice['state']}") + teller.clause(decision(approval, "approvals.ended")),
    }


def _votes(teller: Teller, approval: Mapping[str, Any]) -> str:
    """How the votes of a step were counted that needs so many; nothing where every step needs one."""
    lines = []
    for decided in approval["decisions"]["nodes"]:
        votes = decided["inputs"]
        if decided["decision"] == "approvals.step_decided" and votes["mode"] == "quorum":
            count = votes["agreed"] + votes["refused"] + votes["silent"]
            told = teller.words("counted", agreed=votes["agreed"], needed=votes["needed"], count=count)
            lines.append(f"{teller.in_language(votes['name'])}: {told}")
    return "\n".join(lines)
