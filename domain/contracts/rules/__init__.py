"""Contracts: their states and moves, the schedule of their fees, what must be settled before they are signed, terms."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from domain.approvals.rules.obstacles import people_only
from domain.kernel.amounts import MOST_MINOR, read_number
from domain.kernel.lifecycle import Lifecycle
from domain.kernel.money import Money
from domain.kernel.permissions import Permission
from domain.policies.rules.kinds import ContractChecklist, PaymentTerms
from domain.policies.rules.kinds.money import ContractText
from tenancy.refusals import Invalid, Refusal, WrongState, message, missing_permission

MAX_TITLE, MAX_NAME, MAX_TEXT, MAX_REASON = 200, 200, 50_000, 2_000
MOST_INSTALMENTS, MOST_NOTICE_DAYS, MOST_YEARS = 120, 730, 50
MOST_RENEWAL_MONTHS = 120
SHARE_PLACES = 4


class ContractState(StrEnum):
    """How far a contract is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ContractMove(StrEnum):
    """What is done with a contract."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    SETTLE = "settle"
    SIGN = "sign"
    COMMENCE = "commence"
    COMPLETE = "complete"
    TERMINATE = "terminate"
    END = "end"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    AMEND = "amend"


_S, _M = ContractState, ContractMove
_BEFORE = (_S.DRAFT, _S.IN_REVIEW, _S.APPROVED)
CONTRACTS = Lifecycle(
    initial=_S.DRAFT,
    table={
        # A change makes void what was approved, or is being.
        **{(state, _M.CHANGE): _S.DRAFT for state in _BEFORE},
        **{(state, _M.SETTLE): state for state in _BEFORE},
        **{(state, _M.WITHDRAW): _S.WITHDRAWN for state in _BEFORE},
        (_S.DRAFT, _M.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _M.APPROVE): _S.APPROVED,
        (_S.IN_REVIEW, _M.RETURN): _S.DRAFT,
        (_S.APPROVED, _M.SIGN): _S.SIGNED,
        (_S.SIGNED, _M.COMMENCE): _S.IN_FORCE,
        (_S.IN_FORCE, _M.COMPLETE): _S.COMPLETED,
        # Notice is given first; the contract ends with its last day.
        (_S.SIGNED, _M.TERMINATE): _S.SIGNED,
        (_S.IN_FORCE, _M.TERMINATE): _S.IN_FORCE,
        (_S.SIGNED, _M.END): _S.TERMINATED,
        (_S.IN_FORCE, _M.END): _S.TERMINATED,
        (_S.IN_FORCE, _M.EXPIRE): _S.EXPIRED,
        (_S.SIGNED, _M.AMEND): _S.SIGNED,
        (_S.IN_FORCE, _M.AMEND): _S.IN_FORCE,
    },
    states={
        _S.DRAFT: message("Draft"),
        _S.IN_REVIEW: message("In review"),
        _S.APPROVED: message("Approved"),
        _S.SIGNED: message("Signed"),
        _S.IN_FORCE: message("In force"),
        _S.COMPLETED: message("Completed"),
        _S.TERMINATED: message("Terminated"),
        _S.EXPIRED: message("Expired"),
        _S.WITHDRAWN: message("Withdrawn"),
    },
    moves={
        _M.CHANGE: message("Change"),
        _M.SUBMIT: message("Submit"),
        _M.APPROVE: message("Approve"),
        _M.RETURN: message("Return"),
        _M.SETTLE: message("Check an item"),
        _M.SIGN: message("Sign"),
        _M.COMMENCE: message("Take effect"),
        _M.COMPLETE: message("Complete"),
        _M.TERMINATE: message("Terminate"),
        _M.END: message("End"),
        _M.EXPIRE: message("Expire"),
        _M.WITHDRAW: message("Withdraw"),
        _M.AMEND: message("Amend"),
    },
)
# What people do; the rest follows from an approval's outcome, or from time.
DUTIES: Mapping[ContractMove, Permission] = {
    **dict.fromkeys((_M.CHANGE, _M.SUBMIT, _M.SETTLE, _M.COMPLETE, _M.WITHDRAW, _M.AMEND), Permission.CONTRACTS_MANAGE),
    **dict.fromkeys((_M.SIGN, _M.TERMINATE), Permission.CONTRACTS_SIGN),
}


class ContractObstacle(StrEnum):
    """Why somebody can't do something with a contract now, the first that counts first."""

    FORBIDDEN = "forbidden"
    WRONG_STATE = "wrong_state"
    # A chain decides on it, and only people ask for an approval.
    PEOPLE_ONLY = "people_only"
    # The clause's checklist has items that the contract does not settle yet.
    CHECKS_OPEN = "checks_open"
    NOTICE_GIVEN = "notice_given"


