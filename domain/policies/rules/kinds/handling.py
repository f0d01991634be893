"""How requests are handled: which steps they take, and what they may wait for."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.terms import ClockKind, Complexity
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Code, Part, Wording, check_once, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class Step(StrEnum):
    """A step of a request's course that a company may ask for."""

    TRIAGE = "triage"
    DIAGNOSIS = "diagnosis"
    SOLUTION = "solution"
    START = "start"
    CLOSING = "closing"


worded(
    {
        Step.TRIAGE: message("a first assessment before somebody gets it"),
        Step.DIAGNOSIS: message("a diagnosis before the work"),
        Step.SOLUTION: message("a solution that the requester agrees to before the work"),
        Step.START: message("a start of the work before it is resolved"),
        Step.CLOSING: message("a closing by hand after the requester's confirmation"),
    }
)

worded(
    {
        ClockKind.RESPONSE: message("first response"),
        ClockKind.PROPOSAL: message("proposal of a solution"),
        ClockKind.RESOLUTION: message("resolution"),
        ClockKind.UPDATE: message("word to the requester"),
        ClockKind.INTERNAL: message("internal target"),
    }
)


class Demand(StrEnum):
    """Something beside a request that has to be done before it goes on, unless the clause on its course lets it be."""

    CHILDREN = "children"
    PARTS = "parts"
    FAULT_REPORT = "fault_report"
    TIME = "time"
    VISITS = "visits"


Steps = Annotated[tuple[Step, ...], Field(max_length=len(Step))]


class RequestCourse(ClauseKind):
    """Which steps a request takes, by how it was assessed (RQ-5); one that was not assessed is taken as routine.

    What is not listed may be left out: without this clause a request goes from somebody who has it to its resolution,
    once its children are resolved and the co-operating departments have done their parts.
    """

    kind = "request_course"
    label = message("Course of requests")
    dimensions = (
        Dimension.PRIORITY,
        Dimension.CUSTOMER_TIER,
        Dimension.SERVICE_LINE,
        Dimension.SLA_CLASS,
        Dimension.DEPARTMENT,
    )
    consumed_by = (
        "requests.submit, requests.assign, requests.start, requests.resolve, requests.confirm, requests.plan_visit, "
        "requests.visit_due"
    )
    reaches_open_cases = True

    routine: Annotated[Steps, Field(description="The steps that a routine request takes at least.")] = ()
    complex: Annotated[Steps, Field(description="The steps that a complex request takes at least.")] = ()
    open_children_allowed: Annotated[
        bool, Field(description="Whether a request can be resolved while its children are open.")
    ] = False
    open_parts_allowed: Annotated[
        bool,
        Field(
            description="Whether a solution can be proposed, and a request be resolved, while co-operating departments "
            "have open parts in it."
        ),
    ] = False
    fault_report: Annotated[
        bool, Field(description="Whether a report on the fault is needed before the request is closed.")
    ] = False

    time_recorded: Annotated[
        bool, Field(description="Whether working time has to be recorded before the request is resolved.")
    ] = False
    before_visits: Annotated[
        Steps,
        Field(
            description="The steps that a request has taken before somebody goes to the customer, such as a diagnosis "
            "by telephone."
        ),
    ] = ()
    visits_over: Annotated[
        bool, Field(description="Whether visits on site have to be over before the request is resolved.")
    ] = False
    visit_signature: Annotated[
        bool, Field(description="Whether a visit on site is finished only when the customer has signed its report.")
    ] = False

    visit_late_minutes: Annotated[
        tuple[Annotated[int, Field(ge=1, le=10_080)], ...],
        Field(
            max_length=5,
            description="Minutes after a visit on site was to begin at which nobody has checked in: at the first "
            "whoever goes is reminded, at each of the others the next of those who stand above the request is told.",
        ),
    ] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.routine)
        check_once(self.complex)
        check_once(self.before_visits)
        return self

    @model_validator(mode="after")
    def _ever_later(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.visit_late_minutes)):
            raise unfit(message("Minutes are listed from the soonest to the last, each once."))
        return self

    def steps(self, complexity: Complexity | None) -> tuple[Step, ...]:
        """What a request of this complexity takes."""
        return self.complex if complexity is Complexity.COMPLEX else self.routine

    def demands(self) -> tuple[Demand, ...]:
        """What has to be done before a request goes on."""
        allowed = {
            Demand.CHILDREN: self.open_children_allowed,
            Demand.PARTS: self.open_parts_allowed,
            Demand.FAULT_REPORT: not self.fault_report,
            Demand.TIME: not self.time_recorded,
            Demand.VISITS: not self.visits_over,
        }
        return tuple(demand for demand in Demand if not allowed[demand])

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [
            say(message("A routine request needs: {steps}."), steps=self.routine),
            say(message("A complex request needs: {steps}."), steps=self.complex),
        ]
        if self.open_children_allowed:
            told.append(say(message("A request can be resolved while its children are open.")))
        if self.open_parts_allowed:
            text = message("A solution can be proposed while co-operating departments have open parts in the request.")
            told.append(say(text))
        if self.fault_report:
            told.append(say(message("A report on the fault is needed before the request is closed.")))
        if self.time_recorded:
            told.append(say(message("Working time is recorded before the request is resolved.")))
        if self.before_visits:
            told.append(
                say(message("Before somebody goes to the customer, it needs: {steps}."), steps=self.before_visits)
            )
        if self.visits_over:
            told.append(say(message("Visits on site are over before the request is resolved.")))
        if self.visit_signature:
            told.append(say(message("A visit on site is finished when the customer has signed its report.")))
        if self.visit_late_minutes:
            remind, *superiors = self.visit_late_minutes
            text = message("Whoever is not at the customer's {minutes} minutes after a visit was to begin is reminded.")
            told.append(say(text, minutes=remind))
            text = message("After {minutes} minutes whoever stands above is told.")
            told += [say(text, minutes=minutes) for minutes in superiors]
        return tuple(told)


