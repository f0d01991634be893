"""What holds of a contract, and from when: versions as they are agreed, and the contract as it is today (CT-4)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from domain.contracts import queries
from domain.contracts.events import ContractAmendmentTookEffect
from domain.contracts.models import Contract, ContractAmendment, ContractTerms
from domain.contracts.rules.amendments import (
    AMENDMENTS,
    COLUMNS,
    VERSIONED,
    AmendmentMove,
    AmendmentState,
    Origin,
    Version,
    amended,
)
from tenancy.work import Work


async def agree(
    work: Work,
    contract: Contract,
    changes: Sequence[Version],
    origin: Origin,
    *,
    amendment: ContractAmendment | None = None,
) -> None:
    """Add the versions that come of what was agreed: what begins on its days, and what begins later anyway with it.

    `changes` hold what changes alone, each from its day on.
    """
    before = [queries.as_version(row) for row in await queries.terms_of(work, contract)]
    for version in amended(before, changes):
        said: dict[str, Any] = {}
        for change in changes:
            if change.effective_on == version.effective_on:
                said |= change.values
        work.add(
            ContractTerms(
                contract_id=contract.id,
                amendment_id=amendment.id if amendment is not None else None,
                origin=origin,
                effective_on=version.effective_on,
                agreed_at=work.now,
                parts=[part.value for part, names in COLUMNS.items() if said.keys() & set(names)],
                currency=contract.currency,
                **version.values,
            )
        )


async def agree_first(work: Work, contract: Contract) -> None:
    """What the contract itself says holds from its first day on."""
    own = {name: getattr(contract, name) for name in VERSIONED}
    await agree(work, contract, [Version(contract.starts_on, own)], Origin.SIGNATURE)


async def take_effect(work: Work, contract: Contract, today: date) -> None:
    """The contract says from now on what holds today; amendments whose day has come are in effect."""
    current = await queries.terms_as_of(work, contract.id, max(today, contract.starts_on))
    if current is not None:
        if contract.ends_on != current.ends_on:
            # Its end is another one: reminders begin anew.
            contract.reminders = 0
        for name in VERSIONED:
            setattr(contract, name, getattr(current, name))
    begun = select(ContractAmendment).where(
        ContractAmendment.contract_id == contract.id,
        ContractAmendment.state == AmendmentState.SIGNED,
        ContractAmendment.effective_on <= today,
    )
    for row in await work.all(begun.order_by(ContractAmendment.position)):
        row.state = AMENDMENTS.next(row.state, AmendmentMove.TAKE_EFFECT)
        work.record(ContractAmendmentTookEffect(contract_id=contract.id, amendment_id=row.id), about=row)


async def next_day(work: Work, contract: Contract, today: date) -> date | None:
    """The next day from which something else holds."""
    days = [row.effective_on for row in await queries.terms_of(work, contract) if row.effective_on > today]
    return min(days, default=None)
