"""How a clock's time came together, as data and as a sentence: what counted, what did not, by how much it is late."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from domain.kernel.calendars import BusinessCalendar
from domain.policies import queries as policies
from domain.policies.rules.kinds import BusinessCalendarClause
from domain.policies.rules.values import Target
from domain.requests import models, rules
from domain.requests.rules import ClockKind, Narrative, Share, State
from tenancy.actor import Actor
from tenancy.language import in_language, translate, write_span
from tenancy.models import current_instant
from tenancy.refusals import message
from tenancy.rows import another

_MINUTE = timedelta(minutes=1)


def _history(clock: Any) -> Select[Any]:
    changes = another(models.StateChange)
    # What is said as a reason is the reason's name in three languages, where the handbook lists it.
    each = func.json_build_array(
        changes.at, changes.state, changes.reason, changes.reason_code, changes.pauses, changes.reason_name
    )
    return select(func.json_agg(aggregate_order_by(each, changes.position))).where(
        changes.request_id == clock.request_id
    )


# What of a clock's row is needed to tell its story.
NEEDS: Mapping[str, Any] = {
    "kind": lambda clock: clock.kind,
    "started_at": lambda clock: clock.started_at,
    "target": lambda clock: clock.target,
    "calendar": lambda clock: policies.value_of_clause(clock.calendar_clause_id),
    "history": _history,
    "now": lambda _: current_instant(),
}


def _narrative(values: Mapping[str, Any]) -> Narrative | None:
    if values["target"] is None or values["history"] is None:
        return None
    changes = [
        rules.as_change(_instant(at), State(state), reason, code, pauses)
        for at, state, reason, code, pauses, _ in values["history"]
    ]
    calendar: BusinessCalendar = BusinessCalendarClause.model_validate(values["calendar"])
    now = max(_instant(values["now"]), changes[-1].at)
    kind = ClockKind(values["kind"])
    segments = rules.segments_of(kind, changes)
    if kind is ClockKind.UPDATE:
        segments = rules.since(segments, _instant(values["started_at"]))
    return rules.narrative(segments, Target.model_validate(values["target"]), calendar, now)


def _instant(value: Any) -> datetime:
    """An instant as PostgreSQL writes it into JSON, or as the driver gives it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def as_data(values: Mapping[str, Any], _: Actor) -> Any:
    """The story in figures; None where there is none to tell."""
    told = _narrative(values)
    if told is None:
        return None
    return {
        "startedAt": told.started_at.isoformat(),
        "allowedMinutes": told.allowed // _MINUTE,
        "elapsedMinutes": told.elapsed // _MINUTE,
        "ranOutAt": told.ran_out_at.isoformat() if told.ran_out_at else None,
        "breachedAt": told.breached_at.isoformat() if told.breached_at else None,
        "lateByMinutes": told.late_by // _MINUTE,
        "lateByWallMinutes": told.late_by_wall_time // _MINUTE,
        "counted": _figures(told.counted),
        "excluded": _figures(told.excluded),
        "isRunning": told.is_running,
        "isProvisional": told.is_provisional,
    }


def _figures(shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [
        {
            "reason": share.reason,
            "workingMinutes": share.working_time // _MINUTE,
            "wallMinutes": share.wall_time // _MINUTE,
        }
        for share in shares
    ]


def as_sentence(values: Mapping[str, Any], actor: Actor) -> str | None:
    """The story in a sentence or two, in the reader's language; None where there is none to tell."""
    told = _narrative(values)
    if told is None:
        return None
    language = actor.language
    used = {"elapsed": write_span(told.elapsed, language), "allowed": write_span(told.allowed, language)}
    if told.breached_at is not None:
        text = message("Late by {late} of working time: {elapsed} were needed, {allowed} allowed.")
        sentences = [translate(text, language, {**used, "late": write_span(told.late_by, language)})]
    else:
        text = message("{elapsed} of {allowed} working time are used.")
        sentences = [translate(text, language, used)]
    names = {code: name for *_, code, _, name in values["history"] if name}
    for share in told.excluded:
        text = message("{time} on hold do not count: {reason}.")
        reason = in_language(names[share.reason], language) if share.reason in names else share.reason
        if share.reason == State.PROPOSED:
            text = message("{time} do not count, in which the requester considered a solution.")
        given = {"time": write_span(share.working_time, language), "reason": reason.rstrip(".。")}
        sentences.append(translate(text, language, given))
    if told.is_provisional:
        sentences.append(translate(message("The holidays that decide it are not published yet."), language))
    return (" " if language == "en" else "").join(sentences)
