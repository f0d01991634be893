"""Things and documents: who uses what, when it is maintained or scrapped, what is lent, reviewed, or runs out."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.kinds.access import Confidentiality
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Code, Recurrence, Wording, out_of_order, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message

PostName = Annotated[str, Field(min_length=1, max_length=100)]


class UsePermission(ClauseKind):
    """Who may use equipment of a class (AS-2)."""

    kind = "use_permission"
    label = message("Permission of use")
    dimensions = (Dimension.DEPARTMENT,)

    asset_class: Annotated[Code, Field(description="The class of equipment, such as test_servers.")]
    name: Annotated[Wording, Field(description="What the class of equipment is called.")]
    posts: Annotated[tuple[PostName, ...], Field(max_length=50, description="Posts by name; none for everybody.")] = ()
    training_needed: Annotated[bool, Field(description="Whether a training is needed first.")] = False

    @property
    def topic(self) -> str:
        return self.asset_class

    def standard_text(self) -> tuple[Sentence, ...]:
        told = say(message("{name} may be used by everybody."), name=self.name)
        if self.posts:
            told = say(message("{name} may be used by: {posts}."), name=self.name, posts=self.posts)
        return (told, say(message("A training is needed first."))) if self.training_needed else (told,)


class MaintenanceSchedule(ClauseKind):
    """When equipment of a class is maintained and what is done (AS-2)."""

    kind = "maintenance_schedule"
    label = message("Maintenance schedule")
    dimensions = (Dimension.DEPARTMENT,)

    asset_class: Annotated[Code, Field(description="The class of equipment, such as test_servers.")]
    name: Annotated[Wording, Field(description="What the maintenance is called.")]
    when: Annotated[Recurrence, Field(description="When it comes round.")]
    tasks: Annotated[tuple[Wording, ...], Field(min_length=1, max_length=50, description="What is done each time.")]

    @property
    def topic(self) -> str:
        return self.asset_class

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("{name} is maintained {every}: {tasks}.")
        return (say(text, name=self.name, every=self.when.every, tasks=self.tasks),)


class ScrappingRule(ClauseKind):
    """From what age equipment of a class may be scrapped (AS-3)."""

    kind = "scrapping_rule"
    label = message("Scrapping")
    dimensions = (Dimension.DEPARTMENT,)

    asset_class: Annotated[Code, Field(description="The class of equipment, such as test_servers.")]
    name: Annotated[Wording, Field(description="What the class is called.")]
    after_years: Annotated[int, Field(ge=1, le=50, description="From how many years of age on it may be scrapped.")]

    @property
    def topic(self) -> str:
        return self.asset_class

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("{name} may be scrapped after {years} years, or when it can't be repaired any more.")
        return (say(text, name=self.name, years=self.after_years),)


class DocumentReview(ClauseKind):
    """How often controlled documents of a level are looked at anew (KD-2)."""

    kind = "document_review"
    label = message("Review of documents")
    dimensions = (Dimension.DEPARTMENT,)

    level: Annotated[Confidentiality, Field(description="How confidential the documents are that this is about.")]
    every_months: Annotated[int, Field(ge=1, le=120, description="Months from one review to the next.")]

    @property
    def topic(self) -> str:
        return self.level.value

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Documents of the level “{level}” are reviewed every {months} months.")
        return (say(text, level=self.level, months=self.every_months),)


class DocumentLoan(ClauseKind):
    """For how long documents of a level are lent (KD-3)."""

    kind = "document_loan"
    label = message("Loan of documents")
    dimensions = (Dimension.DEPARTMENT, Dimension.POST)

    level: Annotated[Confidentiality, Field(description="How confidential the documents are that this is about.")]
    most_working_days: Annotated[
        int, Field(ge=1, le=366, description="For how many working days a document is lent at most.")
    ]
    most_renewals: Annotated[int, Field(ge=0, le=20, description="How often a loan may be renewed.")] = 1
    remind_before_working_days: Annotated[
        int,
        Field(
            ge=0,
            le=60,
            description="How many working days before its end the borrower is reminded; 0 for on the day itself.",
        ),
    ] = 1

    @property
    def topic(self) -> str:
        return self.level.value

    @property
    def relies_on(self) -> tuple[str, ...]:
        return ("business_calendar",)

    @model_validator(mode="after")
    def _reminds_in_time(self) -> Self:
        if self.remind_before_working_days >= self.most_working_days:
            raise unfit(message("The reminder would come before the loan begins."), "remind_before_working_days")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message(
            "Documents of the level “{level}” are lent for {days} working days and renewed {renewals} times."
        )
        return (say(text, level=self.level, days=self.most_working_days, renewals=self.most_renewals),)


class Expiring(StrEnum):
    """What runs out on a day."""

    CONTRACT = "contract"
    PARTNER_AGREEMENT = "partner_agreement"
    PATENT = "patent"
    TRADEMARK = "trademark"
    SOFTWARE_LICENCE = "software_licence"
    CERTIFICATE = "certificate"
    WARRANTY = "warranty"


worded(
    {
        Expiring.CONTRACT: message("contracts"),
        Expiring.PARTNER_AGREEMENT: message("partner agreements"),
        Expiring.PATENT: message("patents"),
        Expiring.TRADEMARK: message("trademarks"),
        Expiring.SOFTWARE_LICENCE: message("software licences"),
        Expiring.CERTIFICATE: message("certificates"),
        Expiring.WARRANTY: message("warranties"),
    }
)


class ExpiryReminders(ClauseKind):
    """When somebody is reminded of what runs out (CT-3, AS-4, PA-1, IP-1, PE-2)."""

    kind = "expiry_reminders"
    label = message("Reminders of expiry")
    dimensions = (Dimension.DEPARTMENT, Dimension.CUSTOMER_TIER)
    consumed_by = "contracts.keep_term"

    record: Annotated[Expiring, Field(description="What runs out.")]
    days_before: Annotated[
        tuple[Annotated[int, Field(ge=0, le=1095)], ...],
        Field(
            min_length=1,
            max_length=12,
            description=(
                "Calendar days before the day, the soonest reminder first. Each comes as work begins; on a day that is "
                "not worked, on the last one before it."
            ),
        ),
    ]

    @property
    def topic(self) -> str:
        return self.record.value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (place := out_of_order([-days for days in self.days_before])) is not None:
            text = message("Reminders are listed from the one that comes first, with most days, to the last.")
            raise unfit(text, "days_before", place)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("Before {record} run out, reminders go out {days} days ahead.")
        return (say(text, record=self.record, days=self.days_before),)
