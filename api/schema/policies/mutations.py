"""Writing the handbook and putting it in force."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from api.schema.inputs import given, optional
from domain.policies import commands
from domain.policies.models import Clause, HandbookVersion
from domain.policies.rules import checks, exchange
from domain.rulebook import commands as rulebook
from domain.rulebook.models import DryRun
from tenancy.work import Work


@strawberry.input(description="A text in the product's three languages; at least one is given.")
class TextInput:
    """A text in three languages."""

    zh_hans: str | None = optional("In Simplified Chinese.")
    zh_hant: str | None = optional("In Traditional Chinese.")
    en: str | None = optional("In English.")

    def texts(self) -> dict[str, str]:
        """The given ones, by language."""
        texts = {"zh_Hans": self.zh_hans, "zh_Hant": self.zh_hant, "en": self.en}
        return {language: text for language, text in texts.items() if text is not None}


@strawberry.input(description="A version of the handbook.")
class VersionInput:
    """A version of the handbook."""

    version_id: UUID = given("The version.")


@strawberry.input(description="A new version of the handbook.")
class DraftVersionInput:
    """A new version of the handbook."""

    title: TextInput = given("The handbook's title.")
    document_number: str = given("The document's number.")
    note: str = optional("Why there is this version and what it changes.", default="")
    copy_from_id: UUID | None = optional("The version whose clauses it begins with; none begins empty.")


async def draft_version(work: Work, input: DraftVersionInput) -> HandbookVersion:
    """Begin a new version of the handbook, empty or with the clauses of another."""
    return await commands.draft_version(
        work,
        title=input.title.texts(),
        document_number=input.document_number,
        note=input.note,
        copy_from=input.copy_from_id,
    )


@strawberry.input(description="What stands on a draft's cover.")
class RetitleVersionInput:
    """What stands on a draft's cover."""

    version_id: UUID = given("The draft.")
    title: TextInput | None = optional("The handbook's title; unless told, it stays.")
    document_number: str | None = optional("The document's number; unless told, it stays.")
    note: str | None = optional("Why there is this version and what it changes; unless told, it stays.")
    seen_revision: int | None = optional("The draft's revision that you have read; refused when it has changed.")


async def retitle_version(work: Work, input: RetitleVersionInput) -> HandbookVersion:
    """Change a draft's title, document number or note. A dry run it has had tried another text, so it is tried anew
    where the handbook in force asks for that."""
    return await commands.retitle_version(
        work,
        version_id=input.version_id,
        title=input.title.texts() if input.title is not None else None,
        document_number=input.document_number,
        note=input.note,
        seen_revision=input.seen_revision,
    )


@strawberry.input(description="A handbook to begin with.")
class StartHandbookInput:
    """A handbook to begin with."""

    starter: str = given("Its name; handbookStarters lists them.")
    title: TextInput | None = optional("The handbook's title; unless told, the starter's.")
    document_number: str | None = optional("The document's number; unless told, the starter's.")
    note: str | None = optional("Why there is this version; unless told, the starter's.")


async def start_handbook(work: Work, input: StartHandbookInput) -> HandbookVersion:
    """Begin a version from one of the starters; every clause of it may be changed."""
    return await commands.start_handbook(
        work,
        starter=input.starter,
        title=input.title.texts() if input.title is not None else None,
        document_number=input.document_number,
        note=input.note,
    )


@strawberry.input(description="A version as a document.")
class ImportVersionInput:
    """A version as a document."""

    source: str = given(
        f"The document in YAML, as handbookDocument gives it; at most {exchange.MOST_BYTES:,} bytes in UTF-8."
    )


async def import_version(work: Work, input: ImportVersionInput) -> HandbookVersion:
    """Begin a version from a document. It is refused as a whole with its first fault, whose path leads to the clause by
    its number and into its value."""
    return await commands.import_version(work, source=input.source)


@strawberry.input(description="A trial of a draft on past cases.")
class StartDryRunInput:
    """A trial of a draft on past cases."""

    version_id: UUID = given("The draft.")
    months: int = given("Over how many past months, 1 to 24.")


