"""What a level of escalation does besides telling somebody: it raises the tier of support, or hands a request on."""

from uuid import UUID

from domain.organisation import queries as organisation
from domain.policies.rules.values import EscalationAction, EscalationLevel
from domain.requests.models import ServiceRequest
from domain.requests.rules import HIGHEST_TIER
from tenancy.work import Work


async def act(work: Work, request: ServiceRequest, step: EscalationLevel) -> UUID | None:
    """Do what a level lays down. Gives the department that the request was handed to, if it was.

    Nobody is taken off a request: whoever has it keeps it, and the department that gets it assigns somebody else. A
    department that was renamed since is not found, and then somebody is told only.
    """
    match step.action:
        case EscalationAction.RAISE_TIER:
            request.support_tier = min(request.support_tier + 1, HIGHEST_TIER)
        case EscalationAction.HAND_TO:
            found = await organisation.department_named(work, step.department or "")
            if found is not None:
                request.department_id = found.id
                return found.id
        case EscalationAction.NOTIFY:
            pass
    return None
