"""Helpers of the tests of requests by GraphQL: people who read each other's names, and the mutations in a line."""

from dataclasses import replace
from typing import Any

from domain.kernel.permissions import Permission
from tenancy.actor import Actor
from tests.domain.requests.company import Company

SUBMIT = """mutation($input: SubmitRequestInput!) { submitRequest(input: $input) {
  request { id number priority state dueAt overdue breached customer { name } requester { name } department { name }
    handbookVersion { number } clocks { kind state dueAt target clause { number } calendarClause { number } }
    decisions { nodes { decision clause { number } result } } }
  errors { code path message clause { number } } } }"""
MOVE = """mutation($input: %sInput!) { %s(input: $input) {
  request { state dueAt holdReason resolution closesAt satisfactionScore satisfied assignee { name } }
  errors { code path message clause { number } } } }"""
MOVES = """query($id: ID!) { request(id: $id) { allowedMoves { move allowed blockers { code message } } } }"""


def with_names(company: Company) -> Company:
    """The same people, who may also read each other's names."""
    people = ("boss", "head", "agent", "colleague", "clerk", "dispatcher")
    actors = {name: getattr(company, name) for name in people}
    more = {str(Permission.MEMBERS_READ)}
    return replace(
        company, **{name: replace(actor, permissions=actor.permissions | more) for name, actor in actors.items()}
    )


async def submit(ask: Any, company: Company, actor: Actor | None = None, **more: Any) -> Any:
    usual = {
        "customerId": str(company.strategic_id),
        "departmentId": str(company.support_id),
        "title": "Nobody can sign in",
        "channel": "HOTLINE",
        "impact": "HIGH",
        "urgency": "HIGH",
    }
    made = await ask(actor or company.clerk, SUBMIT, input=usual | more)
    assert made["submitRequest"]["errors"] == []
    return made["submitRequest"]["request"]


async def move(ask: Any, actor: Actor, name: str, request: Any, **more: Any) -> Any:
    """A move; what the payload says."""
    document = MOVE % (name[0].upper() + name[1:], name)
    return (await ask(actor, document, input={"requestId": request["id"], **more}))[name]


async def done(ask: Any, actor: Actor, name: str, request: Any, **more: Any) -> Any:
    """A move that succeeds; the request then."""
    payload = await move(ask, actor, name, request, **more)
    assert payload["errors"] == [], payload
    return payload["request"]
