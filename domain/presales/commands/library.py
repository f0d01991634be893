"""Keeping presales material, its versions, and saying who used it for what (PS-5)."""

from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.kernel.command import command
from domain.kernel.permissions import Permission
from domain.kernel.texts import several_lines
from domain.organisation import queries as organisation
from domain.presales.events import LibraryItemKept, LibraryItemRetired, LibraryItemUsed
from domain.presales.models import LibraryItem, LibraryUse
from domain.presales.queries import inquiries, quotations, solutions
from domain.presales.queries import library as queries
from domain.presales.rules import library as rules
from domain.presales.rules.library import MATERIALS, Consent, Material, MaterialMove
from tenancy.numbers import next_number
from tenancy.refusals import Invalid, message
from tenancy.work import Work

NUMBERS = "library_items"


@command(needs=Permission.PRESALES_QUOTE)
async def keep_material(
    work: Work,
    *,
    material: Material,
    service_line_id: UUID | None = None,
    solution_id: UUID | None = None,
    consent: Consent | None = None,
) -> LibraryItem:
    """Take a piece into the library. What comes of a customer's solution needs that customer's consent, else it is
    refused with NO_CONSENT."""
    material = material.checked()
    if solution_id is not None:
        await solutions.get(work, solution_id, "solutionId")
        if consent is None:
            raise rules.refuse_without_consent()
    if service_line_id is not None:
        await catalogue.line_codes(work, service_line_id, "serviceLineId")
    if consent is not None:
        consent = consent.checked(organisation.today(work))
    item = _add(work, f"LIB-{await next_number(work, NUMBERS):06}", 1, material)
    item.service_line_id, item.solution_id = service_line_id, solution_id
    if consent is not None:
        item.consent_by, item.consent_on = consent.given_by, consent.given_on
    work.record(LibraryItemKept(item_id=item.id, version=1), about=item)
    return item


@command(needs=Permission.PRESALES_QUOTE)
async def revise_material(
    work: Work, *, item_id: UUID, material: Material, reason: str, consent: Consent | None = None
) -> LibraryItem:
    """Put the next version in the place of a piece, and say why; what it comes of stays as it is, and who agreed unless
    told anew. Also brings back what was retired: what comes of a customer's solution then needs their consent anew,
    else it is refused with NO_CONSENT."""
    former = await queries.get(work, item_id, "itemId", lock=True)
    if rules.needs_consent_anew(former.state, former.solution_id) and consent is None:
        raise rules.refuse_without_consent_anew()
    former.state = MATERIALS.next(former.state, MaterialMove.REVISE)
    if former.version >= rules.MOST_VERSIONS:
        raise Invalid(message("There are at most {most} versions."), {"most": rules.MOST_VERSIONS}, ("itemId",))
    why, material = several_lines(reason, rules.MAX_FEEDBACK, "reason"), material.checked()
    # The former one stops being live before the new one is, as the table's index demands.
    await work.flush()
    item = _add(work, former.number, former.version + 1, material, why)
    item.service_line_id, item.solution_id = former.service_line_id, former.solution_id
    item.consent_by, item.consent_on = former.consent_by, former.consent_on
    if consent is not None:
        consent = consent.checked(organisation.today(work))
        item.consent_by, item.consent_on = consent.given_by, consent.given_on
    work.record(LibraryItemKept(item_id=item.id, version=item.version), about=item)
    return item


@command(needs=Permission.PRESALES_QUOTE)
async def retire_material(work: Work, *, item_id: UUID, reason: str) -> LibraryItem:
    """Say that nobody is to use a piece any more, such as when its customer takes the consent back."""
    item = await queries.get(work, item_id, "itemId", lock=True)
    item.state = MATERIALS.next(item.state, MaterialMove.RETIRE)
    item.retired_for = several_lines(reason, rules.MAX_FEEDBACK, "reason")
    work.record(LibraryItemRetired(item_id=item.id), about=item)
    return item


@command(needs=Permission.PRESALES_QUOTE)
async def use_material(
    work: Work,
    *,
    item_id: UUID,
    purpose: str,
    inquiry_id: UUID | None = None,
    quotation_id: UUID | None = None,
    feedback: str = "",
    outdated: bool = False,
) -> LibraryUse:
    """Say for what a piece was used, and what is wrong with it or missing; only the version that counts is used."""
    item = await queries.get(work, item_id, "itemId", lock=True)
    MATERIALS.next(item.state, MaterialMove.USE)
    if inquiry_id is not None and quotation_id is not None:
        raise Invalid(
            message("Say for which inquiry or for which quotation it was, one of the two."), path=("inquiryId",)
        )
    if inquiry_id is not None:
        await inquiries.get(work, inquiry_id, "inquiryId")
    if quotation_id is not None:
        await quotations.get(work, quotation_id, "quotationId")
    use = work.add(
        LibraryUse(
            item_id=item.id,
            inquiry_id=inquiry_id,
            quotation_id=quotation_id,
            purpose=several_lines(purpose, rules.MAX_FEEDBACK, "purpose"),
            feedback=several_lines(feedback, rules.MAX_FEEDBACK, "feedback", may_be_empty=not outdated),
            outdated=outdated,
            used_at=work.now,
            used_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
    work.record(LibraryItemUsed(item_id=item.id, use_id=use.id, outdated=outdated), about=use)
    return use


def _add(work: Work, number: str, version: int, material: Material, reason: str = "") -> LibraryItem:
    return work.add(
        LibraryItem(
            number=number,
            version=version,
            kind=material.kind,
            title=material.title,
            summary=material.summary,
            content=material.content,
            tags=list(material.tags),
            service_line_id=None,
            solution_id=None,
            consent_by="",
            consent_on=None,
            reason=reason,
            written_at=work.now,
            written_by_id=work.actor.id if work.actor.is_member else None,
        )
    )
