"""Money that came in too much, and the books after the month was closed."""

from collections.abc import Mapping
from typing import Any

from zhidu.demo.story.teller import Line, Teller

PAYMENT = """query($id: ID!) { payment(id: $id) { amount { amount currency } unallocated { amount } receivedOn bookedOn
  reference customer { id name } allocations { amount { amount } reversedOn invoice { number total { amount } } }
  refunds { amount { amount } paidOn } } }"""
BOOKS = """query($customer: ID!, $since: Date!, $until: Date!) {
  bookClosings(first: 1) { nodes { untilOn closedAt closedBy { name } } }
  accountStatements(customerId: $customer, sinceOn: $since, untilOn: $until) { currency
    opening { amount } closing { amount } lines { bookedOn kind amount { amount } balance { amount } } }
  ageing { customerId currency total { amount } buckets { fromDays untilDays amount { amount } } }
  cashForecast(weeks: 4) { currency fromOn untilOn amount { amount } invoiceCount } }"""
# The last entries of an account, as many as are told.
MOST_LINES = 6


async def too_much(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two payments that were larger than what was owed, line by line."""
    first, second = await _payment(one, left), await _payment(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _payment(teller: Teller, step: str) -> Mapping[str, str]:
    found = (await teller.read(PAYMENT, id=teller.page.ids[step]))["payment"]
    words, amount = teller.words, found["amount"]
    return {
        "received": f"{teller.day(found['receivedOn'])}, {found['customer']['name']}\n"
        f"{amount['amount']} {amount['currency']}",
        "counts_for": "\n".join(
            words("counted_for", number=each["invoice"]["number"], amount=each["amount"]["amount"])
            for each in found["allocations"]
            if each["reversedOn"] is None
        ),
        "paid_back": "\n".join(
            f"{teller.day(each['paidOn'])}  {each['amount']['amount']}" for each in found["refunds"]
        ),
        "left_over": found["unallocated"]["amount"],
    }


async def books(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """What the books say of both companies; the payments named came in before the closing and are booked after it."""
    first, second = await _books(one, left), await _books(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _books(teller: Teller, late: str) -> Mapping[str, str]:
    words, written = teller.words, teller.sample.written
    payment = (await teller.read(PAYMENT, id=teller.page.ids[late]))["payment"]
    days = {"since": written["starts_at"].date().isoformat(), "until": written["ends_at"].date().isoformat()}
    found = await teller.read(BOOKS, customer=payment["customer"]["id"], **days)
    (closing,), (statement,) = found["bookClosings"]["nodes"], found["accountStatements"]
    lines = [
        f"{teller.day(line['bookedOn'])}  {words('entry_' + line['kind'])} {line['amount']['amount']}"
        f" → {line['balance']['amount']}"
        for line in statement["lines"]
    ]
    return {
        "books_closed": words(
            "closed_until",
            until=teller.day(closing["untilOn"]),
            at=teller.instant(closing["closedAt"]),
            name=closing["closedBy"]["name"],
        ),
        "late_money": words(
            "booked_later",
            received=teller.day(payment["receivedOn"]),
            booked=teller.day(payment["bookedOn"]),
            amount=payment["amount"]["amount"],
        ),
        "account": "\n".join([payment["customer"]["name"], *(["…"] if len(lines) > MOST_LINES else [])])
        + "\n"
        + "\n".join(lines[-MOST_LINES:]),
        "ageing": "\n".join(_ageing(teller, each) for each in found["ageing"] if each["customerId"] is None),
        "forecast": "\n".join(_week(teller, week) for week in found["cashForecast"]) or words("none"),
    }


def _ageing(teller: Teller, owed: Mapping[str, Any]) -> str:
    words, lines = teller.words, [f"{owed['total']['amount']} {owed['currency']}"]
    for bucket in owed["buckets"]:
        if not float(bucket["amount"]["amount"]):
            continue
        since, until = bucket["fromDays"], bucket["untilDays"]
        age = words("not_due") if since is None else words("days_late", days=f"{since}–{until or ''}")
        lines.append(f"{age}: {bucket['amount']['amount']}")
    return "\n".join(lines)


def _week(teller: Teller, week: Mapping[str, Any]) -> str:
    if week["fromOn"] is None:
        span = teller.words("overdue" if week["untilOn"] is None else "later")
    else:
        span = f"{teller.day(week['fromOn'])} – {teller.day(week['untilOn'])}"
    return f"{span}: {week['amount']['amount']}"
