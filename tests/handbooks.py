"""A handbook for a company of a test, from the values of its clauses, in a line."""

from uuid import UUID

from domain.policies.rules.kinds import ClauseKind
from domain.policies.rules.scopes import Scope
from tenancy.actor import Actor
from tests.domain.policies.handbooks import in_force

Written = tuple[str, ClauseKind] | tuple[str, ClauseKind, Scope]


async def publish(actor: Actor, *clauses: Written) -> UUID:
    """The id of a version put in force at once with clauses `(number, value)` or `(number, value, scope)`.

    The company must have a single administrator, who is the actor.
    """
    return await in_force(actor, *((number, value.kind, value.stored(), *scope) for number, value, *scope in clauses))
