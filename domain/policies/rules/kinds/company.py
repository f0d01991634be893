"""The company's own order: its handbook, approvals, records, archives and what it sends."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from domain.kernel.calendars import WallTime, minutes_of
from domain.policies.rules import chain_text
from domain.policies.rules.chains import Chain, Panel, chain_topic
from domain.policies.rules.clause_kind import ClauseKind, Days
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import check_once, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class Provision(ClauseKind):
    """A rule that people follow by hand; Zhidu shows it and acts on nothing."""

    kind = "provision"
    label = message("Provision")
    dimensions = tuple(Dimension)
    exclusive = False


class PublishingRules(ClauseKind):
    """What the company asks of a new version of its handbook before it is published (PO-3, PO-6)."""

    kind = "publishing_rules"
    label = message("Publishing rules")
    consumed_by = "rulebook.submit_version, policies.publish_version"

    dry_run_months: Annotated[
        int | None, Field(ge=1, le=24, description="Over how many past months a dry run is needed; none needs none.")
    ] = None
    dry_run_signed: Annotated[
        bool, Field(description="Whether somebody who may publish has to sign the result of the dry run.")
    ] = False
    least_days_before_effect: Annotated[
        Days, Field(description="Calendar days that lie at least between issuing a version and its taking effect.")
    ] = 0

    @model_validator(mode="after")
    def _signs_what_is_run(self) -> Self:
        if self.dry_run_signed and self.dry_run_months is None:
            raise unfit(message("A dry run can only be signed where one is needed."), "dry_run_signed")
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("A version of the handbook may take effect as soon as it is issued."))]
        if self.least_days_before_effect:
            text = message("A version of the handbook takes effect at the earliest {days} days after it is issued.")
            told = [say(text, days=self.least_days_before_effect)]
        if self.dry_run_months is not None:
            text = message("Before that it is tried on the cases of the past {months} months.")
            if self.dry_run_months == 1:
                text = message("Before that it is tried on the cases of the past month.")
            told.append(say(text, months=self.dry_run_months))
        if self.dry_run_signed:
            told.append(say(message("Somebody who may publish signs the result.")))
        return tuple(told)


class ReadingConfirmation(ClauseKind):
    """Staff confirm that they have read a version of the handbook, and are reminded until they have (PO-9)."""

    kind = "reading_confirmation"
    label = message("Confirmation of reading")
    consumed_by = "rulebook.confirm_reading"
    dimensions = (Dimension.POST, Dimension.DEPARTMENT)

    within_days: Annotated[
        int,
        Field(
            ge=1,
            le=366,
            description=(
                "Calendar days from a version's taking effect in which it is read; for whoever begins work later, from "
                "their first working day."
            ),
        ),
    ]
    remind_every_days: Annotated[
        int, Field(ge=1, le=366, description="Calendar days from one reminder to the next, once the time is up.")
    ] = 3
    most_reminders: Annotated[
        int,
        Field(
            ge=0,
            le=20,
            description=(
                "How often somebody is reminded at most; 0 for never. After that, who has not read it is still listed."
            ),
        ),
    ] = 3

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message(
            "Staff confirm within {days} days that they have read a new version of the handbook; "
            "after that they are reminded every {every} days, at most {most} times."
        )
        later = message("Whoever begins work later has as many days from their first working day on.")
        return (say(text, days=self.within_days, every=self.remind_every_days, most=self.most_reminders), say(later))


class ApprovalChain(ClauseKind, Chain):
    """Who decides, in which steps and by when, on a kind of record; the clause's value is the chain itself.

    It is asked of versions of the handbook (PO-3), help from outside a request's pair (RQ-4), contracts by their amount
    (CT-1) and everything else that `approvalSubjects` lists (AP-1, AP-4).
    """

    kind = "approval_chain"
    label = message("Approval chain")
    dimensions = (Dimension.POST, Dimension.DEPARTMENT, Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE)
    consumed_by = "approvals.open_approval"

    @property
    def topic(self) -> str:
        return chain_topic(self.subject_kind, self.purpose)

    @property
    def relies_on(self) -> tuple[str, ...]:
        # By its name: the calendar stands in the chapter on service.
        return ("business_calendar",) if any(step.deadline for step in self.steps) else ()

    def standard_text(self) -> tuple[Sentence, ...]:
        return tuple(chain_text.told(self))


class ExpertPanel(ClauseKind, Panel):
    """Who belongs to a panel of experts that approval chains name (AP-2); the clause's value is the panel itself."""

    kind = "expert_panel"
    label = message("Expert panel")
    consumed_by = "approvals.open_approval"

    @property
    def topic(self) -> str:
        return self.name

    def standard_text(self) -> tuple[Sentence, ...]:
        text = message("The panel “{name}” is made up of: {members}.")
        return (say(text, name=self.name, members=tuple(map(chain_text.named, self.members))),)


class RetainedRecord(StrEnum):
    """What is kept for so long and no longer."""

    CLOSED_REQUESTS = "closed_requests"
    JOURNAL = "journal"
    CLOSED_COMPANY = "closed_company"
    CANDIDATES = "candidates"
    CONTRACTS = "contracts"
    INVOICES = "invoices"
    PERSONNEL_FILES = "personnel_files"
    PROJECT_FILES = "project_files"