Resting = Annotated[tuple[ClockKind, ...], Field(max_length=len(ClockKind))]


class HoldReason(Part):
    """Something that a request may wait for, which clocks rest meanwhile, and what is said of its end."""

    code: Annotated[Code, Field(description="The reason's name for programs.")]
    name: Annotated[Wording, Field(description="What the reason is called.")]
    pauses: Annotated[Resting, Field(description="The clocks that rest meanwhile; none lets all of them run.")] = (
        ClockKind.RESOLUTION,
    )
    end_needed: Annotated[bool, Field(description="Whether somebody has to say until when it will take.")] = False
    most_working_days: Annotated[
        int | None, Field(ge=1, le=366, description="Working days for which it may wait; none is no limit.")
    ] = None
    resumes_by_itself: Annotated[
        bool, Field(description="Whether it goes on by itself when that time has come; else somebody is reminded.")
    ] = False
    for_customer: Annotated[
        bool,
        Field(
            description="Whether it waits for the customer, whose people are then told by mail what for and till when."
        ),
    ] = False


class HoldReasons(ClauseKind):
    """What a request may be put on hold for, and which of its clocks rest meanwhile (RQ-5, RQ-6).

    Without this clause any reason will do, and all but the word to the requester rests.
    """

    kind = "hold_reasons"
    label = message("Reasons for a hold")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "requests.put_on_hold, requests.propose"

    reasons: Annotated[
        tuple[HoldReason, ...], Field(min_length=1, max_length=50, description="The reasons that may be given.")
    ]
    others_allowed: Annotated[bool, Field(description="Whether reasons that are not listed will do too.")] = True
    while_proposed: Annotated[
        Resting | None,
        Field(description="The clocks that rest while the requester considers a solution; unless told, as usual."),
    ] = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(reason.code for reason in self.reasons)
        for reason in self.reasons:
            check_once(reason.pauses)
        check_once(self.while_proposed or ())
        return self

    def reason(self, code: str) -> HoldReason | None:
        """The reason of a code, if it is listed."""
        return next((reason for reason in self.reasons if reason.code == code), None)

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [
            say(message("{name}: meanwhile rest {clocks}."), name=reason.name, clocks=reason.pauses)
            for reason in self.reasons
        ]
        if not self.others_allowed:
            told.append(say(message("A request is put on hold for no other reason.")))
        if self.while_proposed is not None:
            text = message("While the requester considers a solution, these rest: {clocks}.")
            told.append(say(text, clocks=self.while_proposed))
        return tuple(told)
