"""Who sees which versions, and what a statement tells of one: its control status, what a clause lays down."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, any_, case, cast, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from domain.kernel.permissions import WORKS_ON_REQUESTS, Permission
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import ClockKind
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules.kinds import ApprovalChain
from domain.policies.rules.versions import Control, State
from tenancy.actor import Actor
from tenancy.members import Member, MemberRole, Role
from tenancy.models import current_instant, current_member
from tenancy.rows import another

# The purpose under which a chain decides on versions of the handbook.
PUBLISHING = "publish"


def visible(actor: Actor, versions: Any) -> ColumnElement[bool]:
    """Published versions are open to whoever may read policies, the others to those who work on them, and one in review
    to those who are to decide on it.

    `versions` is `HandbookVersion` or an alias of it.
    """
    if actor.may(Permission.POLICIES_DRAFT) or actor.may(Permission.POLICIES_PUBLISH):
        return true()
    published: ColumnElement[bool] = versions.state == State.PUBLISHED
    shown = current_member() == any_(versions.shown_to_ids)
    return or_(published, shown) if actor.may(Permission.POLICIES_READ) else shown


def visible_clauses(actor: Actor, clauses: Any) -> ColumnElement[bool]:
    """Clauses are seen with their version. `clauses` is `Clause` or an alias of it."""
    versions = another(HandbookVersion)
    seen = visible(actor, versions)
    if actor.may(Permission.POLICIES_DRAFT) or actor.may(Permission.POLICIES_PUBLISH):
        return seen
    return select(versions.id).where(versions.id == clauses.version_id, seen).exists()


def visible_signatures(actor: Actor, signatures: Any) -> ColumnElement[bool]:
    """Signatures are seen with their version. `signatures` is `HandbookSignature` or an alias of it."""
    versions = another(HandbookVersion)
    return select(versions.id).where(versions.id == signatures.version_id, visible(actor, versions)).exists()


def visible_decisions(actor: Actor, decisions: Any) -> ColumnElement[bool]:
    """Decisions are seen with the record they are about, by whoever may read policies; those on an internal target,
    like its clock, by those who work on requests and by whoever was told of its delay. Colleagues know each other, but
    not what somebody was refused without a record. `decisions` is `Decision` or an alias of it.

    The record's own module says who sees it, so decisions are offered on a record and never as a list of their own.
    """
    if not actor.may(Permission.POLICIES_READ):
        return false()
    mine = or_(decisions.subject_kind != SubjectKind.MEMBER.value, decisions.subject_id == current_member())
    shown = true() if any(actor.may(each) for each in (Permission.JOURNAL_READ, Permission.PEOPLE_READ_ALL)) else mine
    if any(actor.may(permission) for permission in WORKS_ON_REQUESTS):
        return shown
    inside = decisions.inputs.op("->>")("clock").is_not_distinct_from(ClockKind.INTERNAL.value)
    told = decisions.result.op("->>")("escalated_to_id").is_not_distinct_from(cast(current_member(), Text))
    return and_(shown, or_(decisions.subject_kind != SubjectKind.REQUEST.value, ~inside, told))


def control(versions: Any) -> ColumnElement[str]:
    """The control status of a version inside a statement, as `rules.versions.control` tells it at the tenant's now."""
    later = another(HandbookVersion)
    next_effective_at = (
        select(func.min(later.effective_at))
        .where(later.state == State.PUBLISHED, later.effective_at > versions.effective_at)
        .scalar_subquery()
    )
    return case(
        (versions.state != State.PUBLISHED, cast(versions.state, Text)),
        (versions.effective_at > current_instant(), Control.APPROVED.value),
        (next_effective_at <= current_instant(), Control.SUPERSEDED.value),
        else_=Control.IN_FORCE.value,
    )


def value_of_clause(clause_id: Any) -> Select[Any]:
    """What a clause lays down, inside a statement, by its id."""
    clauses = another(Clause)
    return select(clauses.value).where(clauses.id == clause_id)


def other_members(member_id: Any) -> Select[Any]:
    """Whoever else is an active member of the company than one."""
    return select(Member.id).where(Member.active, Member.id != member_id)


def others_who_may_publish(member_id: Any) -> Select[Any]:
    """Whoever else of the company could publish a version than one member."""
    return (
        select(Member.id)
        .join(MemberRole, MemberRole.member_id == Member.id)
        .join(Role, Role.id == MemberRole.role_id)
        .where(
            Member.active,
            Member.id != member_id,
            cast(Permission.POLICIES_PUBLISH.value, Text) == any_(Role.permissions),
        )
    )


def _in_force_id() -> Select[Any]:
    """Inside a statement, the version in force at the company's present instant."""
    in_force = another(HandbookVersion)
    return (
        select(in_force.id)
        .where(in_force.state == State.PUBLISHED, in_force.effective_at <= current_instant())
        .order_by(in_force.effective_at.desc())
        .limit(1)
    )


def chain_id(kind: SubjectKind, purpose: str = "", customer_tier: Any = None) -> Select[Any]:
    """Inside a statement, the clause of the version in force that lays down by which chain such a record is approved:
    one without limits, or one that is limited to nothing but the importance of its customer where that is known."""
    chains = another(Clause)
    limits = cast(chains.scope, JSONB)
    here = cast(limits, Text) == "{}"
    if customer_tier is not None:
        here = or_(here, limits == func.jsonb_build_object("customer_tier", customer_tier))
    return (
        select(chains.id)
        .where(
            chains.version_id == _in_force_id().scalar_subquery(),
            chains.kind == ApprovalChain.kind,
            chains.value.op("->>")("subject_kind") == kind.value,
            func.coalesce(chains.value.op("->>")("purpose"), "") == purpose,
            here,
        )
        # What is limited comes before what is not.
        .order_by(cast(limits, Text) == "{}", chains.position)
        .limit(1)
    )


def publishing_chain_id() -> Select[Any]:
    """Inside a statement, the clause of the version in force that lays down by which chain new ones are approved; it
    is `rulings.publishing_chain`, for which only a clause without limits comes into question."""
    return chain_id(SubjectKind.HANDBOOK_VERSION, PUBLISHING)
