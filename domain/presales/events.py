"""What happens to inquiries, requirements and quotations."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class QuotationDrafted(Event, name="presales.quotation_drafted"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationChanged(Event, name="presales.quotation_changed"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationSubmitted(Event, name="presales.quotation_submitted"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationApproved(Event, name="presales.quotation_approved"):
    """It may be sent: its discount needs no approval, or has got it."""

    quotation_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class QuotationReturned(Event, name="presales.quotation_returned"):
    """Its discount was refused or returned, or the approval was taken back: it is a draft again."""

    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationSent(Event, name="presales.quotation_sent"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationAnswered(Event, name="presales.quotation_answered"):
    quotation_id: UUID
    accepted: bool
    # Whether the customer answered by the link; else somebody recorded the answer.
    by_link: bool


@dataclass(frozen=True, kw_only=True)
class QuotationExpiryDue(Event, name="presales.quotation_expiry_due"):
    """The timer: the last day on which it holds is over."""

    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationExpired(Event, name="presales.quotation_expired"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationWithdrawn(Event, name="presales.quotation_withdrawn"):
    quotation_id: UUID


@dataclass(frozen=True, kw_only=True)
class QuotationSuperseded(Event, name="presales.quotation_superseded"):
    quotation_id: UUID
    by_id: UUID


@dataclass(frozen=True, kw_only=True)
class InquiryReceived(Event, name="presales.inquiry_received"):
    inquiry_id: UUID


@dataclass(frozen=True, kw_only=True)
class InquiryAssigned(Event, name="presales.inquiry_assigned"):
    inquiry_id: UUID


@dataclass(frozen=True, kw_only=True)
class InquiryContacted(Event, name="presales.inquiry_contacted"):
    """Presales has been in touch; `in_time` tells of the first contact whether it kept the clause's time."""

    inquiry_id: UUID
    first: bool
    in_time: bool | None


@dataclass(frozen=True, kw_only=True)
class InquiryContactDue(Event, name="presales.inquiry_contact_due"):
    """The timer: the time for the first contact is up."""

    inquiry_id: UUID


@dataclass(frozen=True, kw_only=True)
class InquiryBreached(Event, name="presales.inquiry_breached"):
    """Nobody has been in touch within the clause's time."""

    inquiry_id: UUID


@dataclass(frozen=True, kw_only=True)
class InquiryClosed(Event, name="presales.inquiry_closed"):
    inquiry_id: UUID
    qualified: bool


@dataclass(frozen=True, kw_only=True)
class NeedRecorded(Event, name="presales.need_recorded"):
    inquiry_id: UUID
    need_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequirementsDrafted(Event, name="presales.requirements_drafted"):
    inquiry_id: UUID
    requirements_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequirementsChanged(Event, name="presales.requirements_changed"):
    inquiry_id: UUID
    requirements_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequirementsConfirmed(Event, name="presales.requirements_confirmed"):
    """The customer has said that this version is what they need: by the link, or somebody recorded it."""

    inquiry_id: UUID
    requirements_id: UUID
    by_link: bool = False


@dataclass(frozen=True, kw_only=True)
class RequirementsSent(Event, name="presales.requirements_sent"):
    """A person of the customer has a link to this version."""

    inquiry_id: UUID
    requirements_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequirementsObjected(Event, name="presales.requirements_objected"):
    """The customer wants this version changed, and has said by the link what."""

    inquiry_id: UUID
    requirements_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequirementsSuperseded(Event, name="presales.requirements_superseded"):
    inquiry_id: UUID
    requirements_id: UUID
    by_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvaluationDrafted(Event, name="presales.evaluation_drafted"):
    inquiry_id: UUID
    evaluation_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvaluationChanged(Event, name="presales.evaluation_changed"):
    inquiry_id: UUID
    evaluation_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvaluationSubmitted(Event, name="presales.evaluation_submitted"):
    inquiry_id: UUID
    evaluation_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvaluationDecided(Event, name="presales.evaluation_decided"):
    """It is decided whether something is offered."""

    inquiry_id: UUID
    evaluation_id: UUID
    go: bool


@dataclass(frozen=True, kw_only=True)
class EvaluationReturned(Event, name="presales.evaluation_returned"):
    """It is a draft again."""

    inquiry_id: UUID
    evaluation_id: UUID


@dataclass(frozen=True, kw_only=True)
class EvaluationSuperseded(Event, name="presales.evaluation_superseded"):
    """A later one counts, or its inquiry is closed."""

    inquiry_id: UUID
    evaluation_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandRaised(Event, name="presales.demand_raised"):
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandEvaluated(Event, name="presales.demand_evaluated"):
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandBrokenDown(Event, name="presales.demand_broken_down"):
    demand_id: UUID
    parts: int


@dataclass(frozen=True, kw_only=True)
class DemandSubmitted(Event, name="presales.demand_submitted"):
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandAccepted(Event, name="presales.demand_accepted"):
    """It is to become a project."""

    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandReturned(Event, name="presales.demand_returned"):
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandRefused(Event, name="presales.demand_refused"):
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class DemandHandedOn(Event, name="presales.demand_handed_on"):
    """It became a project."""

    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionDrafted(Event, name="presales.solution_drafted"):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionChanged(Event, name="presales.solution_changed"):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionSubmitted(Event, name="presales.solution_submitted"):
    """It is to be reviewed; `expert_review` tells whether by experts, too."""

    solution_id: UUID
    expert_review: bool


@dataclass(frozen=True, kw_only=True)
class SolutionApproved(Event, name="presales.solution_approved"):
    """It may be sent: nobody has to review it, or everybody has agreed."""

    solution_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class SolutionReturned(Event, name="presales.solution_returned"):
    """A review has found something to be improved: a new version is needed."""

    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionTakenBack(Event, name="presales.solution_taken_back"):
    """Its review was called off: it is a draft again."""

    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionSent(Event, name="presales.solution_sent"):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionAnswered(Event, name="presales.solution_answered"):
    solution_id: UUID
    confirmed: bool
    # Whether the customer answered by the link; else somebody recorded the answer.
    by_link: bool


@dataclass(frozen=True, kw_only=True)
class SolutionWithdrawn(Event, name="presales.solution_withdrawn"):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolutionSuperseded(Event, name="presales.solution_superseded"):
    solution_id: UUID
    by_id: UUID


@dataclass(frozen=True, kw_only=True)
class LibraryItemKept(Event, name="presales.library_item_kept"):
    """A version of a piece of the library is there; the first, or one that takes the former one's place."""

    item_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class LibraryItemRetired(Event, name="presales.library_item_retired"):
    """Nobody is to use a piece of the library any more."""

    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class LibraryItemUsed(Event, name="presales.library_item_used"):
    """A piece of the library was used; `outdated` where somebody says that it has to be brought up to date."""

    item_id: UUID
    use_id: UUID
    outdated: bool
