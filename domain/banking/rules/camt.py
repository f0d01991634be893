"""camt.053 of ISO 20022: the statement that banks send as XML, of any of its versions."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NoReturn
from xml.etree.ElementTree import Element

from domain.banking.rules.lines import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    REFERENCE_LENGTH,
    Contents,
    Form,
    Line,
    check_amount,
    check_count,
    clean,
    clean_account,
    fault,
)
from domain.kernel.money import Money
from tenancy.refusals import Refusal, message

DEEPEST = 40


class _Builder(ET.TreeBuilder):
    """Builds elements without their namespaces, and refuses what no statement has: a doctype, and a deep nesting."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> NoReturn:
        """Entities are declared there, and a few lines of them can make a file of any size."""
        raise fault(message("The file declares a document type, which no statement of a bank does."))

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        """An element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise fault(message("The file is nested deeper than any statement of a bank."))
        return super().start(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def read(content: bytes, account: str, currency: str) -> Contents:
    """What a file says of one account. Refuses with BAD_BANK_FILE what is no camt.053, or of other accounts only."""
    statements = list(_document(content).iterfind("./BkToCstmrStmt/Stmt"))
    if not statements:
        raise fault(message("The file is XML, and no statement of the form camt.053."))
    mine = [each for each in statements if _is_of(each, account, currency)]
    if not mine:
        found = next((number for each in statements if (number := _account(each))), "?")
        raise fault(message("The file is of the account {found}, not of this one."), found=found)
    lines = [line for each in mine for line in _lines(each, currency)]
    check_count(lines)
    return Contents(
        Form.CAMT_053,
        tuple(lines),
        _balance(mine[0], ("OPBD", "PRCD"), currency),
        _balance(mine[-1], ("CLBD",), currency),
        clean(mine[0].findtext("Id", ""), REFERENCE_LENGTH),
    )


def _document(content: bytes) -> Element:
    parser = ET.XMLParser(target=_Builder())  # noqa: S314  # the builder refuses what would be dangerous
    try:
        parser.feed(content)
        root: Element = parser.close()
    except Refusal:
        raise
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise fault(message("The file is no well-formed XML.")) from problem
    return root


def _is_of(statement: Element, account: str, currency: str) -> bool:
    said = statement.findtext("./Acct/Ccy", currency).strip()
    return _account(statement) == clean_account(account) and said == currency


def _account(statement: Element) -> str:
    return _number(statement.find("./Acct/Id"))


def _number(id: Element | None) -> str:
    return clean_account(id.findtext("IBAN") or id.findtext("./Othr/Id") or "") if id is not None else ""


def _balance(statement: Element, codes: tuple[str, ...], currency: str) -> int | None:
    for code in codes:
        for balance in statement.iterfind("Bal"):
            if balance.findtext("./Tp/CdOrPrtry/Cd", "").strip() == code:
                return _minor(balance, currency)
    return None


def _minor(holder: Element, currency: str) -> int:
    """A signed amount: debits are below zero."""
    amount = holder.find("Amt")
    if amount is None:
        raise fault(message("An amount is missing."))
    if amount.get("Ccy", currency) != currency:
        text = message("An amount is in {found}, and the account in {currency}.")
        raise fault(text, found=amount.get("Ccy", "")[:10], currency=currency)
    try:
        minor = Money.of(Decimal((amount.text or "").strip()), currency).minor
    except (ArithmeticError, Refusal) as problem:
        raise fault(
            message("“{given}” is no amount in {currency}."), given=(amount.text or "")[:40], currency=currency
        ) from (problem)
    sides = {"CRDT": minor, "DBIT": -minor}
    side = holder.findtext("CdtDbtInd", "").strip()
    if minor < 0 or side not in sides:
        raise fault(message("An amount does not say whether it is a credit or a debit."))
    return check_amount(sides[side], "Ntry")


def _lines(statement: Element, currency: str) -> Iterator[Line]:
    for entry in statement.iterfind("Ntry"):
        status = (entry.findtext("./Sts/Cd") or entry.findtext("Sts") or "BOOK").strip()
        # What is pending or only told of is no money yet.
        if status != "BOOK":
            continue
        yield from _entry(entry, currency)


def _entry(entry: Element, currency: str) -> Iterator[Line]:
    whole = _minor(entry, currency)
    details = entry.findall("./NtryDtls/TxDtls")
    parts = [_part_minor(each, whole, currency) for each in details]
    if len(details) > 1 and sum(part for part in parts if part is not None) == whole and None not in parts:
        for detail, part in zip(details, parts, strict=True):
            assert part is not None
            yield _line(entry, detail, part)
    else:
        # One payment, or a batch that does not say what its parts come to.
        yield _line(entry, details[0] if details else None, whole, joined=details)


def _part_minor(detail: Element, whole: int, currency: str) -> int | None:
    amount = detail.find("Amt")
    if amount is None:
        amount = detail.find("./AmtDtls/TxAmt/Amt")
    if amount is None or amount.get("Ccy", currency) != currency:
        return None
    try:
        minor = Money.of(Decimal((amount.text or "").strip()), currency).minor
    except (ArithmeticError, Refusal):
        return None
    side = detail.findtext("CdtDbtInd", "").strip() or ("CRDT" if whole > 0 else "DBIT")
    return minor if side == "CRDT" else -minor


def _line(entry: Element, detail: Element | None, minor: int, joined: list[Element] | None = None) -> Line:
    other = "Dbtr" if minor > 0 else "Cdtr"
    told = joined if joined else [detail] if detail is not None else []
    purposes = [text for each in told for text in _purposes(each)]
    if not any(purposes):
        purposes.append(entry.findtext("AddtlNtryInf", ""))
    references = ["", ""] if detail is None else [detail.findtext("./Refs/AcctSvcrRef", ""), _end_to_end(detail)]
    single = joined is not None
    bank = references[0] or (entry.findtext("AcctSvcrRef", "") if single else "")
    parties = detail.find("RltdPties") if detail is not None else None
    name = "" if parties is None else parties.findtext(f"./{other}/Nm") or parties.findtext(f"./{other}/Pty/Nm") or ""
    account = parties.find(f"./{other}Acct/Id") if parties is not None else None
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked_on is None:
        raise fault(message("An entry does not say on which day it was booked."))
    return Line(
        booked_on=booked_on,
        minor=minor,
        payer_name=clean(name, NAME_LENGTH),
        payer_account=_number(account),
        purpose=clean(" ".join(purposes), PURPOSE_LENGTH),
        bank_reference=clean(bank, REFERENCE_LENGTH),
        value_on=_day(entry, "ValDt"),
    )


def _purposes(detail: Element) -> Iterator[str]:
    yield from (each.text or "" for each in detail.iterfind("./RmtInf/Ustrd"))
    yield from (each.text or "" for each in detail.iterfind("./RmtInf/Strd/CdtrRefInf/Ref"))
    yield from (each.text or "" for each in detail.iterfind("./RmtInf/Strd/RfrdDocInf/Nb"))
    yield _end_to_end(detail)


def _end_to_end(detail: Element) -> str:
    said = detail.findtext("./Refs/EndToEndId", "").strip()
    return "" if said == "NOTPROVIDED" else said


def _day(entry: Element, name: str) -> date | None:
    said = entry.findtext(f"./{name}/Dt") or entry.findtext(f"./{name}/DtTm")
    if said is None:
        return None
    try:
        return datetime.fromisoformat(said.strip()).date()  # the bank's own day, whatever its zone
    except ValueError as problem:
        raise fault(message("“{given}” is no day."), given=said[:40]) from problem
