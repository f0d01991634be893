"""What follows the facts of the module requests: who is told, in the product and by mail, in their language."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.kernel.permissions import Permission
from domain.kernel.subjects import Subject, SubjectKind
from domain.notifications import commands as notifications
from domain.notifications.queries import members_who_may
from domain.notifications.rules import Topic
from domain.organisation import queries as organisation
from domain.requests import commands, queries
from domain.requests.events import (
    ClockBreached,
    ClockWarned,
    HoldOverran,
    NobodyFree,
    RequestAssigned,
    RequestCancelled,
    RequestCommented,
    RequestConfirmed,
    RequestEscalated,
    RequestHandedBack,
    RequestHandedOver,
    RequestRatedAgain,
    RequestReopened,
    RequestResolved,
    RequestSubmitted,
    SolutionAgreed,
    SolutionDeclined,
    SolutionProposed,
)
from domain.requests.models import Escalation, Message, ServiceRequest
from domain.requests.rules import Audience, ClockKind, State
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions import clock_words as wording

# Of which the requester is told nothing.
AMONG_OURSELVES = (ClockKind.UPDATE, ClockKind.INTERNAL)
TO_YOU = message("to you")
TO_WHO_ASSIGNS = message("to everybody who assigns requests, because nobody is recorded above it")


async def confirm_the_intake(work: Work, event: RequestSubmitted) -> None:
    """The requester learns the number, the priority and the deadline."""
    request = await queries.get(work, event.request_id)
    text = message("Your request {number} has come in with priority {priority}: {title}")
    if request.due_at is not None:
        text = message("Your request {number} has come in with priority {priority} and is due at {due_at}: {title}")
    await tell(
        work,
        request.id,
        [request.requester_id],
        text,
        key="submitted",
        priority=request.priority.value.upper(),
        due_at=request.due_at,
    )


async def ask_for_an_assignee(work: Work, event: RequestSubmitted) -> None:
    """The head of the department, or else whoever assigns requests, learns that a new one waits."""
    request = await queries.get(work, event.request_id)
    if request.assignee_id is not None:
        return
    told = await queries.responsible(work, request) or await members_who_may(work, Permission.REQUESTS_ASSIGN)
    text = message("Request {number} waits for somebody who takes it: {title}")
    await tell(work, request.id, told, text, key="waits", mail=False)


async def tell_the_assignee(work: Work, event: RequestAssigned) -> None:
    """Whoever got a request learns of it, unless they took it themselves."""
    request = await queries.get(work, event.request_id)
    text = message("Request {number} has been assigned to you, with priority {priority}: {title}")
    if request.due_at is not None:
        text = message(
            "Request {number} has been assigned to you, with priority {priority}; it is due at {due_at}: {title}"
        )
    await tell(
        work,
        request.id,
        [event.assignee_id],
        text,
        key=f"assigned:{event.change_id}",
        by_change=event.change_id,
        priority=request.priority.value.upper(),
        due_at=request.due_at,
    )


async def tell_of_another_priority(work: Work, event: RequestRatedAgain) -> None:
    """Whoever has to act learns that a request has become more or less urgent."""
    request = await queries.get(work, event.request_id)
    text = message("Request {number} has the priority {priority} now: {title}")
    told, key = await queries.responsible(work, request), f"rated:{event.notice_id}"
    await tell(work, request.id, told, text, key=key, priority=event.priority.upper())


async def tell_of_a_hand_over(work: Work, event: RequestHandedOver | RequestHandedBack) -> None:
    """Whoever has a request now learns what they have to know of it."""
    request = await queries.get(work, event.request_id)
    change = await queries.change(work, event.change_id)
    text = message("Request {number} is handed over to you: {title}\n\n{summary}")
    if isinstance(event, RequestHandedBack):
        text = message("Request {number} is handed back to you: {title}\n\n{summary}")
    key = f"handed:{change.id}"
    await tell(work, request.id, [event.to_id], text, key=key, by_change=change.id, summary=change.reason)


async def tell_the_manager_that_nobody_is_free(work: Work, event: NobodyFree) -> None:
    """Whoever stands above, or else whoever assigns requests, learns that somebody has to be found."""
    request = await queries.get(work, event.request_id)
    told = [event.manager_id] if event.manager_id else await members_who_may(work, Permission.REQUESTS_ASSIGN)
    text = message("Neither of those who are responsible for request {number} is free: {title}\n\n{summary}")
    key = f"nobody_free:{event.notice_id}"
    await tell(work, request.id, told, text, key=key, summary=event.summary)


async def ask_for_agreement(work: Work, event: SolutionProposed) -> None:
    """The requester learns what is to be done, and that their word is needed."""
    request = await queries.get(work, event.request_id)
    change = await queries.change(work, event.change_id)
    text = message(
        "This is proposed for your request {number}: {solution}\n\nPlease agree to it, or say what is wrong with it."
    )
    await tell(
        work,
        request.id,
        [request.requester_id],
        text,
        key=f"proposed:{change.id}",
        by_change=change.id,
        solution=change.reason,
    )


async def tell_the_assignee_of_the_agreement(work: Work, event: SolutionAgreed) -> None:
    """The assignee learns that the work can begin."""
    request = await queries.get(work, event.request_id)
    text = message("The solution for request {number} is agreed: {title}")
    key = f"agreed:{event.change_id}"
    await tell(work, request.id, [request.assignee_id], text, key=key, by_change=event.change_id)


async def tell_the_assignee_what_is_wrong(work: Work, event: SolutionDeclined) -> None:
    """The assignee learns that another solution is needed, and why."""
    request = await queries.get(work, event.request_id)
    change = await queries.change(work, event.change_id)
    text = message("The solution for request {number} is declined: {reason}")
    key = f"declined:{change.id}"
    await tell(work, request.id, [request.assignee_id], text, key=key, by_change=change.id, reason=change.reason)


async def ask_for_the_confirmation(work: Work, event: RequestResolved) -> None:
    """The requester learns what was done, and until when to say whether it helped."""
    request = await queries.get(work, event.request_id)
    text = message("Your request {number} is resolved: {resolution}\n\nPlease confirm it, or say what is missing.")
    if request.closes_at is not None:
        text = message(
            "Your request {number} is resolved: {resolution}\n\nPlease confirm it, or say what is missing. Without a"
            " word from you it closes at {closes_at}."
        )
    await tell(
        work,
        request.id,
        [request.requester_id],
        text,
        key=f"resolved:{event.change_id}",
        by_change=event.change_id,
        resolution=request.resolution,
        closes_at=request.closes_at,
    )


async def tell_the_assignee_of_the_confirmation(work: Work, event: RequestConfirmed) -> None:
    """The assignee learns that a request is closed, and the score that was given."""
    request = await queries.get(work, event.request_id)
    text = message("Request {number} is confirmed and closed: {title}")
    if request.state is State.CONFIRMED:
        text = message("Request {number} is confirmed; close it when all is written down: {title}")
    elif event.by_itself:
        text = message("Request {number} has closed by itself, because nobody objected: {title}")
    elif event.satisfaction_score is not None:
        text = message("Request {number} is confirmed with a score of {score} and closed: {title}")
    await tell(
        work,
        request.id,
        [request.assignee_id],
        text,
        key=f"confirmed:{event.change_id}",
        by_change=event.change_id,
        mail=False,
        score=event.satisfaction_score,
    )


async def tell_the_assignee_of_the_reopening(work: Work, event: RequestReopened) -> None:
    """The assignee learns that a request is not done, and what is missing."""
    request = await queries.get(work, event.request_id)
    change = await queries.change(work, event.change_id)
    await tell(
        work,
        request.id,
        [request.assignee_id],
        message("Request {number} is open again: {reason}"),
        key=f"reopened:{event.change_id}",
        by_change=event.change_id,
        reason=change.reason,
    )


async def tell_of_a_cancellation(work: Work, event: RequestCancelled) -> None:
    """Requester and assignee learn that a request is not needed any more, and why."""
    request = await queries.get(work, event.request_id)
    change = await queries.change(work, event.change_id)
    await tell(
        work,
        request.id,
        [request.requester_id, request.assignee_id],
        message("Request {number} is cancelled: {reason}"),
        key=f"cancelled:{event.change_id}",
        by_change=event.change_id,
        reason=change.reason,
    )


async def tell_the_other_side_of_a_message(work: Work, event: RequestCommented) -> None:
    """Requester and assignee learn what the other has said; of internal notes the assignee alone."""
    request = await queries.get(work, event.request_id)
    said = await queries.said(work, event.message_id)
    told = {request.assignee_id}
    if said.thread_id is not None:
        told = {(await queries.get(work, said.thread_id)).assignee_id}
    if event.audience == Audience.PUBLIC:
        told.add(request.requester_id)
    mentioned = await queries.mentioned_in(work, said.id)
    await _tell_who_is_mentioned(work, request, said, mentioned)
    await tell(
        work,
        request.id,
        told - {said.author_id} - mentioned,
        message("About request {number}, {title}:\n\n{said}"),
        key=f"said:{said.id}",
        topic=Topic.CONVERSATION,
        said=said.text,
    )


async def _tell_who_is_mentioned(
    work: Work, request: ServiceRequest, said: Message, mentioned: Collection[UUID]
) -> None:
    """Whoever is called by name in an internal note learns of it, and nobody of what they have written themselves."""
    told = set(mentioned) - {said.author_id}
    if not told:
        return
    name = (await organisation.member(work, said.author_id)).name if said.author_id is not None else "?"
    text = message("{name} mentions you about request {number}, {title}:\n\n{said}")
    key, topic = f"mentioned:{said.id}", Topic.CONVERSATION
    await tell(work, request.id, told, text, key=key, topic=topic, name=name, said=said.text)


async def warn_the_assignee(work: Work, event: ClockWarned) -> None:
    """Whoever has to act learns that the time is running out, if it still is."""
    request = await queries.get(work, event.request_id)
    clock = await queries.clock(work, event.clock_id)
    if clock.due_at is None or clock.breached_at is not None:
        return
    told = await queries.responsible(work, request)
    key = f"warned:{clock.id}:{event.warning}"
    if clock.kind is ClockKind.UPDATE:
        key += f":{clock.started_at.isoformat()}"
    text, due_at = wording.WARNINGS[clock.kind], clock.due_at
    await tell(work, request.id, told, text, key=key, topic=Topic.DEADLINES, due_at=due_at, used=event.used_percent)


async def tell_of_a_breach(work: Work, event: ClockBreached) -> None:
    """Whoever has to act, and the requester where it was promised to them, learn that a deadline was missed."""
    request = await queries.get(work, event.request_id)
    clock = await queries.clock(work, event.clock_id)
    told: set[UUID | None] = {*await queries.responsible(work, request)}
    if clock.kind not in AMONG_OURSELVES:
        told.add(request.requester_id)
    key = f"breached:{clock.id}" if event.times == 1 else f"breached:{clock.id}:{event.times}"
    text, topic = wording.BREACHES[clock.kind], Topic.DEADLINES
    await tell(work, request.id, told, text, key=key, topic=topic, breached_at=clock.breached_at)


async def begin_the_updates_anew(work: Work, event: RequestCommented) -> None:
    """The requester has heard something: until when they have to hear more is reckoned from then on."""
    said = await queries.said(work, event.message_id)
    if event.audience == Audience.PUBLIC and said.contact_id is None:
        await commands.follow_word(work, event.request_id)


async def tell_of_a_hold_that_overran(work: Work, event: HoldOverran) -> None:
    """Whoever has to act learns that what a request waits for takes longer than was expected."""
    request = await queries.get(work, event.request_id)
    if request.state is not State.ON_HOLD:
        return
    told = await queries.responsible(work, request)
    text = message("Request {number} was expected to go on by {expected_at}: {title}")
    key = f"overran:{event.change_id}"
    await tell(work, request.id, told, text, key=key, expected_at=request.hold_expected_at)


async def tell_of_an_escalation(work: Work, event: RequestEscalated) -> None:
    """Whoever stands above learns which clock runs out or has, how far, and by which clause; the assignee, that they
    do. Where nobody stands above, whoever assigns requests learns it."""
    request = await queries.get(work, event.request_id)
    escalation = await queries.escalation(work, event.escalation_id)
    above, key = escalation.escalated_to_id, f"escalated:{escalation.id}"
    told = [above] if above is not None else await members_who_may(work, Permission.REQUESTS_ASSIGN)
    to = TO_YOU if above is not None else TO_WHO_ASSIGNS
    text, values = await _how_far(work, escalation)
    urgent = Topic.ESCALATIONS
    await tell(work, request.id, told, text, key=key, topic=urgent, level=escalation.level, to=(to,), **values)
    head = await organisation.head_of(work, escalation.department_id) if escalation.department_id else None
    if head not in (None, above):
        text = message("Request {number} has been handed to your department by escalation, level {level}: {title}")
        await tell(work, request.id, [head], text, key=f"{key}:department", topic=urgent, level=escalation.level)
    if above is not None and request.assignee_id not in (None, above):
        name = (await organisation.member(work, above)).name
        text = message("Request {number} has been escalated to {name}, level {level}: {title}")
        mine = [request.assignee_id]
        await tell(work, request.id, mine, text, key=f"{key}:assignee", mail=False, name=name, level=escalation.level)


async def _how_far(work: Work, escalation: Escalation) -> tuple[str, Mapping[str, Any]]:
    """What an escalation says of its clock, as it stood when it came; nothing where nothing is promised any more."""
    clock = await queries.clock(work, escalation.clock_id)
    found = await queries.story_of(work, clock, escalation.at)
    if found is None:
        return message("Request {number} has been escalated {to}, level {level}: {title}"), {}
    story, clause = found
    values = {
        "clock": (wording.CLOCKS[clock.kind],),
        "due_at": story.ran_out_at,
        "allowed": story.allowed,
        "clause": clause.number,
        "version": clause.version_number,
    }
    if story.breached_at is None:
        text = message(
            "Request {number} has been escalated {to}, level {level}: {title}\n\n{clock}: {used} % of {allowed} working"
            " time are used; it runs out at {due_at}.\nClause {clause} of handbook version {version}"
        )
        return text, {**values, "used": int(100 * story.elapsed / story.allowed)}
    if story.late_by < timedelta(minutes=1):
        text = message(
            "Request {number} has been escalated {to}, level {level}: {title}\n\n{clock}: the {allowed} of working time"
            " ran out at {due_at}.\nClause {clause} of handbook version {version}"
        )
        return text, values
    text = message(
        "Request {number} has been escalated {to}, level {level}: {title}\n\n{clock}: overdue by {late} of working"
        " time; it was due at {due_at}.\nClause {clause} of handbook version {version}"
    )
    return text, {**values, "late": story.late_by}


async def tell(
    work: Work,
    request_id: UUID,
    member_ids: Collection[UUID | None],
    text: str,
    *,
    key: str,
    by_change: UUID | None = None,
    mail: bool = True,
    topic: Topic | None = None,
    **values: Any,
) -> None:
    """Tell these members something about a request, but not whoever has made the change themselves."""
    request = await queries.get(work, request_id)
    by = (await queries.change(work, by_change)).member_id if by_change is not None else None
    told = {member_id for member_id in member_ids if member_id is not None and member_id != by}
    await notifications.notify(
        work,
        member_ids=sorted(told),
        text=text,
        values={"number": request.number, "title": request.title, **values},
        about=Subject(SubjectKind.REQUEST, request.id),
        mail=mail,
        key=f"request:{request.id}:{key}",
        topic=topic,
    )
