"""What happens to contracts."""

from dataclasses import dataclass
from uuid import UUID

from tenancy.journal import Event


@dataclass(frozen=True, kw_only=True)
class ContractDrafted(Event, name="contracts.drafted"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractChanged(Event, name="contracts.changed"):
    """It says something else now; what was approved, or was being, is void."""

    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractCheckSettled(Event, name="contracts.check_settled"):
    """An item of the checklist was found to be settled, or not to be."""

    contract_id: UUID
    check_id: UUID
    settled: bool


@dataclass(frozen=True, kw_only=True)
class ContractSubmitted(Event, name="contracts.submitted"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractApproved(Event, name="contracts.approved"):
    """It may be signed; by itself where the handbook has no chain for contracts."""

    contract_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class ContractReturned(Event, name="contracts.returned"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractSigned(Event, name="contracts.signed"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class MilestoneCompleted(Event, name="contracts.milestone_completed"):
    """The milestone of an instalment was reached, or what was delivered accepted: it falls due."""

    contract_id: UUID
    instalment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractCopyConfirmed(Event, name="contracts.copy_confirmed"):
    """A department has confirmed its copy."""

    contract_id: UUID
    copy_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractMarkDue(Event, name="contracts.mark_due"):
    """The timer: something of the contract is due, whatever it is by now."""

    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractCopiesLate(Event, name="contracts.copies_late"):
    """Departments have not confirmed their copies in time."""

    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractTookEffect(Event, name="contracts.took_effect"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractRunningOut(Event, name="contracts.running_out"):
    """A day has come on which the clause reminds of its end."""

    contract_id: UUID
    reminder: int


@dataclass(frozen=True, kw_only=True)
class ContractNoticeGiven(Event, name="contracts.notice_given"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractEnded(Event, name="contracts.ended"):
    """It was completed or terminated, or has expired: the state says which."""

    contract_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class ContractWithdrawn(Event, name="contracts.withdrawn"):
    contract_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractObligationAdded(Event, name="contracts.obligation_added"):
    contract_id: UUID
    obligation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractObligationMarkDue(Event, name="contracts.obligation_mark_due"):
    """The timer: a reminder of an obligation is due, or its day has passed."""

    obligation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractObligationReminded(Event, name="contracts.obligation_reminded"):
    """Its day comes near, or has passed without it."""

    contract_id: UUID
    obligation_id: UUID
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class ContractObligationClosed(Event, name="contracts.obligation_closed"):
    contract_id: UUID
    obligation_id: UUID
    fulfilled: bool


@dataclass(frozen=True, kw_only=True)
class ContractRenewed(Event, name="contracts.renewed"):
    """Nobody has given notice in time: it has a later end. `renewals` counts how often that was."""

    contract_id: UUID
    renewals: int


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentDrafted(Event, name="contracts.amendment_drafted"):
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentChanged(Event, name="contracts.amendment_changed"):
    """It says something else now; what was approved, or was being, is void."""

    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentSubmitted(Event, name="contracts.amendment_submitted"):
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentApproved(Event, name="contracts.amendment_approved"):
    """It may be signed; by itself where the handbook has no chain for amendments."""

    contract_id: UUID
    amendment_id: UUID
    by_itself: bool


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentReturned(Event, name="contracts.amendment_returned"):
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentSigned(Event, name="contracts.amendment_signed"):
    """Both sides agreed; the contract's fees and their schedule are as it says from now on."""

    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentTookEffect(Event, name="contracts.amendment_took_effect"):
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContractAmendmentWithdrawn(Event, name="contracts.amendment_withdrawn"):
    """Somebody gave it up, or its contract is over."""

    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, kw_only=True)
class UsageRecorded(Event, name="contracts.usage_recorded"):
    """Usage was reported that is billed by a rate of the contract."""

    contract_id: UUID
    record_id: UUID