def refusal(obstacle: ContractObstacle, move: ContractMove, state: ContractState) -> Refusal:
    """What an obstacle says to whoever tries all the same."""
    match obstacle:
        case ContractObstacle.FORBIDDEN:
            return missing_permission(DUTIES[move])
        case ContractObstacle.WRONG_STATE:
            return CONTRACTS.refusal(state, move)
        case ContractObstacle.PEOPLE_ONLY:
            return people_only()
        case ContractObstacle.CHECKS_OPEN:
            text = message("Items of the checklist are open: a contract is signed only when it settles all of them.")
            return WrongState(text, code="CHECKS_OPEN")
        case ContractObstacle.NOTICE_GIVEN:
            return WrongState(message("Notice of its end was given already."), code="NOTICE_GIVEN")


class Party(StrEnum):
    """Who owes something by a contract."""

    COMPANY = "company"
    CUSTOMER = "customer"


class ObligationState(StrEnum):
    """How far something is that one side owes the other by a contract."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    WAIVED = "waived"


# The states in which nothing is owed any more.
OVER = frozenset({_S.COMPLETED, _S.TERMINATED, _S.EXPIRED, _S.WITHDRAWN})
MOST_OBLIGATIONS, MOST_REMIND_DAYS = 100, 365


class Trigger(StrEnum):
    """What an instalment falls due with."""

    SIGNING = "signing"
    DATE = "date"
    MILESTONE = "milestone"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True)
class Instalment:
    """One part of the fees: its share of the whole in per cent, and with what it falls due."""

    # In three languages.
    name: Mapping[str, str]
    trigger: Trigger
    share_percent: Decimal
    due_on: date | None = None


def instalment(
    name: str,
    trigger: Trigger,
    share_percent: str,
    due_on: date | None,
    *,
    repeats: int = 1,
    every_months: int = 1,
    path: tuple[str, ...] = (),
) -> list[Instalment]:
    """Instalments from what somebody wrote: one, or as many as a periodic one `repeats`, of equal shares.

    `share_percent` is that of all of them together. Raises `Invalid` with the path of the part at fault.
    """
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME:
        raise Invalid(message("A name has 1 to {most} characters."), {"most": MAX_NAME}, (*path, "name"))
    share = read_number(share_percent, SHARE_PLACES, (*path, "sharePercent"))
    if not 0 < share <= 100:
        text = message("A share is more than zero and at most 100 per cent.")
        raise Invalid(text, {}, (*path, "sharePercent"))
    if (trigger is Trigger.DATE) != (due_on is not None):
        text = message("An instalment by date has a day on which it falls due; the others have none.")
        raise Invalid(text, {}, (*path, "dueOn"))
    if not (1 <= repeats <= MOST_INSTALMENTS and 1 <= every_months <= 60):
        text = message("An instalment repeats up to {most} times, every 1 to 60 months.")
        raise Invalid(text, {"most": MOST_INSTALMENTS}, (*path, "repeats"))
    if repeats > 1 and due_on is None:
        raise Invalid(message("Only an instalment by date repeats."), {}, (*path, "repeats"))
    names = {"zh_Hans": cleaned, "zh_Hant": cleaned, "en": cleaned}
    if due_on is None:
        return [Instalment(names, trigger, share)]
    days = [months_later(due_on, every_months * count) for count in range(repeats)]
    return [Instalment(names, trigger, share / repeats, day) for day in days]


def usual_instalments(terms: PaymentTerms | None) -> list[Instalment]:
    """The schedule by the clause on payment; all of it on signing where no clause says more."""
    if terms is None or not terms.instalments:
        whole = {"zh_Hans": "全款", "zh_Hant": "全額", "en": "In full"}
        return [Instalment(whole, Trigger.SIGNING, Decimal(100))]
    return [
        Instalment(each.name.model_dump(), Trigger(each.trigger.value), each.share_percent)
        for each in terms.instalments
    ]


def settled_in(checklist: ContractChecklist, position: int) -> Sequence[ContractText]:
    """The texts that settle the item at a place of a checklist, from 1."""
    return checklist.items[position - 1].settled_in if position <= len(checklist.items) else ()


@dataclass(frozen=True)
class Fee:
    """What an instalment comes to."""

    instalment: Instalment
    net: Money
    tax: Money


def fees(instalments: Sequence[Instalment], net: Money, tax: Money) -> list[Fee]:
    """The instalments with their amounts, which add up to the whole to the cent. Refuses shares that don't make 100."""
    if not 1 <= len(instalments) <= MOST_INSTALMENTS:
        text = message("The fees are paid in 1 to {most} instalments.")
        raise Invalid(text, {"most": MOST_INSTALMENTS}, ("instalments",))
    whole = sum((each.share_percent for each in instalments), Decimal(0))
    if round(whole, SHARE_PLACES) != 100:
        text = message("The shares of the instalments add up to {whole} per cent, not to 100.")
        raise Invalid(text, {"whole": f"{round(whole, SHARE_PLACES).normalize():f}"}, ("instalments",))
    weights = [int(each.share_percent.scaleb(12)) for each in instalments]
    parts = zip(instalments, net.allocate(weights), tax.allocate(weights), strict=True)
    return [Fee(each, its_net, its_tax) for each, its_net, its_tax in parts]


