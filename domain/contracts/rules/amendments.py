"""Supplementary agreements: their states, what they change from which day on, and what contradicts what (CT-4).

Versions of what was agreed are only ever added: what held on a day, as it was known at an instant, stays answerable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.approvals.rules.obstacles import people_only
from domain.contracts.rules import MAX_NAME, MOST_INSTALMENTS, Trigger, check_fee, check_term, last_safe_day
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.kernel.texts import one_line
from tenancy.refusals import Conflict, Invalid, Refusal, WrongState, message, missing_permission

MOST_AMENDMENTS = 100


class AmendmentState(StrEnum):
    """How far a supplementary agreement is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    # Agreed; its day has not come.
    SIGNED = "signed"
    IN_EFFECT = "in_effect"
    WITHDRAWN = "withdrawn"


class AmendmentMove(StrEnum):
    """What is done with a supplementary agreement."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    SIGN = "sign"
    TAKE_EFFECT = "take_effect"
    WITHDRAW = "withdraw"


class Cause(StrEnum):
    """Why a contract is amended."""

    CHANGE = "change"
    # What was agreed cannot be done as it was agreed.
    IMPOSSIBILITY = "impossibility"


class Part(StrEnum):
    """What of a contract an amendment changes; two that are under way never change the same."""

    PARTIES = "parties"
    SCOPE = "scope"
    ACCEPTANCE = "acceptance"
    LIABILITY = "liability"
    TERM = "term"
    FEES = "fees"


class Origin(StrEnum):
    """By what a version of a contract was agreed."""

    SIGNATURE = "signature"
    AMENDMENT = "amendment"
    RENEWAL = "renewal"


# The columns of a contract that each part consists of; all of them together are what a version holds.
COLUMNS: Mapping[Part, tuple[str, ...]] = {
    Part.PARTIES: ("own_party", "customer_party"),
    Part.SCOPE: ("scope",),
    Part.ACCEPTANCE: ("acceptance_standard",),
    Part.LIABILITY: ("liability",),
    Part.TERM: ("ends_on", "notice_days"),
    Part.FEES: ("net_minor", "tax_minor", "total_minor"),
}
VERSIONED = tuple(name for names in COLUMNS.values() for name in names)

_S, _M = AmendmentState, AmendmentMove
UNDER_WAY = (_S.DRAFT, _S.IN_REVIEW, _S.APPROVED)
AMENDMENTS = Lifecycle(
    initial=_S.DRAFT,
    table={
        # A change makes void what was approved, or is being.
        **{(state, _M.CHANGE): _S.DRAFT for state in UNDER_WAY},
        **{(state, _M.WITHDRAW): _S.WITHDRAWN for state in UNDER_WAY},
        (_S.DRAFT, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.APPROVE): _S.APPROVED,
        (_S.IN_REVIEW, _M.RETURN): _S.DRAFT,
        (_S.APPROVED, _M.SIGN): _S.SIGNED,
        (_S.SIGNED, _M.TAKE_EFFECT): _S.IN_EFFECT,
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.IN_REVIEW: message("In review"),
        _S.APPROVED: message("Approved"),
        _S.SIGNED: message("Signed"),
        _S.IN_EFFECT: message("In effect"),
        _S.WITHDRAWN: message("Withdrawn"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SUBMIT: message("Submit"),
        _M.APPROVE: message("Approve"),
        _M.RETURN: message("Return"),
        _M.SIGN: message("Sign"),
        _M.TAKE_EFFECT: message("Take effect"),
        _M.WITHDRAW: message("Withdraw"),
    },
)
# What people do; the rest follows from an approval's outcome, or from time.
DUTIES: Mapping[AmendmentMove, Permission] = {
    **dict.fromkeys((_M.CHANGE, _M.SUBMIT, _M.WITHDRAW), Permission.CONTRACTS_MANAGE),
    _M.SIGN: Permission.CONTRACTS_SIGN,
}
# What is possible only while the contract is.
NEEDS_CONTRACT = (_M.CHANGE, _M.SUBMIT, _M.SIGN)


class AmendmentObstacle(StrEnum):
    """Why somebody can't do something with an amendment now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # A chain decides on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # The contract is not signed, is over, or ends before the amendment would take effect.
    CONTRACT_OVER = "contract_over"
    # Notice of the contract's end was given, and the amendment would change its term.
    NOTICE_GIVEN = "notice_given"
    # Something that was agreed since changes the same, from the same day on or a later one.
    CONTRADICTED = "contradicted"
    # An instalment that it changes was invoiced.
    INVOICED = "invoiced"