async def start_dry_run(work: Work, input: StartDryRunInput) -> DryRun:
    """Have a draft tried on the cases of the past months: requests and their clocks, resignations, invoices and their
    letters, quality targets, approvals. It goes on in the background; ask for it again to see how far it has come.
    Versions that are published, withdrawn or discarded are refused with WRONG_STATE; copy one into a new draft."""
    return await rulebook.start_dry_run(work, version_id=input.version_id, months=input.months)


@strawberry.input(description="A dry run.")
class DryRunInput:
    """A dry run."""

    dry_run_id: UUID = given("The dry run.")


async def confirm_reading(work: Work, input: VersionInput) -> HandbookVersion:
    """Confirm that you have read a published version of the handbook; once is enough."""
    await rulebook.confirm_reading(work, version_id=input.version_id)
    return await work.get(HandbookVersion, input.version_id)


async def sign_dry_run(work: Work, input: DryRunInput) -> DryRun:
    """Confirm that you have read what a dry run found; whoever wrote the version doesn't, unless nobody else could.
    Refused with UNSEEN_FINDINGS, which names the permissions, where it found something in records that you may not
    read: `findings { totalCount }` is less than `differing` then. Refused with OUTDATED_DRY_RUN where the version has
    changed since it was tried, which `outdated` tells: start another one, and sign that."""
    return await rulebook.sign_dry_run(work, dry_run_id=input.dry_run_id)


@strawberry.input(description="A clause of a draft.")
class PutClauseInput:
    """A clause of a draft."""

    version_id: UUID = given("The draft.")
    number: str = given("The clause's number, such as 4.2.1.")
    kind: str = given("Its kind; clauseKinds lists them.")
    value: JSON = given("What it lays down, in the form of its kind.")
    title: TextInput = given("Its heading.")
    text: TextInput | None = optional(
        "Its wording. Left out, a clause that stays of its kind keeps the one it has; null clears it.", default=UNSET
    )
    scope: JSON | None = optional("What it is limited to, by the kind's dimensions; none is the whole company.")
    applies_to_open_cases: bool = optional("Whether running cases go by it once it is in force.", default=False)
    seen_revision: int | None = optional("The draft's revision that you have read; refused when it has changed.")


async def put_clause(work: Work, input: PutClauseInput) -> Clause:
    """Write a clause into a draft, in place of the one with this number if there is one.

    `errors` tells everything that is wrong with the value at once, each with the path that leads to it, up to twenty.
    """
    return await commands.put_clause(
        work,
        version_id=input.version_id,
        number=input.number,
        kind=input.kind,
        value=cast("Mapping[str, Any]", input.value),
        title=input.title.texts(),
        text=_wording(input.text),
        scope=cast("Mapping[str, Any] | None", input.scope),
        applies_to_open_cases=input.applies_to_open_cases,
        seen_revision=input.seen_revision,
    )


def _wording(given: TextInput | None) -> dict[str, str] | None:
    """What the command is told: nothing keeps the wording that is there, an empty one clears it. Only null means an
    empty one; a wording without a word in any language is refused."""
    if given is UNSET:
        return None
    return checks.clean_texts(given.texts(), checks.TEXT_LENGTH, "text") if given is not None else {}


@strawberry.input(description="A clause to take out.")
class RemoveClauseInput:
    """A clause to take out."""

    version_id: UUID = given("The draft.")
    number: str = given("The clause's number.")
    seen_revision: int | None = optional("The draft's revision that you have read; refused when it has changed.")


async def remove_clause(work: Work, input: RemoveClauseInput) -> HandbookVersion:
    """Take a clause out of a draft."""
    await commands.remove_clause(
        work, version_id=input.version_id, number=input.number, seen_revision=input.seen_revision
    )
    return await work.get(HandbookVersion, input.version_id)


@strawberry.input(description="A draft to give up.")
class DiscardVersionInput:
    """A draft to give up."""

    version_id: UUID = given("The draft.")
    reason: str = optional("Why; it stays in the journal.", default="")