def check_fee(net: Money, tax: Money) -> None:
    """Refuse fees of nothing, or less, or more than can be handled."""
    if net.minor <= 0 or tax.minor < 0:
        raise Invalid(message("The amount must be more than zero."), {}, ("net",))
    if net.minor + tax.minor > MOST_MINOR:
        raise Invalid(message("The amount is larger than can be handled."), {}, ("net",))


def check_term(starts_on: date, ends_on: date | None, notice_days: int, *path: str) -> None:
    """Refuse a term that ends before it begins or is out of bounds, and a notice that is."""
    if ends_on is not None and not starts_on <= ends_on <= months_later(starts_on, 12 * MOST_YEARS):
        text = message("A contract ends on its first day or later, and within {most} years.")
        raise Invalid(text, {"most": MOST_YEARS}, (*path, "endsOn"))
    if not 0 <= notice_days <= MOST_NOTICE_DAYS:
        text = message("The notice is 0 to {most} days.")
        raise Invalid(text, {"most": MOST_NOTICE_DAYS}, (*path, "noticeDays"))


def check_new_term(starts_on: date, ends_on: date | None, notice_days: int, today: date, *, renews: bool) -> None:
    """Refuse a term that is over already, and one that would renew without a day on which notice could be given."""
    if ends_on is None:
        return
    if ends_on < today:
        text = message("The last day, {ends_on}, is over: write the term that runs now.")
        raise Invalid(text, {"ends_on": ends_on}, ("endsOn",))
    safe = last_safe_day(ends_on, notice_days)
    if renews and safe < max(starts_on, today):
        text = message(
            "With {days} days of notice the last day for it is {safe}, so it would renew at once: shorten the notice, "
            "or say with renewalMonths 0 that it does not renew."
        )
        raise Invalid(text, {"days": notice_days, "safe": safe}, ("noticeDays",))


def check_signed(signed_on: date, drafted_on: date, starts_on: date, today: date) -> None:
    """Refuse a signature to come, and one of long before there was a draft or the term began."""
    if signed_on > today:
        raise Invalid(message("A contract cannot have been signed in the future."), path=("signedOn",))
    earliest = months_later(min(drafted_on, starts_on), -12)
    if signed_on < earliest:
        text = message("It is signed a year before its draft and its first day at the earliest: from {earliest} on.")
        raise Invalid(text, {"earliest": earliest}, ("signedOn",))


def check_last_day(last_day_on: date, today: date, notice_days: int, ends_on: date | None, *, agreed: bool) -> None:
    """Refuse a last day before the notice is over, unless both sides agreed on it, and one after the contract's end."""
    earliest = today if agreed else today + timedelta(days=notice_days)
    if last_day_on < earliest:
        text = message(
            "With {days} days of notice the last day is {earliest} at the earliest, unless both sides agree."
        )
        raise Invalid(text, {"days": notice_days, "earliest": earliest}, ("lastDayOn",))
    if ends_on is not None and last_day_on > ends_on:
        text = message("The contract ends on {ends_on} anyway.")
        raise Invalid(text, {"ends_on": ends_on}, ("lastDayOn",))


def content_digest(said: Mapping[str, Any]) -> str:
    """The fingerprint of all that a contract says."""
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def last_safe_day(ends_on: date, notice_days: int) -> date:
    """The last day on which notice can still be given so that the contract ends with its term."""
    return ends_on - timedelta(days=notice_days)


def renews(months: int | None, most: int | None, times: int) -> bool:
    """Whether a contract with an end that renewed so many times renews once more."""
    return bool(months) and (most is None or times < most)


def renewed(ends_on: date, months: int) -> date:
    """The last day after a renewal; what ended with a month does so again."""
    return months_later(ends_on + timedelta(days=1), months) - timedelta(days=1)


def check_renewal(months: int | None) -> None:
    """Refuse a renewal out of bounds; 0 stands for none."""
    if months is not None and not 0 <= months <= MOST_RENEWAL_MONTHS:
        text = message("A contract renews by 1 to {most} months, or with 0 not at all.")
        raise Invalid(text, {"most": MOST_RENEWAL_MONTHS}, ("renewalMonths",))


def begins_at(day: date, zone: str) -> datetime:
    """When a day begins by the clocks of a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def reminder_days(ends_on: date, days_before: Sequence[int]) -> list[date]:
    """On which days somebody is reminded that a contract runs out, the first one first."""
    return [ends_on - timedelta(days=days) for days in days_before]


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    following = date(day.year + years + (month == 11), (month + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
