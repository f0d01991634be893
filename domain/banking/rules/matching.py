"""Which invoices a line may be for: by what the payer wrote, how much came, and who it was."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.policies.rules.kinds.money import BooksByItself
from tenancy.refusals import Conflict, Refusal, message

MOST_SUGGESTIONS = 10

# Days and amounts have digits, too, and are no invoice numbers.
_NO_NUMBERS = re.compile(r"\d{1,4}[-./年]\d{1,2}[-./月]\d{1,4}|\d{1,3}(?:[.,]\d{3})*[.,]\d{2}(?!\d)")
_NUMBER = re.compile(r"(?<!\d)0*(\d{1,12})(?!\d)")
_LEGAL_FORMS = re.compile(
    r"\b(gmbh|co|kg|ag|se|ltd|limited|inc|llc|corp|corporation|company|sa|bv|nv|oy|ab|plc|pte|pty)\b"
    r"|股份有限公司|有限责任公司|有限責任公司|有限公司"
)
LEAST_NAME = 4


class Reason(StrEnum):
    """Why an invoice is suggested."""

    NUMBER_NAMED = "number_named"
    AMOUNT_EXACT = "amount_exact"
    AMOUNT_WITH_CHARGES = "amount_with_charges"
    SUM_EXACT = "sum_exact"
    PAYER_NAME = "payer_name"
    PAYER_ACCOUNT = "payer_account"


class Confidence(StrEnum):
    """How sure a suggestion is."""

    CERTAIN = "certain"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_ORDER = tuple(Confidence)
_SURE = (Confidence.CERTAIN, Confidence.HIGH)
_PAYER = frozenset({Reason.PAYER_NAME, Reason.PAYER_ACCOUNT})
_EXACT = frozenset({Reason.AMOUNT_EXACT, Reason.AMOUNT_WITH_CHARGES})


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came in, as far as it tells whom it is of and what it is for."""

    minor: int
    payer_name: str
    payer_account: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open invoice in the line's currency; `account_known` says that its customer has paid from this account."""

    invoice_id: UUID
    number: int
    customer_id: UUID
    customer_name: str
    outstanding_minor: int
    charges_minor: int
    due_on: date
    account_known: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What of a line is meant for one invoice."""

    invoice_id: UUID
    number: int
    minor: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a line could be booked, and why; without shares it is the customer's credit."""

    customer_id: UUID
    customer_name: str
    shares: tuple[Share, ...]
    reasons: tuple[Reason, ...]
    confidence: Confidence


def numbers_in(purpose: str) -> set[int]:
    """What in a purpose may be the number of an invoice."""
    plain = _NO_NUMBERS.sub(" ", unicodedata.normalize("NFKC", purpose))
    return {int(found) for found in _NUMBER.findall(plain)} - {0}


def same_name(one: str, other: str) -> bool:
    """Whether two names are of the same company, as far as names tell: without legal forms and signs, one in the
    other."""
    first, second = sorted((_bare(one), _bare(other)), key=len)
    return len(first) >= LEAST_NAME and first in second if first != second else bool(first)


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", _LEGAL_FORMS.sub(" ", folded))


def suggest(
    line: Incoming, candidates: Collection[Candidate], payers: Collection[tuple[UUID, str]]
) -> list[Suggestion]:
    """How a line could be booked, the surest first. `payers` are the customers whom it may be of, by id and name."""
    named = numbers_in(line.purpose)
    found = [_single(line, each, named) for each in candidates]
    whole = [each for each in found if each is not None]
    alone = sum(1 for each in whole if _EXACT & set(each.reasons) and _PAYER & set(each.reasons)) == 1
    singles = [_lowered(each, alone) for each in whole]
    suggested = singles + _sums(line, [each for each in candidates if each.number in named])
    told = {each.customer_id for each in suggested}
    reasons = (Reason.PAYER_NAME,)
    suggested += [Suggestion(id, name, (), reasons, Confidence.LOW) for id, name in payers if id not in told]
    due = {each.invoice_id: each.due_on for each in candidates}
    suggested.sort(
        key=lambda each: (
            _ORDER.index(each.confidence),
            -len(each.reasons),
            due[each.shares[0].invoice_id] if each.shares else date.max,
            each.customer_id,
        )
    )
    return suggested[:MOST_SUGGESTIONS]


