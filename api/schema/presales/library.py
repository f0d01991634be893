"""The library of presales as clients see it: material in versions, who used it for what, and what they say about it."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

import strawberry

from api.reading.filters import IdFilter, TextFilter, WordFilter, combining, filtered
from api.reading.mapping import Node, Order, by_id, column, computed, one, page, shows
from api.results import mutation
from api.schema.access.types import Member
from api.schema.catalogue.types import ServiceLine
from api.schema.inputs import given, optional
from api.schema.presales.inquiries import Inquiry
from api.schema.presales.solutions import Solution
from api.schema.presales.types import Quotation
from domain.presales import commands, models
from domain.presales.queries import library as queries
from domain.presales.rules.library import Consent, Material, MaterialKind, MaterialState
from tenancy.work import Work

strawberry.enum(MaterialKind, name="LibraryItemKind", description="What a piece of the library is.")
strawberry.enum(MaterialState, name="LibraryItemState", description="Whether a version of a piece counts.")


@shows(models.LibraryUse, visible=queries.visible)
class LibraryUse(Node):
    """That somebody used a piece of the library for something, and what they say about it."""

    item: "LibraryItem | None" = one("The very version that was used.", "item_id")
    inquiry: Inquiry | None = one("For which inquiry, if for one that you may see.", "inquiry_id")
    quotation: Quotation | None = one("For which quotation, if for one that you may see.", "quotation_id")
    purpose: str = column("What it was used for.")
    feedback: str = column("What is wrong with it or missing; empty for nothing.")
    outdated: bool = column("Whether it has to be brought up to date for that.")
    used_at: datetime = column("When that was said.")
    used_by: Member | None = one("Who used it; null for a program.", "used_by_id")


@strawberry.enum(description="How uses of the library are ordered.")
class LibraryUseOrder(Enum):
    """Orders of uses."""

    NEWEST = "newest"


LIBRARY_USE_ORDERS = {LibraryUseOrder.NEWEST: Order(lambda row: row.id, descending=True)}


@strawberry.input(description="Which uses of the library to give.")
class LibraryUseFilter:
    """Conditions on uses."""

    inquiry_id: IdFilter | None = filtered("By inquiry.")
    quotation_id: IdFilter | None = filtered("By quotation.")
    used_by_id: IdFilter | None = filtered("By who used it.")
    outdated: bool | None = filtered("Those that ask for an update, or the others.")
    and_: "list[LibraryUseFilter] | None" = combining("All of these hold.", "and")
    or_: "list[LibraryUseFilter] | None" = combining("One of these holds.", "or")
    not_: "LibraryUseFilter | None" = combining("This does not hold.", "not")


@shows(models.LibraryItem, visible=queries.visible)
class LibraryItem(Node):
    """One version of something that presales keeps to use it again: a solution, a case, a template."""

    number: str = column("Its number, such as LIB-000042; the same for all versions.")
    version: int = column("Which version it is, from 1.")
    kind: MaterialKind = column("What it is.")
    state: MaterialState = column("Whether this version counts.")
    title: str = column("What it is about.")
    summary: str = column("In short, for whom and for what it is good.")
    content: str = column("All that it says.")
    tags: list[str] = column("Words by which it is found, in lower case.")
    service_line: ServiceLine | None = one("What kind of service it is about.", "service_line_id")
    solution: Solution | None = one("The customer's solution it comes of, if you may see it.", "solution_id")
    consent_by: str = column("Who of the customer agreed to its use for others; empty where nobody had to.")
    consent_on: date | None = column("When they agreed.")
    reason: str = column("Why there is this version; empty for the first.")
    written_at: datetime = column("When this version was written.")
    written_by: Member | None = one("Who has written it; null for a program.", "written_by_id")
    retired_for: str = column("Why nobody is to use it any more; empty otherwise.")
    consent_needed: bool = computed(
        "Whether a revision needs the customer's consent anew: it is retired and comes of a customer's solution.",
        queries.needs_consent_anew,
    )
    use_count: int = computed("How often it was used, in all of its versions.", queries.uses_of)
    update_wanted: bool = computed(
        "Whether somebody who used this version says that it has to be brought up to date; a new version answers that.",
        queries.is_called_for_update,
    )
    uses = page(
        "Who used this version, and what they say about it.",
        LibraryUse,
        on="item_id",
        orders=LIBRARY_USE_ORDERS,
        filter=LibraryUseFilter,
    )


@strawberry.enum(description="How the library is ordered.")
class LibraryItemOrder(Enum):
    """Orders of the library."""

    NEWEST = "newest"
    TITLE = "title"


LIBRARY_ITEM_ORDERS = {
    LibraryItemOrder.NEWEST: Order(lambda row: row.id, descending=True),
    LibraryItemOrder.TITLE: Order(lambda row: row.title),
}


@strawberry.input(description="Which pieces of the library to give.")
class LibraryItemFilter:
    """Conditions on the library."""

    number: TextFilter | None = filtered("By number.")
    kind: WordFilter[MaterialKind] | None = filtered("By what they are.")
    state: WordFilter[MaterialState] | None = filtered("By whether they count: CURRENT for what is to be used.")
    title: TextFilter | None = filtered("By title.")
    summary: TextFilter | None = filtered("By their summary.")
    content: TextFilter | None = filtered("By what they say.")
    service_line_id: IdFilter | None = filtered("By service line.")
    solution_id: IdFilter | None = filtered("By the solution they come of.")
    update_wanted: bool | None = filtered("Those that have to be brought up to date.", queries.is_called_for_update)
    and_: "list[LibraryItemFilter] | None" = combining("All of these hold.", "and")
    or_: "list[LibraryItemFilter] | None" = combining("One of these holds.", "or")
    not_: "LibraryItemFilter | None" = combining("This does not hold.", "not")


@strawberry.type(description="What can be asked of the library of presales.")
class LibraryQuery:
    """The part of the root that is about the library."""

    library_item = by_id("One version of a piece of the library.", LibraryItem)
    library_items = page(
        "The library of presales, each version for itself: for `presales.read` and `presales.quote`.",
        LibraryItem,
        orders=LIBRARY_ITEM_ORDERS,
        filter=LibraryItemFilter,
    )
    library_uses = page(
        "Who used what of the library for what: for `presales.read` and `presales.quote`.",
        LibraryUse,
        orders=LIBRARY_USE_ORDERS,
        filter=LibraryUseFilter,
    )


@strawberry.input(description="What a piece of the library says.")
class LibraryMaterialInput:
    """What a piece of the library says."""

    kind: MaterialKind = given("What it is.")
    title: str = given("What it is about; at most 200 characters.")
    content: str = given("All that it says; at most 50,000 characters.")
    summary: str = optional("In short, for whom and for what it is good; at most 2,000 characters.", default="")
    tags: list[str] = optional("Up to 20 words by which it is found.", default=())

    def material(self) -> Material:
        """The piece as the command takes it."""
        return Material(self.kind, self.title, self.summary, self.content, tuple(self.tags))


@strawberry.input(description="That a customer agrees to the use of their solution for others.")
class LibraryConsentInput:
    """That a customer agrees to the use of their solution for others."""

    given_by: str = given("Who of the customer said so.")
    given_on: date = given("When; today at the latest.")


@strawberry.input(description="Something to be kept in the library.")
class KeepMaterialInput:
    """Something to be kept in the library."""

    material: LibraryMaterialInput = given("What it says.")
    service_line_id: UUID | None = optional("What kind of service it is about.")
    solution_id: UUID | None = optional("The customer's solution it comes of; then consent is needed.")
    consent: LibraryConsentInput | None = optional("Who of that customer agreed to its use for others.")


async def keep_material(work: Work, input: KeepMaterialInput) -> models.LibraryItem:
    """Take something into the library of presales. Needs `presales.quote`, as all that is done with the library. What
    comes of a customer's solution is refused with NO_CONSENT where it is not said who of theirs agreed."""
    consent = input.consent
    return await commands.keep_material(
        work,
        material=input.material.material(),
        service_line_id=input.service_line_id,
        solution_id=input.solution_id,
        consent=Consent(consent.given_by, consent.given_on) if consent is not None else None,
    )