async def discard_version(work: Work, input: DiscardVersionInput) -> HandbookVersion:
    """Give up a draft that nobody goes on with: whoever began it does, or somebody who may publish. It keeps its
    number, stays readable for those who work on versions, and can be copied into a new draft, but is never
    submitted."""
    return await commands.discard_version(work, version_id=input.version_id, reason=input.reason)


@strawberry.input(description="A draft to hand in.")
class SubmitVersionInput:
    """A draft to hand in."""

    version_id: UUID = given("The draft.")
    effective_at: datetime | None = optional(
        "When it is to take effect, which is reviewed with it; unless told, as soon as it is approved."
    )


@strawberry.input(description="A draft that is to rest on the version before it.")
class RebaseVersionInput:
    """A draft that is to rest on the version before it."""

    version_id: UUID = given("The draft.")
    effective_at: datetime | None = optional(
        "When it is to take effect: it will rest on the last version before; unless told, on the last one published."
    )
    keep: list[str] | None = optional(
        "Numbers of clauses that were changed in both and of which the draft's own form stays."
    )


async def rebase_version(work: Work, input: RebaseVersionInput) -> HandbookVersion:
    """Bring into a draft what was published since it was begun, clause by clause, where the draft itself hasn't touched
    the clause; from then on it rests on that version. Clauses changed in both are told by their numbers with the code
    CLAUSES_CLASH, and nothing is changed. A draft that rests on an outdated version is refused with OUTDATED_BASE when
    it is submitted or published."""
    return await commands.rebase_version(
        work, version_id=input.version_id, effective_at=input.effective_at, keep=input.keep or ()
    )


@strawberry.input(description="A published version to take back.")
class WithdrawVersionInput:
    """A published version to take back."""

    version_id: UUID = given("The version.")
    reason: str = given("Why; it stays in the journal.")


async def withdraw_version(work: Work, input: WithdrawVersionInput) -> HandbookVersion:
    """Take a published version back before it takes effect. It never does then; what it says can be copied into a new
    draft."""
    return await commands.withdraw_version(work, version_id=input.version_id, reason=input.reason)


async def submit_version(work: Work, input: SubmitVersionInput) -> HandbookVersion:
    """Hand a draft in: to the approvers, where the version in force has an approval chain for versions of the handbook
    (subjectKind handbook_versions, purpose publish), else for review by hand. From now on its clauses stand still. In a
    company of one, which has nobody to ask, publish it by hand in spite of the chain; the reason is recorded as a
    decision by the chain's clause. A draft that says the very same as the version it changes is refused with
    NOTHING_CHANGED."""
    await rulebook.submit_version(work, version_id=input.version_id, effective_at=input.effective_at)
    return await work.get(HandbookVersion, input.version_id)


async def review_version(work: Work, input: VersionInput) -> HandbookVersion:
    """Confirm that you have reviewed a version."""
    return await commands.review_version(work, version_id=input.version_id)


async def return_version(work: Work, input: VersionInput) -> HandbookVersion:
    """Send a version in review back to be changed; what its approvers have decided so far is void."""
    await rulebook.return_version(work, version_id=input.version_id)
    return await work.get(HandbookVersion, input.version_id)


@strawberry.input(description="When a version takes effect.")
class PublishVersionInput:
    """When a version takes effect."""

    version_id: UUID = given("The version.")
    effective_at: datetime | None = optional(
        "From when it is in force; unless told, when it was submitted for, or as soon as the handbook allows."
    )


async def publish_version(work: Work, input: PublishVersionInput) -> HandbookVersion:
    """Approve a reviewed version by hand and put it in force; whoever wrote it doesn't, unless nobody else could;
    whoever reviewed it may. It is refused with NEEDS_REVIEW before somebody has reviewed it, with OUTDATED_BASE when
    another version than its base comes before it, and while the handbook in force has an approval chain for it."""
    return await commands.publish_version(work, version_id=input.version_id, effective_at=input.effective_at)