def refusal(obstacle: AmendmentObstacle, move: AmendmentMove, state: AmendmentState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case AmendmentObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case AmendmentObstacle.WRONG_STATE:
            return AMENDMENTS.refusal(state, move)
        case AmendmentObstacle.PEOPLE_ONLY:
            return people_only()
        case AmendmentObstacle.CONTRACT_OVER:
            text = message("Only a signed contract is amended, from a day within its term.")
            return WrongState(text, code="CONTRACT_OVER")
        case AmendmentObstacle.NOTICE_GIVEN:
            text = message("Notice of the contract's end was given: its term is not changed any more.")
            return WrongState(text, code="NOTICE_GIVEN")
        case AmendmentObstacle.CONTRADICTED:
            text = message("What was agreed already changes the same, from the same day on or a later one.")
            return Conflict(text, code="CONTRADICTED")
        case AmendmentObstacle.INVOICED:
            text = message("An instalment that was invoiced stays as it is: give back its invoice first.")
            return WrongState(text, code="INVOICED")


# Versions


@dataclass(frozen=True)
class Version:
    """What holds from a day on, in all that can be amended."""

    effective_on: date
    values: Mapping[str, Any]


def as_of(versions: Sequence[Version], day: date) -> Version | None:
    """What holds on a day; `versions` stand in the order in which they were agreed, and of one day the last counts."""
    begun = [(each.effective_on, place) for place, each in enumerate(versions) if each.effective_on <= day]
    return versions[max(begun)[1]] if begun else None


def amended(versions: Sequence[Version], changes: Sequence[Version]) -> list[Version]:
    """The versions to add so that each of the changes holds from its day on, also in what begins later.

    The values of `changes` are those that change alone; `versions` begin no later than any of them.
    """
    first = min(each.effective_on for each in changes)
    days = {each.effective_on for each in changes} | {v.effective_on for v in versions if v.effective_on > first}
    found = []
    for day in sorted(days):
        before = as_of(versions, day)
        values = dict(before.values) if before is not None else {}
        for change in changes:
            if change.effective_on <= day:
                values |= change.values
        found.append(Version(day, values))
    return found


# The schedule


@dataclass(frozen=True)
class Item:
    """An instalment after the amendment: one that there is, and stays as it is unless told, or a new one."""

    instalment_id: UUID | None = None
    name: str | None = None
    trigger: Trigger | None = None
    due_on: date | None = None
    net: Money | None = None


@dataclass(frozen=True)
class Planned:
    """An instalment with all that it will be."""

    instalment_id: UUID | None
    # In three languages.
    name: Mapping[str, Any]
    trigger: Trigger
    due_on: date | None
    net: Money
    tax: Money

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax


def plan(
    items: Sequence[Item], existing: Mapping[UUID, Planned], currency: str, tax_percent: Decimal | None
) -> list[Planned]:
    """The schedule that a list of items makes of the existing one. Raises `Invalid` with the place at fault.

    An item that keeps its net amount keeps its tax; for every other one the tax rate has to be said.
    """
    if not 1 <= len(items) <= MOST_INSTALMENTS:
        text = message("The fees are paid in 1 to {most} instalments.")
        raise Invalid(text, {"most": MOST_INSTALMENTS}, ("instalments",))
    named = [each.instalment_id for each in items if each.instalment_id is not None]
    if len(set(named)) != len(named):
        raise Invalid(message("Each instalment is named once."), {}, ("instalments",))
    found = []
    for place, item in enumerate(items):
        path = ("instalments", str(place))
        if item.net is not None and item.net.currency != currency:
            text = message("The contract is in {currency}.")
            raise Invalid(text, {"currency": currency}, (*path, "net", "currency"))
        found.append(_planned(item, existing, tax_percent, path))
    check_fee(Money.total((each.net for each in found), currency), Money.total((each.tax for each in found), currency))
    return found


def _planned(
    item: Item, existing: Mapping[UUID, Planned], tax_percent: Decimal | None, path: tuple[str, ...]
) -> Planned:
    before = existing.get(item.instalment_id) if item.instalment_id is not None else None
    if item.instalment_id is not None and before is None:
        raise Invalid(message("The contract has no such instalment."), {}, (*path, "instalmentId"))
    name = _named(item.name, path) if item.name is not None else before.name if before is not None else None
    if name is None:
        raise Invalid(message("A new instalment has a name."), {}, (*path, "name"))
    trigger = item.trigger or (before.trigger if before is not None else None)
    if trigger is None:
        raise Invalid(message("Say with what a new instalment falls due."), {}, (*path, "trigger"))
    due_on = item.due_on
    if due_on is None and before is not None and trigger is Trigger.DATE:
        due_on = before.due_on
    if (trigger is Trigger.DATE) != (due_on is not None):
        text = message("An instalment by date has a day on which it falls due; the others have none.")
        raise Invalid(text, {}, (*path, "dueOn"))
    net, tax = item.net, None
    if net is None and before is not None:
        net, tax = before.net, before.tax
    if net is None or (net.minor <= 0 and before is None):
        raise Invalid(message("A new instalment has an amount of more than zero."), {}, (*path, "net"))
    if net.minor < 0:
        raise Invalid(message("The amount must be more than zero."), {}, (*path, "net"))
    if tax is None and before is not None and net == before.net:
        tax = before.tax
    if tax is None:
        if tax_percent is None:
            raise Invalid(message("Say which tax rate the changed amounts have."), {}, ("taxPercent",))
        tax = net.percent(tax_percent)
    return Planned(item.instalment_id, name, trigger, due_on, net, tax)


def _named(name: str, path: tuple[str, ...]) -> dict[str, str]:
    cleaned = one_line(name, MAX_NAME, *path, "name")
    return {"zh_Hans": cleaned, "zh_Hant": cleaned, "en": cleaned}


def touched(planned: Sequence[Planned], existing: Mapping[UUID, Planned]) -> set[UUID]:
    """The existing instalments that a schedule changes or leaves out."""
    kept = {each.instalment_id for each in planned if existing.get(each.instalment_id or UUID(int=0)) == each}
    return existing.keys() - kept


# What can be agreed


def check_day(effective_on: date, starts_on: date, last_day_on: date | None) -> None:
    """Refuse a day outside of the contract's term."""
    if effective_on < starts_on or (last_day_on is not None and effective_on > last_day_on):
        text = message("An amendment takes effect on a day within the term of the contract.")
        raise Invalid(text, {}, ("effectiveOn",))


def check_new_term(
    contract_term: tuple[date, bool], effective_on: date, ends_on: date | None, notice_days: int, today: date
) -> None:
    """Refuse a term out of bounds, one whose last day is over or comes before the amendment takes effect, and one that
    would renew without a day on which notice could be given. `contract_term`: the first day, and whether it renews."""
    starts_on, renews = contract_term
    check_term(starts_on, ends_on, notice_days, "term")
    if ends_on is None:
        return
    if ends_on < today:
        raise Invalid(message("The new last day is today at the earliest."), {}, ("term", "endsOn"))
    if ends_on < effective_on:
        text = message("The new last day is the day on which the amendment takes effect at the earliest.")
        raise Invalid(text, {}, ("term", "endsOn"))
    safe = last_safe_day(ends_on, notice_days)
    if renews and safe < max(effective_on, today):
        text = message("With {days} days of notice the last day for it is {safe}, so it would renew at once.")
        raise Invalid(text, {"days": notice_days, "safe": safe}, ("term", "noticeDays"))


def changes_nothing(said: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether all that an amendment says holds already; `said` are the columns of the parts that it changes, None for
    what is left as it is."""
    named = {name for name in said if name in COLUMNS[Part.TERM]}
    return all(said[name] == before[name] for name in said if name in named or said[name] is not None)


def fees_from(effective_on: date, current: date) -> date:
    """From when on changed fees hold: from the signature, since the schedule has days of its own, or from earlier.

    `current` is today, or the contract's first day where that is to come.
    """
    return min(effective_on, current)
