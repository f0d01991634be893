"""An approval chain in words: who decides, under which conditions, until when, and what follows where nobody can."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import Any
from uuid import UUID

from domain.kernel.subjects import FACT_LABELS, PURPOSE_LABELS, FactType, facts_of
from domain.policies.rules import reachability
from domain.policies.rules.chains import (
    Approver,
    ApproverKind,
    Chain,
    Mode,
    OnDeadline,
    Step,
    WhenRequester,
    WhenVacant,
)
from domain.policies.rules.comparisons import Condition, Operator
from domain.policies.rules.sentences import Person, Sentence, say
from tenancy.refusals import message

# Ids of people and records, wherever they stand.
IDS = re.compile(r"\b([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\b")
_COMPARED = {
    Operator.EQUALS: message("{fact} is {value}"),
    Operator.DIFFERS: message("{fact} is not {value}"),
    Operator.ONE_OF: message("{fact} is one of {value}"),
    Operator.AT_LEAST: message("{fact} is at least {value}"),
    Operator.MORE_THAN: message("{fact} is more than {value}"),
    Operator.AT_MOST: message("{fact} is at most {value}"),
    Operator.LESS_THAN: message("{fact} is less than {value}"),
}
# What facts of these endings point at, for whoever may not know its name.
_POINTERS = {
    "department_id": message("a named department"),
    "customer_id": message("a named customer"),
    "_id": message("a named person"),
}
_VACANT = {
    WhenVacant.SKIP: message("Where nobody is found who may decide, the step is passed over."),
    WhenVacant.SUPERIOR: message("Where nobody is found who may decide, the requester's superior does."),
    WhenVacant.ADMINISTRATOR: message("Where nobody is found who may decide, an administrator of approvals does."),
    WhenVacant.STOP: message("Where nobody is found who may decide, it waits until an administrator names somebody."),
}
_OWN = {
    WhenRequester.SKIP: message("Where only the requester is found, the step is passed over."),
    WhenRequester.SUPERIOR: message("Where only the requester is found, their superior decides."),
    WhenRequester.ADMINISTRATOR: message("Where only the requester is found, an administrator of approvals decides."),
}
_DUE = {
    OnDeadline.REMIND: message(
        "The time is {deadline}; then those who decide are reminded, at most {times} times, and after that it waits "
        "without another word."
    ),
    OnDeadline.ESCALATE: message(
        "The time is {deadline}; then it goes to the next superior, and behind the last to administrators of approvals."
    ),
    OnDeadline.APPROVE: message("The time is {deadline}; then it counts as approved."),
    OnDeadline.REJECT: message("The time is {deadline}; then it counts as rejected."),
}


def told(chain: Chain) -> Iterator[Sentence]:
    """The whole chain, a sentence or some to each step."""
    if chain.purpose:
        purpose = PURPOSE_LABELS.get(chain.purpose)
        text = message("Approval is needed for {subject} (purpose: {purpose}).")
        yield say(text, subject=chain.subject_kind, purpose=say(purpose) if purpose else chain.purpose)
    else:
        yield say(message("Approval is needed for {subject}."), subject=chain.subject_kind)
    for number, step in enumerate(chain.steps, 1):
        yield from _step(number, step, facts_of(chain.subject_kind, chain.purpose))
    if chain.informed:
        text = message("A copy of the outcome goes to: {informed}.")
        yield say(text, informed=tuple(map(named, chain.informed)))
    yield say(message("The requester may ask for haste again after {hours} h."), hours=chain.urge_every_hours)


def named(approver: Approver) -> Sentence | StrEnum | Person:
    """Whom an entry of a chain means."""
    match approver.by:
        case ApproverKind.MEMBER:
            return Person(UUID(approver.value or ""))
        case ApproverKind.SUPERIOR if approver.level == 1:
            return say(message("the requester's superior"))
        case ApproverKind.SUPERIOR:
            return say(message("the requester's superior {level} levels up"), level=approver.level)
        case ApproverKind.DEPARTMENT_HEAD if not approver.value:
            return say(message("the head of the department concerned"))
        case ApproverKind.FACT:
            return _fact(approver.value or "")
    if approver.value:
        return say(message("{by} “{name}”"), by=approver.by, name=approver.value)
    return approver.by


def _step(number: int, step: Step, facts: Mapping[str, FactType]) -> Iterator[Sentence]:
    if step.branch is None:
        text = message("Step {number}, {name}: {approvers}; {mode}.")
    else:
        text = message("Step {number}, {name}, beside the other branches: {approvers}; {mode}.")
    people = tuple(map(named, step.approvers))
    yield say(text, number=number, name=step.name, mode=_mode(step), approvers=people)
    conditions: tuple[Any, ...] = tuple(map(_condition, step.only_if))
    if step.when is not None:
        conditions += tuple(_in_words(step.when, facts))
    if conditions:
        yield say(message("Only if all of this holds: {conditions}."), conditions=conditions)
    if step.deadline is not None:
        yield say(_DUE[step.on_deadline], deadline=step.deadline, times=step.most_reminders)
    yield say(_VACANT[step.when_vacant])
    yield say(_OWN[step.when_requester])
    if step.comment_needed:
        yield say(message("Whoever agrees says why, too."))
    if step.bulk_allowed:
        yield say(message("Several may be approved in one go."))
    if step.delegates_may_transfer:
        yield say(message("Whoever stands in may pass it on."))


def _mode(step: Step) -> Sentence | StrEnum:
    if step.mode is not Mode.QUORUM:
        return step.mode
    if step.quorum_percent is not None:
        return say(message("at least {percent} per cent of them agree"), percent=step.quorum_percent)
    return say(message("at least {quorum} of them agree"), quorum=step.quorum)


def _condition(condition: Condition) -> Sentence:
    value: Any = condition.value
    if isinstance(value, bool):
        yes = value is (condition.operator is Operator.EQUALS)
        return say(
            message("{fact}: {value}"), fact=_fact(condition.fact), value=say(message("yes") if yes else message("no"))
        )
    otherwise = next((text for ending, text in _POINTERS.items() if condition.fact.endswith(ending)), None)
    if isinstance(value, tuple):
        value = tuple(_pointed_at(each, otherwise) for each in value)
    compared = say(_COMPARED[condition.operator], fact=_fact(condition.fact), value=_pointed_at(value, otherwise))
    if condition.currency is None:
        return compared
    text = message("{compared} in {currency}, or it is in another currency")
    return say(text, compared=compared, currency=condition.currency)


def _pointed_at(value: Any, otherwise: str | None) -> Any:
    """The record whose id a condition has, which nobody reads as such."""
    try:
        return Person(UUID(value), otherwise) if otherwise is not None and isinstance(value, str) else value
    except ValueError:
        return value


def _in_words(expression: str, facts: Mapping[str, FactType]) -> Iterator[Sentence]:
    """A condition in CEL as people would say it; the expression itself where there is more to it than comparisons."""
    ways = reachability.wholly(expression, facts)
    if ways is None:
        yield say(message("“{expression}” holds"), expression=_with_names(expression))
        return
    said = [[_condition(_with_days(each, facts)) for each in way] for way in ways]
    if len(said) == 1:
        yield from said[0]
        return
    both, either = message("{first} and {second}"), message("{first}, or {second}")
    parts = [reduce(lambda first, second: say(both, first=first, second=second), way) for way in said]
    yield reduce(lambda first, second: say(either, first=first, second=second), parts)


def _with_names(expression: str) -> Sentence:
    """An expression in which whoever is compared with stands by their name; by the id for who may not know it."""
    parts: dict[str, Any] = {
        f"part_{place}": Person(UUID(part), part) if place % 2 else part
        for place, part in enumerate(IDS.split(expression))
    }
    return Sentence("".join(f"{{{name}}}" for name in parts), parts)


def _with_days(condition: Condition, facts: Mapping[str, FactType]) -> Condition:
    """A comparison whose days, which were numbers to reckon with, are days again."""
    if facts.get(condition.fact) is not FactType.DAY:
        return condition
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    days = tuple(date.fromordinal(int(value)) for value in values)
    return condition.model_copy(update={"value": days if isinstance(condition.value, tuple) else days[0]})


def _fact(name: str) -> Sentence:
    return say(FACT_LABELS[name]) if name in FACT_LABELS else Sentence("{name}", {"name": name})
