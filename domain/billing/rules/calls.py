"""Telephone calls because of overdue invoices: what may come of one, and what that holds up."""

from collections.abc import Mapping
from datetime import date

from domain.policies.rules.dunning import CallOutcome, HoldKind
from tenancy.refusals import Invalid, message

NOTE_LENGTH = 1000


# What is left alone because of what was said. Nobody is left alone because they refuse or could not be reached.
HOLDS: Mapping[CallOutcome, HoldKind] = {
    CallOutcome.PROMISED: HoldKind.PROMISE_TO_PAY,
    CallOutcome.DISPUTED: HoldKind.DISPUTE,
    CallOutcome.PAYMENT_ON_ITS_WAY: HoldKind.PAYMENT_IN_TRANSIT,
}


def clean_note(outcome: CallOutcome, note: str) -> str:
    """What was said, in somebody's words. Refuses an overlong one, and none where an invoice is held because of it."""
    cleaned = note.strip()
    if len(cleaned) > NOTE_LENGTH:
        raise Invalid(message("A note has at most {most} characters."), {"most": NOTE_LENGTH}, ("note",))
    if not cleaned and outcome in HOLDS:
        raise Invalid(message("Say what the customer has said: it is why the invoice is left alone."), {}, ("note",))
    return cleaned


def refuse_misplaced_day(outcome: CallOutcome, until_on: date | None) -> None:
    """Refuse a day where nothing is held until then; a promise needs one, which the hold itself says."""
    if until_on is not None and outcome not in HOLDS:
        text = message("A day belongs to a promise, a dispute or a payment on its way only.")
        raise Invalid(text, {}, ("untilOn",))
