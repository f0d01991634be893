"""What follows the facts of operations."""

from collections.abc import Sequence
from uuid import UUID

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.operations import commands
from domain.operations.events import (
    AlarmSeverityChanged,
    AlarmsRecovered,
    AlarmStormBegan,
    WorkAssigned,
    WorkEscalated,
    WorkFindingAdded,
    WorkMissed,
    WorkOpened,
    WorkReminded,
)
from domain.operations.models import AlarmStorm, ScheduledWork, WorkFinding
from domain.operations.queries import works
from domain.operations.rules.works import OPEN
from domain.requests import queries as requests
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def follow_the_recovery(work: Work, event: AlarmsRecovered) -> None:
    """What the clause on alarms says of a recovery is done."""
    await commands.follow_recovery(work, event)


async def follow_the_severity(work: Work, event: AlarmSeverityChanged) -> None:
    """The request of an alarm that has become better or worse is rated anew."""
    await commands.follow_severity(work, event)


async def tell_of_a_storm(work: Work, event: AlarmStormBegan) -> None:
    """Whoever is responsible, or else whoever assigns requests, learns once that alarms come in a storm."""
    storm = await work.get(AlarmStorm, event.storm_id)
    request = await requests.get(work, event.request_id)
    told = await requests.responsible(work, request) or await members_who_may(work, Permission.REQUESTS_ASSIGN)
    text = message("Alarms of {monitor} come in a storm; request {number} stands for all that follow.")
    await tell(work, request.id, told, text, key="storm", monitor=storm.monitor)


async def tell_of_new_work(work: Work, event: WorkOpened) -> None:
    """Whoever is to do planned work, or else the head of the department, learns of it."""
    planned = await work.get(ScheduledWork, event.work_id)
    text = message("{number}, {title}, is to be done by {due_on}.")
    await _tell(work, planned, await works.responsible(work, planned), text, key="opened")


async def tell_who_does_it(work: Work, event: WorkAssigned) -> None:
    """Whoever is to do it now learns of it; where nobody is any more, the head of the department."""
    planned = await work.get(ScheduledWork, event.work_id)
    text = message("{number}, {title}, is to be done by {due_on}.")
    told = [event.assignee_id] if event.assignee_id is not None else await works.responsible(work, planned)
    await _tell(work, planned, told, text, key=f"assigned:{event.notice_id}")


async def remind_of_work(work: Work, event: WorkReminded) -> None:
    """Whoever has to act is reminded of planned work."""
    planned = await work.get(ScheduledWork, event.work_id)
    text = message("Please remember {number}, {title}: it is to be done by {due_on}.")
    await _tell(work, planned, await works.responsible(work, planned), text, key=f"reminded:{planned.due_on}")


async def tell_of_overdue_work(work: Work, event: WorkEscalated) -> None:
    """A superior learns that planned work is not done, or whoever plans where nobody stands above."""
    planned = await work.get(ScheduledWork, event.work_id)
    if planned.state not in OPEN:
        return
    text = message("{number}, {title}, was to be done by {due_on} and is not.")
    told = [event.told_id] if event.told_id is not None else await members_who_may(work, Permission.OPERATIONS_PLAN)
    await _tell(work, planned, told, text, key=f"overdue:{planned.due_on}:{event.level}")


async def tell_of_missed_work(work: Work, event: WorkMissed) -> None:
    """Whoever had to act, and whoever plans, learns that planned work was missed."""
    planned = await work.get(ScheduledWork, event.work_id)
    told = [*await works.responsible(work, planned), *await members_who_may(work, Permission.OPERATIONS_PLAN)]
    text = message("{number}, {title}, was to be done by {due_on}; nobody has begun with it, and it is missed.")
    await _tell(work, planned, told, text, key="missed")


async def tell_who_improves(work: Work, event: WorkFindingAdded) -> None:
    """Whoever is to improve something that planned work has brought to light learns of it."""
    finding = await work.get(WorkFinding, event.finding_id)
    if finding.responsible_id is None:
        return
    planned = await work.get(ScheduledWork, event.work_id)
    await notifications.notify(
        work,
        member_ids=[finding.responsible_id],
        text=message("{number}, {title}, has shown what you are to improve by {improve_by_on}: {improvement}"),
        values={
            "number": planned.number,
            "title": planned.title,
            "improve_by_on": finding.improve_by_on,
            "improvement": finding.improvement,
        },
        about=Subject(SubjectKind.SCHEDULED_WORK, planned.id),
        mail=True,
        key=f"work:{planned.id}:finding:{finding.id}",
    )


async def _tell(work: Work, planned: ScheduledWork, member_ids: Sequence[UUID], text: str, *, key: str) -> None:
    await notifications.notify(
        work,
        member_ids=sorted(set(member_ids)),
        text=text,
        values={"number": planned.number, "title": planned.title, "due_on": planned.due_on},
        about=Subject(SubjectKind.SCHEDULED_WORK, planned.id),
        mail=True,
        key=f"work:{planned.id}:{key}",
    )