@strawberry.input(description="The next version of a piece of the library.")
class ReviseMaterialInput:
    """The next version of a piece of the library."""

    item_id: UUID = given("The version that counts, or was retired.")
    material: LibraryMaterialInput = given("What it says from now on; this replaces all that it said.")
    reason: str = given("Why there is a new version, such as what those who used it missed.")
    consent: LibraryConsentInput | None = optional(
        "Who of the customer agreed, if that was said anew; needed where `consentNeeded`."
    )

    def agreed(self) -> Consent | None:
        """The consent as the command takes it."""
        return Consent(self.consent.given_by, self.consent.given_on) if self.consent is not None else None


async def revise_material(work: Work, input: ReviseMaterialInput) -> models.LibraryItem:
    """Put a new version in the place of a piece; what it comes of stays as it is, and who agreed unless told anew.
    Answers those who asked for an update, and brings back what was retired; what comes of a customer's solution only
    with a new consent of theirs, else it is refused with NO_CONSENT."""
    return await commands.revise_material(
        work,
        item_id=input.item_id,
        material=input.material.material(),
        reason=input.reason,
        consent=input.agreed(),
    )


@strawberry.input(description="A piece of the library that nobody is to use any more.")
class RetireMaterialInput:
    """A piece of the library that nobody is to use any more."""

    item_id: UUID = given("The version that counts.")
    reason: str = given("Why, such as that its customer takes the consent back.")


async def retire_material(work: Work, input: RetireMaterialInput) -> models.LibraryItem:
    """Say that nobody is to use a piece of the library any more. Who used it stays known."""
    return await commands.retire_material(work, item_id=input.item_id, reason=input.reason)


@strawberry.input(description="That a piece of the library was used.")
class UseMaterialInput:
    """That a piece of the library was used."""

    item_id: UUID = given("The version that counts.")
    purpose: str = given("What it was used for; at most 2,000 characters.")
    inquiry_id: UUID | None = optional("For which inquiry; or give quotationId, or neither.")
    quotation_id: UUID | None = optional("For which quotation.")
    feedback: str = optional("What is wrong with it or missing.", default="")
    outdated: bool = optional("Whether it has to be brought up to date; then feedback says why.", default=False)


async def use_material(work: Work, input: UseMaterialInput) -> models.LibraryUse:
    """Say that a piece of the library was used, for what, and what is wrong with it or missing. With `outdated` the
    piece is found by `updateWanted` until there is a new version."""
    return await commands.use_material(
        work,
        item_id=input.item_id,
        purpose=input.purpose,
        inquiry_id=input.inquiry_id,
        quotation_id=input.quotation_id,
        feedback=input.feedback,
        outdated=input.outdated,
    )


@strawberry.type(description="What can be changed about the library of presales.")
class LibraryMutation:
    """The library of presales."""

    keep_material = mutation(keep_material, item=LibraryItem)
    revise_material = mutation(revise_material, item=LibraryItem)
    retire_material = mutation(retire_material, item=LibraryItem)
    use_material = mutation(use_material, use=LibraryUse)