def _payer_reasons(line: Incoming, candidate: Candidate) -> list[Reason]:
    reasons = [Reason.PAYER_ACCOUNT] if candidate.account_known else []
    return reasons + ([Reason.PAYER_NAME] if same_name(line.payer_name, candidate.customer_name) else [])


def _single(line: Incoming, candidate: Candidate, named: Collection[int]) -> Suggestion | None:
    reasons = [Reason.NUMBER_NAMED] if candidate.number in named else []
    asked = candidate.outstanding_minor + candidate.charges_minor
    if line.minor == candidate.outstanding_minor:
        reasons.append(Reason.AMOUNT_EXACT)
    elif line.minor == asked:
        reasons.append(Reason.AMOUNT_WITH_CHARGES)
    reasons += _payer_reasons(line, candidate)
    if not reasons or set(reasons) <= _PAYER:
        # All that speaks for it is who paid: then it may be for any invoice of theirs.
        return None
    share = Share(candidate.invoice_id, candidate.number, min(line.minor, asked))
    return Suggestion(
        candidate.customer_id, candidate.customer_name, (share,), tuple(reasons), _confidence(set(reasons))
    )


def _confidence(reasons: set[Reason]) -> Confidence:
    named, exact, payer = Reason.NUMBER_NAMED in reasons, bool(_EXACT & reasons), bool(_PAYER & reasons)
    if named and exact and payer:
        return Confidence.CERTAIN
    if exact and (named or payer):
        return Confidence.HIGH
    return Confidence.MEDIUM if named and payer else Confidence.LOW


def _lowered(each: Suggestion, alone: bool) -> Suggestion:
    """Several invoices of one payer over the same amount: nobody can say which is meant unless it is named."""
    if each.confidence is not Confidence.HIGH or Reason.NUMBER_NAMED in each.reasons or alone:
        return each
    return Suggestion(each.customer_id, each.customer_name, each.shares, each.reasons, Confidence.MEDIUM)


def _sums(line: Incoming, named: Sequence[Candidate]) -> list[Suggestion]:
    """All invoices of one customer that the payer has named, where they come to just what came in."""
    suggested = []
    for customer_id in sorted({each.customer_id for each in named}):
        mine = sorted((each for each in named if each.customer_id == customer_id), key=lambda each: each.number)
        if len(mine) < 2 or sum(each.outstanding_minor for each in mine) != line.minor:
            continue
        payer = _payer_reasons(line, mine[0])
        suggested.append(
            Suggestion(
                customer_id,
                mine[0].customer_name,
                tuple(Share(each.invoice_id, each.number, each.outstanding_minor) for each in mine),
                (Reason.NUMBER_NAMED, Reason.SUM_EXACT, *payer),
                Confidence.CERTAIN if payer else Confidence.HIGH,
            )
        )
    return suggested


def decided(suggestions: Sequence[Suggestion], by_itself: BooksByItself) -> Suggestion | None:
    """What is booked without anybody's confirmation: the one invoice that is named, if the amount is exact, and if the
    clause wants it, the payer is known. A line that could be for several is never booked by itself."""
    if by_itself is BooksByItself.NEVER:
        return None
    named = [each for each in suggestions if Reason.NUMBER_NAMED in each.reasons]
    if len(named) != 1 or len(named[0].shares) != 1 or Reason.AMOUNT_EXACT not in named[0].reasons:
        return None
    if by_itself is BooksByItself.NUMBER_AMOUNT_AND_PAYER and named[0].confidence is not Confidence.CERTAIN:
        return None
    return named[0]


def surest(suggestions: Sequence[Suggestion]) -> Suggestion:
    """What is booked where somebody confirms what is suggested: the one that is surer than all others, and sure.

    Refuses with NO_MATCH where nothing is, and with AMBIGUOUS_MATCH where nobody can say which of several it is.
    """
    if not suggestions or (len(suggestions) == 1 and suggestions[0].confidence not in _SURE):
        raise _unclear(message("Nothing sure is suggested for this line: say what it is for."), "NO_MATCH")
    first, *others = suggestions
    if first.confidence not in _SURE or any(each.confidence is first.confidence for each in others):
        text = message("This line fits {count} ways, and none is surer than the others: say what it is for.")
        raise _unclear(text, "AMBIGUOUS_MATCH", count=len(suggestions))
    return first


def _unclear(text: str, code: str, **values: object) -> Refusal:
    return Conflict(text, values, ("lineId",), code=code)
