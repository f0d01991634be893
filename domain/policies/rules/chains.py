"""The parts of an approval chain: steps, who decides in them, under which conditions, and what time does to them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StrictStr, ValidationInfo, model_validator

from domain.kernel.subjects import FactType, SubjectKind, facts_of
from domain.policies.rules import conditions
from domain.policies.rules.values import Part, Target, Wording, unfit
from tenancy.refusals import Invalid, message


class Operator(StrEnum):
    """How a fact is compared with a condition's value."""

    EQUALS = "equals"
    DIFFERS = "differs"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


_ORDERED = {Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN}


class Condition(Part):
    """A comparison of one of the subject's facts, such as `amount_minor` `at_least` 1000000."""

    fact: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    operator: Operator
    value: StrictBool | StrictInt | StrictStr | tuple[StrictInt | StrictStr, ...]

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        if (self.operator is Operator.ONE_OF) != isinstance(self.value, tuple):
            raise unfit(message("“one_of” takes a list of values, every other comparison a single value."))
        if self.operator in _ORDERED and type(self.value) is not int:
            raise unfit(message("“{operator}” compares whole numbers."), operator=self.operator.value)
        return self

    def check(self, subject_kind: SubjectKind, purpose: str) -> None:
        """Refuse with `Invalid` a fact that the subject has not, or a value of another type."""
        facts = facts_of(subject_kind, purpose)
        if self.fact not in facts:
            text = message("The subject has no fact “{name}”. It has: {facts}.")
            raise Invalid(text, {"name": self.fact, "facts": ", ".join(facts) or "—"})
        kind = facts[self.fact]
        for value in self.value if isinstance(self.value, tuple) else (self.value,):
            if not kind.admits(value) or (self.operator in _ORDERED and kind is not FactType.NUMBER):
                text = message("“{fact}” is a {type}; it can't be compared like this.")
                raise Invalid(text, {"fact": self.fact, "type": kind.value})

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts meet the condition. Raises `Invalid` (UNKNOWN_FACT) for a fact that was not given.

        A fact that is missing must never let a step be left out in silence, so it is no answer.
        """
        fact = facts.get(self.fact)
        if fact is None or (self.operator in _ORDERED and type(fact) is not int):
            text = message("The condition on “{fact}” can't be judged: the subject doesn't say it, or not as a number.")
            raise Invalid(text, {"fact": self.fact}, code="UNKNOWN_FACT")
        match self.operator, self.value:
            case Operator.EQUALS, value:
                return bool(fact == value)
            case Operator.DIFFERS, value:
                return bool(fact != value)
            case Operator.ONE_OF, tuple(values):
                return fact in values
            case Operator.AT_LEAST, int(least):
                return bool(fact >= least)
            case Operator.MORE_THAN, int(less):
                return bool(fact > less)
            case Operator.AT_MOST, int(most):
                return bool(fact <= most)
            case _, int(more):
                return bool(fact < more)
        raise AssertionError("a condition is checked when it is written")


class ApproverKind(StrEnum):
    """How a chain names somebody (AP-2)."""

    MEMBER = "member"
    POST = "post"
    ROLE = "role"
    # Everybody in a department, by its name.
    DEPARTMENT = "department"
    # The head of a named department, else of the subject's.
    DEPARTMENT_HEAD = "department_head"
    SUPERIOR = "superior"
    CUSTOMER_OWNER = "customer_owner"
    # Whom a fact of the subject names.
    FACT = "fact"
    EXPERT_PANEL = "expert_panel"
    ADMINISTRATOR = "administrator"


_NAMED = {
    ApproverKind.MEMBER,
    ApproverKind.POST,
    ApproverKind.ROLE,
    ApproverKind.DEPARTMENT,
    ApproverKind.FACT,
    ApproverKind.EXPERT_PANEL,
}


class Approver(Part):
    """Who decides: a member by id; by name the holders of a post or a role, a department, an expert panel, or the fact
    that names somebody; the head of a department (the subject's unless one is named), the requester's n-th superior,
    who looks after the subject's customer, or whoever administers approvals."""

    by: ApproverKind
    value: Annotated[str, Field(max_length=200)] | None = None
    level: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _named_as_its_kind_wants(self) -> Self:
        named = bool(self.value and self.value.strip())
        if named != (self.by in _NAMED) and self.by is not ApproverKind.DEPARTMENT_HEAD:
            text = message("“{by}” names its post, role or member in “value”; the others have no value.")
            raise unfit(text, by=self.by.value)
        if (self.by is ApproverKind.SUPERIOR) != (self.level is not None):
            raise unfit(message("“superior” says which one in “level”; the others have no level."))
        if self.by is ApproverKind.MEMBER and self.value is not None:
            try:
                UUID(self.value)
            except ValueError:
                raise unfit(message("“{value}” is not the id of a member."), value=self.value[:60]) from None
        return self


class Panel(Part):
    """A named circle of experts; chains name it, and the handbook says who belongs to it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    members: Annotated[tuple[Approver, ...], Field(min_length=1, max_length=50)]

    @property
    def named(self) -> tuple[Approver, ...]:
        """Everybody it names."""
        return self.members

    @model_validator(mode="after")
    def _of_people(self) -> Self:
        possible = {ApproverKind.MEMBER, ApproverKind.POST, ApproverKind.ROLE, ApproverKind.DEPARTMENT}
        if any(member.by not in possible for member in self.members):
            raise unfit(message("A panel is made of members, posts, roles and departments."))
        return self


class Mode(StrEnum):
    """Whose decisions a step needs: the first one's, all, so many agreeing, or one for each entry of its approvers."""

    ANY = "any"
    ALL = "all"
    QUORUM = "quorum"
    PER_GROUP = "per_group"


class OnDeadline(StrEnum):
    """What follows when a step's time is up (AP-4)."""

    REMIND = "remind"
    ESCALATE = "escalate"
    APPROVE = "approve"
    REJECT = "reject"


class WhenVacant(StrEnum):
    """Who decides where a chain finds nobody (AP-5). A chain that stops waits for an administrator to name somebody."""

    SKIP = "skip"
    SUPERIOR = "superior"
    ADMINISTRATOR = "administrator"
    STOP = "stop"


class WhenRequester(StrEnum):
    """Who decides where a chain finds the requester alone, who never decides on their own request (AP-5)."""

    SKIP = "skip"
    SUPERIOR = "superior"
    ADMINISTRATOR = "administrator"


class Step(Part):
    """One step of an approval chain. It is left out unless its conditions hold; without any it is always taken.

    Conditions are simple comparisons in `only_if`, all of which hold, and one in CEL in `when`.
    """

    name: Wording
    mode: Mode = Mode.ANY
    quorum: Annotated[int, Field(ge=1, le=50)] | None = None
    quorum_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    approvers: Annotated[tuple[Approver, ...], Field(min_length=1, max_length=50)]
    only_if: Annotated[tuple[Condition, ...], Field(max_length=20)] = ()
    when: Annotated[str, Field(max_length=conditions.MOST_CHARACTERS)] | None = None
    deadline: Target | None = None
    on_deadline: OnDeadline = OnDeadline.REMIND
    most_reminders: Annotated[int, Field(ge=1, le=20)] = 3
    when_vacant: WhenVacant = WhenVacant.ADMINISTRATOR
    when_requester: WhenRequester = WhenRequester.SUPERIOR
    # Whether whoever agrees says something too; whoever refuses always does.
    comment_needed: bool = False
    # Whether it may be approved together with others in one go.
    bulk_allowed: bool = False
    # Whether whoever stands in for somebody away may pass the seat on, too.
    delegates_may_transfer: bool = False
    # Neighbouring steps with branches run side by side, the steps of one branch one after the other.
    branch: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = (self.quorum is not None) + (self.quorum_percent is not None)
        if given != (1 if self.mode is Mode.QUORUM else 0):
            text = message(
                "A step that needs a quorum says how many in “quorum” or “quorum_percent”; the others don't."
            )
            raise unfit(text)
        if self.on_deadline is not OnDeadline.REMIND and self.deadline is None:
            raise unfit(message("What happens at the deadline is said, but there is no deadline."))
        return self


class Chain(Part):
    """An approval chain: its steps in order, and who is told of the outcome (AP-1).

    `purpose` tells apart several things that are decided about one kind of record, such as writing an invoice off and
    cancelling it.
    """

    subject_kind: SubjectKind
    purpose: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=60)] = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]
    informed: Annotated[tuple[Approver, ...], Field(max_length=50)] = ()
    # How many hours pass before the requester may ask for haste again.
    urge_every_hours: Annotated[int, Field(ge=1, le=720)] = 24

    @property
    def named(self) -> tuple[Approver, ...]:
        """Everybody it names: who decides, then who is told."""
        return (*(approver for step in self.steps for approver in step.approvers), *self.informed)

    @model_validator(mode="after")
    def _branches_stand_together(self) -> Self:
        stage: list[str] = []
        for index, step in enumerate(self.steps):
            if step.branch is None:
                stage = []
            elif not stage or stage[-1] != step.branch:
                if step.branch in stage:
                    text = message("The steps of the branch “{branch}” stand one after the other.")
                    raise _at(Invalid(text, {"branch": step.branch}), "steps", index, "branch")
                stage.append(step.branch)
        return self

    @model_validator(mode="after")
    def _can_be_judged(self, info: ValidationInfo) -> Self:
        # Only what is written now is checked (it comes as JSON): a published version must still be read.
        if info.mode == "json":
            for index, step in enumerate(self.steps):
                self._check_conditions(index, step)
                for number, approver in enumerate(step.approvers):
                    self._check_fact(approver, "steps", index, "approvers", number)
            for number, approver in enumerate(self.informed):
                self._check_fact(approver, "informed", number)
        return self

    def _check_fact(self, approver: Approver, *place: str | int) -> None:
        facts = facts_of(self.subject_kind, self.purpose)
        people = [name for name, kind in facts.items() if kind is FactType.MEMBER]
        if approver.by is ApproverKind.FACT and approver.value not in people:
            text = message("No fact “{name}” of the subject names a person. These do: {facts}.")
            raise _at(Invalid(text, {"name": approver.value, "facts": ", ".join(people) or "—"}), *place)

    def _check_conditions(self, index: int, step: Step) -> None:
        for number, condition in enumerate(step.only_if):
            try:
                condition.check(self.subject_kind, self.purpose)
            except Invalid as refusal:
                raise _at(refusal, "steps", index, "only_if", number) from None
        if step.when is not None:
            try:
                conditions.check(step.when, self.subject_kind, self.purpose)
            except Invalid as refusal:
                raise _at(refusal, "steps", index, "when") from None

    def takes(self, step: Step, facts: Mapping[str, Any]) -> bool:
        """Whether a subject with these facts goes through a step. Raises `Invalid` (UNKNOWN_FACT) for a fact that is
        missing, and `conditions.ConditionFailed`."""
        # Every condition is judged, also after one that fails: what is missing is found when the approval is opened.
        judged = [condition.holds(facts) for condition in step.only_if]
        if step.when is not None:
            judged.append(conditions.holds(step.when, self.subject_kind, self.purpose, facts))
        return all(judged)


def _at(refusal: Invalid, *place: str | int) -> ValueError:
    """A refusal inside a validator of the whole, with the place of the part at fault."""
    return ValueError(Invalid(refusal.text, refusal.values, path=tuple(str(each) for each in place)))


def chain_topic(subject_kind: SubjectKind, purpose: str = "") -> str:
    """The topic under which the chain for a kind of record, and for a purpose, is found."""
    return f"{subject_kind.value}/{purpose}" if purpose else subject_kind.value
