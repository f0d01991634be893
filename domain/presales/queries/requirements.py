"""What the link of a requirements document opens."""

from dataclasses import dataclass
from uuid import UUID

from domain.customers import queries as customers
from domain.kernel.terms import Language
from domain.organisation import queries as organisation
from domain.presales.models import Inquiry, RequirementsDocument
from domain.presales.rules.inquiries import INQUIRIES, InquiryMove
from domain.presales.rules.requirements import RequirementsState
from domain.presales.rules.shown import Shown, Sides, requirements_shown
from tenancy.work import Work


@dataclass(frozen=True)
class ShownRequirements:
    """What a link shows: the version, from whom and to whom."""

    document: RequirementsDocument
    inquiry: Inquiry
    sides: Sides
    language: Language

    def written(self, language: Language) -> Shown:
        """The page in a language."""
        said = self.document
        return requirements_shown(said.title, said.content, self.inquiry.number, said.version, self.sides, language)


async def opened(work: Work, requirements_id: UUID) -> ShownRequirements | None:
    """What a link opens; None when it was answered or superseded, its inquiry refused, or there is nothing."""
    found = await work.find(RequirementsDocument, requirements_id)
    if found is None or found.state is not RequirementsState.SENT or found.contact_id is None:
        return None
    inquiry = await work.get(Inquiry, found.inquiry_id)
    if not INQUIRIES.allows(inquiry.state, InquiryMove.WRITE_REQUIREMENTS):
        return None
    contact = await customers.contact(work, found.contact_id)
    return ShownRequirements(
        document=found,
        inquiry=inquiry,
        sides=Sides(
            company=(await organisation.company(work)).name,
            customer=(await customers.get(work, inquiry.customer_id)).name,
            contact=contact.name,
        ),
        language=contact.language,
    )
