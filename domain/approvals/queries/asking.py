"""Who may ask for an approval: people, and by which clauses it is that programs may not."""

from collections.abc import Mapping
from uuid import UUID

from domain.approvals.rules.obstacles import people_only
from domain.kernel.subjects import SubjectKind
from domain.policies import queries as policies
from domain.policies.rules.chains import chain_topic
from domain.policies.rules.handbooks import Ruling
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.scopes import Scope
from tenancy.work import Work

# More drafts than these are nowhere looked at at once; whoever has more is told by the commands.
MOST_WATCHED = 500


def requester(work: Work, chain: Ruling[ApprovalChain], *path: str) -> UUID:
    """The member who asks for an approval by a chain. Refuses programs with PEOPLE_ONLY, naming the clause."""
    if not work.actor.is_member or work.actor.id is None:
        raise people_only(chain.clause, *path)
    return work.actor.id


async def kept_from(work: Work, kind: SubjectKind, cases: Mapping[UUID, Scope]) -> dict[str, str]:
    """By which clauses a program is kept from submitting these records, by their ids; nothing keeps people from it."""
    found: dict[str, str] = {}
    for id, scope in cases.items() if not work.actor.is_member else ():
        chain = await policies.find_rule(work, ApprovalChain, scope=scope, topic=chain_topic(kind))
        if chain is not None:
            found[str(id)] = str(chain.clause.clause_id)
    return found
