"""What a bank's file says: camt.053 and CSV, balances, lines known again, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.banking.rules import camt, sheets
from domain.banking.rules.lines import Line, number, unknown
from domain.banking.rules.sheets import CsvForm, DayForm, Encoding, check_form
from tenancy.refusals import Invalid, Refusal

IBAN = "DE89370400440532013000"


def entry(amount: str, *, side: str = "CRDT", more: str = "", details: str = "", status: str = "BOOK") -> str:
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>2026-03-06</Dt></BookgDt>{more}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def details(purpose: str, payer: str = "Bright Ltd", amount: str = "", reference: str = "") -> str:
    return (
        f"<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        + (f'<Amt Ccy="CNY">{amount}</Amt>' if amount else "")
        + f"<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr><DbtrAcct><Id><IBAN>NL91 ABNA 0417 1643 00</IBAN></Id></DbtrAcct>"
        f"</RltdPties><RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></TxDtls>"
    )


def balance(code: str, amount: str, side: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd></Bal>'
    )


def statement(*parts: str, account: str = IBAN, version: str = "08") -> bytes:
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        f"<Stmt><Id>S-1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>CNY</Ccy></Acct>{''.join(parts)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        camt.read(content, IBAN, "CNY")
    assert refusal.value.code == "BAD_BANK_FILE"
    return refusal.value.text


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_camt_tells_lines_and_balances(version: str) -> None:
    read = camt.read(
        statement(
            balance("OPBD", "100.00"),
            balance("CLBD", "349.50"),
            entry("300.00", details=details("Invoice 7", reference="R1")),
            entry("50.50", side="DBIT", more="<AddtlNtryInf>Fee</AddtlNtryInf>"),
            entry("1.00", status="PDNG"),
            version=version,
        ),
        "de89 3704 0044 0532 0130 00",
        "CNY",
    )
    assert (read.opening_minor, read.closing_minor, read.difference_minor) == (10000, 34950, 0)
    first, second = read.lines
    assert first == Line(date(2026, 3, 6), 30000, "Bright Ltd", "NL91ABNA0417164300", "Invoice 7", "R1")
    assert (second.minor, second.purpose, second.payer_name) == (-5050, "Fee", "")


def test_a_batch_is_divided_only_where_its_parts_come_to_the_whole() -> None:
    whole = entry("30.00", details=details("A", amount="10") + details("B", amount="20"))
    assert [line.minor for line in camt.read(statement(whole), IBAN, "CNY").lines] == [1000, 2000]
    unclear = entry("30.00", details=details("A", amount="10") + details("B", amount="15"))
    [line] = camt.read(statement(unclear), IBAN, "CNY").lines
    assert (line.minor, line.purpose) == (3000, "A B")


def test_missing_lines_are_told_by_the_balances() -> None:
    read = camt.read(statement(balance("OPBD", "0"), balance("CLBD", "5"), entry("3")), IBAN, "CNY")
    assert read.difference_minor == 200


def test_entities_are_refused_before_they_grow() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><Document>&c;</Document>'
    assert "document type" in refused(bomb)
    outside = b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Document/>'
    assert "document type" in refused(outside)


@pytest.mark.parametrize(
    "content",
    [
        b"<Document>",
        b"<Document/>",
        b'<?xml version="1.0" encoding="no-such-letters"?><Document/>',
        b"<a>" * 100,
        statement(),
        statement(entry("1"), account="DE00"),
        statement(entry("much")),
        statement(entry("-1")),
        statement(entry("1e999999999")),
        statement(entry("1.234")),
        statement(entry("1", side="UP")),
        statement(entry("1").replace("CNY", "EUR")),
        statement(entry("1").replace("2026-03-06", "yesterday")),
        statement(entry("1").replace("<BookgDt><Dt>2026-03-06</Dt></BookgDt>", "")),
        b"\xff\xfe\x00<",
    ],
)
def test_what_is_no_statement_of_this_account_is_refused(content: bytes) -> None:
    assert refused(content)


FORM = CsvForm(
    booked_on="日期",
    credit="贷方",
    debit="借方",
    payer="对方户名",
    payer_account="对方账号",
    purpose=("摘要", "附言"),
    reference="流水号",
    balance="余额",
    encoding=Encoding.GB18030,
    skipped_rows=1,
)
HEADER = "某某银行对账单\r\n日期,贷方,借方,余额,对方户名,对方账号,摘要,附言,流水号\r\n"


def test_a_chinese_banks_csv_is_read() -> None:
    rows = '20260306,"1,000.00",,"1,500.00",光明科技有限公司,6222 0001,转账,发票7,A1\r\n'
    rows += "2026/03/07,,20.5,1479.50,,,手续费,,\r\n"
    read = sheets.read((HEADER + rows).encode("gb18030"), FORM, "CNY")
    assert read.lines == (
        Line(date(2026, 3, 6), 100000, "光明科技有限公司", "62220001", "转账 发票7", "A1"),
        Line(date(2026, 3, 7), -2050, "", "", "手续费"),
    )
    assert (read.opening_minor, read.closing_minor, read.difference_minor) == (50000, 147950, 0)


def test_a_european_banks_csv_is_read_with_its_newest_line_first() -> None:
    form = CsvForm(
        booked_on="Tag",
        amount="Betrag",
        balance="Saldo",
        delimiter=";",
        decimal_mark=",",
        day_form=DayForm.DAY_MONTH_YEAR,
    )
    content = "\ufeffTag;Betrag;Saldo\n07.03.2026;-1.000,50;499,50\n06.03.26;+500;1500\n".encode()
    read = sheets.read(content, form, "EUR")
    assert [line.minor for line in read.lines] == [-100050, 50000]
    assert (read.opening_minor, read.closing_minor, read.difference_minor) == (100000, 49950, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HEADER.encode("gb18030"),
        HEADER.encode() + b"\xff\xff",
        (HEADER + "not a day,1,,1,,,,,\r\n").encode("gb18030"),
        (HEADER + "20260306,,,1,,,,,\r\n").encode("gb18030"),
        (HEADER + ",1,,1,,,,,\r\n").encode("gb18030"),
        (HEADER + "20260306,much,,1,,,,,\r\n").encode("gb18030"),
        (HEADER + "20260306,1.234,,1,,,,,\r\n").encode("gb18030"),
        (HEADER + '20260306,"1\r\n').encode("gb18030"),
        HEADER.replace("余额", "余").encode("gb18030") + b"20260306,1,,1,,,,,\r\n",
    ],
)
def test_what_cannot_be_read_as_the_account_says_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        sheets.read(content, FORM, "CNY")
    assert refusal.value.code == "BAD_BANK_FILE"


@pytest.mark.parametrize(
    ("form", "path"),
    [
        (CsvForm(booked_on=""), "bookedOn"),
        (CsvForm(booked_on="d"), "amount"),
        (CsvForm(booked_on="d", amount="a", credit="c", debit="d"), "amount"),
        (CsvForm(booked_on="d", credit="c"), "amount"),
        (CsvForm(booked_on="d", amount="a", delimiter="x"), "delimiter"),
        (CsvForm(booked_on="d", amount="a", delimiter=",", decimal_mark=","), "decimalMark"),
        (CsvForm(booked_on="d", amount="a", skipped_rows=-1), "skippedRows"),
    ],
)
def test_a_form_by_which_nothing_can_be_read_is_refused(form: CsvForm, path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_form(form)
    assert refusal.value.path == ("csv", path)


def test_a_form_is_stored_and_read_again() -> None:
    assert CsvForm.of(FORM.stored()) == FORM
    assert FORM.stored()["skippedRows"] == 1


LINES = st.lists(
    st.builds(Line, booked_on=st.just(date(2026, 3, 6)), minor=st.integers(1, 3), purpose=st.sampled_from(["a", "b"])),
    max_size=12,
)


@given(LINES, LINES)
def test_of_two_files_that_overlap_each_line_is_taken_as_often_as_the_fuller_one_has_it(
    first: list[Line], second: list[Line]
) -> None:
    known: dict[str, int] = {}
    taken: list[Line] = []
    for lines in (first, second, first):
        for each in unknown(number(lines), dict(known)):
            taken.append(each.line)
            known[each.digest] = max(known.get(each.digest, 0), each.occurrence)
    for line in {*first, *second}:
        assert taken.count(line) == max(first.count(line), second.count(line))
