"""How requests are handled: which steps they take, and what they may wait for."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.kernel.terms import Complexity
from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import check_once
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

Steps = Annotated[tuple[Step, ...], Field(max_length=len(Step))]


class RequestCourse(ClauseKind):
    """Which steps a request takes, by how it was assessed (RQ-5); one that was not assessed is taken as routine.

    What is not listed may be left out: without this clause a request goes from somebody who has it to its resolution.
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
    consumed_by = "requests.submit, requests.assign, requests.start, requests.resolve, requests.confirm"

    routine: Annotated[Steps, Field(description="The steps that a routine request takes at least.")] = ()
    complex: Annotated[Steps, Field(description="The steps that a complex request takes at least.")] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.routine)
        check_once(self.complex)
        return self

    def steps(self, complexity: Complexity | None) -> tuple[Step, ...]:
        """What a request of this complexity takes."""
        return self.complex if complexity is Complexity.COMPLEX else self.routine

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("A routine request needs: {steps}."), steps=self.routine),
            say(message("A complex request needs: {steps}."), steps=self.complex),
        )