worded(
    {
        RetainedRecord.CLOSED_REQUESTS: message("closed requests"),
        RetainedRecord.JOURNAL: message("the journal"),
        RetainedRecord.CLOSED_COMPANY: message("the data of a company that was closed"),
        RetainedRecord.CANDIDATES: message("records of candidates"),
        RetainedRecord.CONTRACTS: message("contracts"),
        RetainedRecord.INVOICES: message("invoices and receipts"),
        RetainedRecord.PERSONNEL_FILES: message("personnel files"),
        RetainedRecord.PROJECT_FILES: message("project files"),
    }
)


class Retention(ClauseKind):
    """How long records of a kind are kept after they have served their purpose (TN-1, KD-2)."""

    kind = "retention"
    label = message("Retention")

    record: Annotated[RetainedRecord, Field(description="The records that are kept.")]
    keep_days: Annotated[int, Field(ge=1, le=36_600, description="Calendar days from the end of their purpose.")]

    @property
    def topic(self) -> str:
        return self.record.value

    def standard_text(self) -> tuple[Sentence, ...]:
        return (say(message("Kept for {days} days: {record}."), record=self.record, days=self.keep_days),)


class BackupSchedule(ClauseKind):
    """When the company's archive is written and how long archives are kept (BK-1): daily, or by a cron expression.

    Times are wall times of the company's zone. An archive goes when it is older than `keep_days`, but never the newest
    `keep_at_least`. Every `drill_every`-th archive is restored into a rehearsal by itself.
    """

    kind = "backup_schedule"
    label = message("Backup schedule")
    consumed_by = "backups"

    daily_at: Annotated[
        WallTime | None,
        Field(description="The time of every day, such as 02:30, in the company's zone. Either this or `cron`."),
    ] = None
    cron: Annotated[
        str | None,
        Field(
            max_length=100,
            description="A cron expression in the company's zone, such as 30 2 * * 1-5. Either this or `daily_at`.",
        ),
    ] = None
    keep_days: Annotated[int, Field(ge=1, le=3660, description="For how many days an archive is kept.")]
    keep_at_least: Annotated[
        int, Field(ge=1, le=1000, description="So many of the newest archives are kept however old they are.")
    ] = 3
    drill_every: Annotated[
        int | None,
        Field(ge=1, le=366, description="One archive in so many is restored for practice; without it none is."),
    ] = None

    @field_validator("cron")
    @classmethod
    def _understood(cls, given: str | None) -> str | None:
        try:
            if given is not None:
                CronSim(given, datetime(2026, 1, 1))  # noqa: DTZ001  # cron speaks of wall times, which have no zone
        except CronSimError:
            raise unfit(message("“{given}” is not a cron expression, such as 30 2 * * 1-5."), given=given) from None
        return given

    @model_validator(mode="after")
    def _in_one_way(self) -> Self:
        if (self.daily_at is None) == (self.cron is None):
            raise unfit(message("A schedule has either a time of every day in “daily_at” or a “cron” expression."))
        if self.daily_at == "24:00":
            raise unfit(message("Write 00:00 for midnight."), "daily_at")
        return self

    def next_after(self, at: datetime, zone: str) -> datetime:
        """The next instant, with the company's zone, at which an archive is due, strictly after `at`."""
        hours, minutes = divmod(minutes_of(self.daily_at or "00:00"), 60)
        found: datetime = next(CronSim(self.cron or f"{minutes} {hours} * * *", at.astimezone(ZoneInfo(zone))))
        return found

    def standard_text(self) -> tuple[Sentence, ...]:
        written = say(message("An archive of all data is written by the schedule {cron}."), cron=self.cron)
        if self.daily_at is not None:
            written = say(message("An archive of all data is written daily at {at}."), at=self.daily_at)
        kept = say(
            message("It is kept for {days} days, but never fewer than the newest {least}."),
            days=self.keep_days,
            least=self.keep_at_least,
        )
        if self.drill_every is None:
            return written, kept
        drilled = say(message("One archive in {every} is restored for practice."), every=self.drill_every)
        return written, kept, drilled


MediaType = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{0,99}/([a-z0-9][a-z0-9.+-]{0,99}|\*)$", max_length=120)]


class FileRules(ClauseKind):
    """What may be uploaded (KD-5): how large one file is, how large all together, and of which kinds.

    What the installation allows is not exceeded by any clause. A megabyte has 1,048,576 bytes.
    """

    kind = "file_rules"
    label = message("Files")
    consumed_by = "files.register"

    most_megabytes: Annotated[int, Field(ge=1, le=1_000_000, description="The largest file, in megabytes.")]
    company_megabytes: Annotated[
        int | None, Field(ge=1, le=1_000_000_000, description="All files of the company together, in megabytes.")
    ] = None
    media_types: Annotated[
        tuple[MediaType, ...],
        Field(max_length=100, description="The kinds that are taken, such as application/pdf or image/*; none: all."),
    ] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        check_once(self.media_types)
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("A file has at most {most} megabytes."), most=self.most_megabytes)]
        if self.company_megabytes is not None:
            text = message("All files of the company together have at most {most} megabytes.")
            told.append(say(text, most=self.company_megabytes))
        if self.media_types:
            told.append(say(message("Files of these kinds are taken: {kinds}."), kinds=self.media_types))
        return tuple(told)
