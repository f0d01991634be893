"""The parts of an approval chain: steps, who decides in them, under which conditions, and what time does to them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from domain.kernel.subjects import FactType, SubjectKind, facts_of
from domain.policies.rules import conditions
from domain.policies.rules.comparisons import Condition
from domain.policies.rules.values import Part, Target, Wording, unfit
from tenancy.refusals import Invalid, message


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

    by: Annotated[
        ApproverKind,
        Field(
            description=(
                "How the approver is found. `member`, `post`, `role`, `department`, `fact` and `expert_panel` are "
                "named in `value`; `superior` says which one in `level`."
            )
        ),
    ]
    value: Annotated[
        str | None,
        Field(
            max_length=200,
            description="The member's id, or the name of the post, role, department, panel or fact; with "
            "`department_head` a department by name, or nothing for the subject's own.",
        ),
    ] = None
    level: Annotated[
        int | None,
        Field(
            ge=1,
            le=10,
            description="With `superior`: 1 is the requester's own superior, 2 that one's superior, and so on.",
        ),
    ] = None

    @model_validator(mode="after")
    def _named_as_its_kind_wants(self) -> Self:
        named = bool(self.value and self.value.strip())
        if named != (self.by in _NAMED) and self.by is not ApproverKind.DEPARTMENT_HEAD:
            text = message("“{by}” names its post, role or member in “value”; the others have no value.")
            raise unfit(text, "value", by=self.by.value)
        if (self.by is ApproverKind.SUPERIOR) != (self.level is not None):
            raise unfit(message("“superior” says which one in “level”; the others have no level."), "level")
        if self.by is ApproverKind.MEMBER and self.value is not None:
            try:
                UUID(self.value)
            except ValueError:
                raise unfit(message("“{value}” is not the id of a member."), "value", value=self.value[:60]) from None
        return self


class Panel(Part):
    """A named circle of experts; chains name it, and the handbook says who belongs to it."""

    name: Annotated[
        str, Field(min_length=1, max_length=200, description="The panel's name, by which approval chains call it.")
    ]
    members: Annotated[
        tuple[Approver, ...],
        Field(min_length=1, max_length=50, description="Who belongs to it: members, posts, roles and departments."),
    ]

    @property
    def named(self) -> tuple[Approver, ...]:
        """Everybody it names."""
        return self.members

    @model_validator(mode="after")
    def _of_people(self) -> Self:
        possible = {ApproverKind.MEMBER, ApproverKind.POST, ApproverKind.ROLE, ApproverKind.DEPARTMENT}
        for place, member in enumerate(self.members):
            if member.by not in possible:
                text = message("A panel is made of members, posts, roles and departments.")
                raise unfit(text, "members", place, "by")
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

    name: Annotated[Wording, Field(description="What the step is called for those who decide and those who wait.")]
    mode: Annotated[
        Mode,
        Field(
            description=(
                "Whose decisions it needs: `any` the first one's, `all` everybody's, `quorum` so many, "
                "`per_group` one of each entry in `approvers`."
            )
        ),
    ] = Mode.ANY
    quorum: Annotated[
        int | None,
        Field(
            ge=1, le=50, description="With the mode `quorum`: how many have to agree. Either this or `quorum_percent`."
        ),
    ] = None
    quorum_percent: Annotated[
        int | None,
        Field(
            ge=1,
            le=100,
            description="With the mode `quorum`: how many per cent have to agree, rounded up to whole people.",
        ),
    ] = None
    approvers: Annotated[
        tuple[Approver, ...],
        Field(min_length=1, max_length=50, description="Who decides in it. The requester is never among them."),
    ]
    only_if: Annotated[
        tuple[Condition, ...],
        Field(
            max_length=20,
            description="The step is taken only if all of these comparisons hold; without any it always is.",
        ),
    ] = ()
    when: Annotated[
        str | None,
        Field(
            max_length=conditions.MOST_CHARACTERS,
            description="A condition in CEL for what simple comparisons can't say; it holds beside `only_if`. "
            "`approvalSubjects` names the facts and their types. An amount is a whole number in the smallest "
            "unit of its currency: currency != 'CNY' || amount_minor >= 1000000 (from CNY 10,000.00, and whatever is "
            "in another currency). A day "
            "is written day('…'): starts_on >= day('2027-01-01'); there are no times of day. A flag stands "
            "alone: !key_post. A text stands in quotation marks: customer_tier in ['key', 'strategic']; for "
            "texts there are contains, startsWith, endsWith and size: reason.contains('haste'). A fact that "
            "may be missing is asked for first: has(ends_on) && ends_on > day('2027-01-01'). There are == != "
            "< <= > >= in && || ! ?: + - *.",
        ),
    ] = None
    deadline: Annotated[
        Target | None,
        Field(description="How long it may take, on the business calendar; without it there is no limit."),
    ] = None
    on_deadline: Annotated[
        OnDeadline,
        Field(
            description=(
                "What follows when the time is up: a reminder, escalation to somebody above, or a decision by itself."
            )
        ),
    ] = OnDeadline.REMIND
    most_reminders: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description=(
                "With `remind`: how often at most those who decide are reminded. After the last one it simply "
                "goes on waiting."
            ),
        ),
    ] = 3
    when_vacant: Annotated[
        WhenVacant,
        Field(
            description=(
                "Who decides where nobody is found who may: nobody (`skip`), the requester's superior, an "
                "administrator of approvals, or it stops until an administrator names somebody, which `on_deadline` "
                "does not shorten."
            )
        ),
    ] = WhenVacant.ADMINISTRATOR
    when_requester: Annotated[
        WhenRequester,
        Field(
            description=(
                "Who decides where only the requester is found: nobody (`skip`), their superior, or an "
                "administrator of approvals."
            )
        ),
    ] = WhenRequester.SUPERIOR
    # Whether whoever agrees says something too; whoever refuses always does.
    comment_needed: Annotated[
        bool, Field(description="Whether whoever agrees says why, too; whoever refuses or returns always does.")
    ] = False
    # Whether it may be approved together with others in one go.
    bulk_allowed: Annotated[bool, Field(description="Whether it may be approved together with others in one go.")] = (
        False
    )
    # Whether whoever stands in for somebody away may pass the seat on, too.
    delegates_may_transfer: Annotated[
        bool,
        Field(
            description=(
                "Whether somebody who stands in for an approver who is away may pass the decision on to a third "
                "person, too."
            )
        ),
    ] = False
    # Neighbouring steps with branches run side by side, the steps of one branch one after the other.
    branch: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z][a-z0-9_]*$",
            max_length=60,
            description="Neighbouring steps that name branches run side by side, a branch for each name. "
            "The case goes on when every branch has agreed.",
        ),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = (self.quorum is not None) + (self.quorum_percent is not None)
        if given != (1 if self.mode is Mode.QUORUM else 0):
            text = message(
                "A step that needs a quorum says how many in “quorum” or “quorum_percent”; the others don't."
            )
            raise unfit(text, "quorum")
        if self.on_deadline is not OnDeadline.REMIND and self.deadline is None:
            raise unfit(message("What happens at the deadline is said, but there is no deadline."), "deadline")
        return self


class Chain(Part):
    """An approval chain: its steps in order, and who is told of the outcome (AP-1).

    `purpose` tells apart several things that are decided about one kind of record, such as writing an invoice off and
    cancelling it.
    """

    subject_kind: Annotated[
        SubjectKind,
        Field(
            description=(
                "The kind of record that is decided on. `approvalSubjects` lists those for which Zhidu asks for "
                "an approval."
            )
        ),
    ]
    purpose: Annotated[
        str,
        Field(
            pattern=r"^([a-z][a-z0-9_]*)?$",
            max_length=60,
            description=(
                "What is decided about it, where there are several things, such as write_off, cancel and credit "
                "of invoices; else empty."
            ),
        ),
    ] = ""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30, description="The steps, in their order.")]
    informed: Annotated[
        tuple[Approver, ...], Field(max_length=50, description="Who gets a copy of the request and of what is decided.")
    ] = ()
    # How many hours pass before the requester may ask for haste again.
    urge_every_hours: Annotated[
        int, Field(ge=1, le=720, description="How many hours pass before the requester may ask for haste again.")
    ] = 24

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
        """Whether a subject with these facts goes through a step. Raises `conditions.ConditionFailed`, also for
        a fact that is missing."""
        # Every condition is judged, also after one that isn't met: what can't be judged always comes to light.
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
