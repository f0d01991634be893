"""What follows the facts of the module quality."""

from decimal import Decimal

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.organisation import queries as organisation
from domain.policies.rules.kinds import Metric
from domain.quality import queries, rules
from domain.quality.events import TargetMissed
from tenancy.refusals import message
from tenancy.work import Work

COMPANY_MISSED = {
    Metric.RESOLVED_IN_TIME: message(
        "Resolved in time, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.RESPONSE_IN_TIME: message(
        "Answered in time, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.SATISFACTION: message(
        "Satisfied customers, {month}: {actual} per cent of {all} answers; the target is {target} per cent."
    ),
    Metric.WITHOUT_COMPLAINT: message(
        "Without a complaint, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.NOT_REOPENED: message(
        "Never reopened, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.FIRST_CONTACT: message(
        "Resolved at first contact, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.RESOLVED: message(
        "Resolved of those open, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
}
DEPARTMENT_MISSED = {
    Metric.RESOLVED_IN_TIME: message(
        "{department}, resolved in time, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.RESPONSE_IN_TIME: message(
        "{department}, answered in time, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.SATISFACTION: message(
        "{department}, satisfied customers, {month}: {actual} per cent of {all} answers; "
        "the target is {target} per cent."
    ),
    Metric.WITHOUT_COMPLAINT: message(
        "{department}, without a complaint, {month}: {actual} per cent of {all} requests; "
        "the target is {target} per cent."
    ),
    Metric.NOT_REOPENED: message(
        "{department}, never reopened, {month}: {actual} per cent of {all} requests; the target is {target} per cent."
    ),
    Metric.FIRST_CONTACT: message(
        "{department}, resolved at first contact, {month}: {actual} per cent of {all} requests; "
        "the target is {target} per cent."
    ),
    Metric.RESOLVED: message(
        "{department}, resolved of those open, {month}: {actual} per cent of {all} requests; "
        "the target is {target} per cent."
    ),
}


async def tell_who_answers_for_a_missed_target(work: Work, event: TargetMissed) -> None:
    """Whoever manages quality learns of a missed target, and the head of whoever missed it: of a department, or of the
    one that stands above all others for the company."""
    result = await queries.get(work, event.result_id)
    told = set(await members_who_may(work, Permission.QUALITY_MANAGE))
    values: dict[str, object] = {
        "month": f"{result.starts_on:%Y-%m}",
        "actual": _shown(result.actual_percent),
        "target": _shown(result.target_percent),
        "all": result.denominator,
    }
    missed_by = result.department_id or rules.only_root(await organisation.parents(work))
    if missed_by is not None:
        head = await organisation.head_of(work, missed_by)
        told |= {head} if head is not None else set()
    if result.department_id is not None:
        values["department"] = (await organisation.department(work, result.department_id)).name
    text = (COMPANY_MISSED if result.department_id is None else DEPARTMENT_MISSED)[result.metric]
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=text,
        values=values,
        about=Subject(SubjectKind.QUALITY_RESULT, result.id),
        mail=True,
        key=f"target-missed:{result.id}",
    )


def _shown(percent: Decimal | None) -> str:
    return f"{(percent or Decimal(0)).normalize():f}"
