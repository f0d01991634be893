"""How values survive being stored, which texts fit a mail's subject, and what a webhook's endpoint may be."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.kernel.money import Money
from domain.kernel.subjects import SubjectKind
from domain.policies.rules.sentences import Sentence
from domain.policies.rules.values import Wording
from tenancy.language import in_language, translate, write_amount
from tenancy.networks import WEBHOOK_PORTS, names_inside
from tenancy.refusals import Invalid, message

SUBJECT_CHARACTERS = 150
URL_CHARACTERS = 2000
MOST_ENDPOINTS = 10
MOST_GRACE_HOURS = 7 * 24
# So many webhooks given up one after the other switch their endpoint off.
FAILURES_UNTIL_OFF = 10
EVERY_FACT = "*"
# Facts about telling: an endpoint that fails would be told of its failures for ever.
UNTOLD = ("notifications.", "effects.", "agenda.", "sweeps.")


_BLANK = re.compile(r"\{([a-z_]+)\}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class OwnWords:
    """A text of a company's own in three languages, and what fills its blanks."""

    wording: Wording
    values: Mapping[str, Any]


def pack(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a text as plain JSON that `unpack` turns back; TypeError for what no text can write."""
    return {name: _packed(value) for name, value in values.items()}


def _packed(value: Any) -> Any:
    match value:
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case timedelta():
            return {"minutes": value // timedelta(minutes=1)}
        case tuple():
            return {"words": [str(each) for each in value]}
        case Sentence():
            return {"sentence": value.text, "blanks": pack(value.values)}
        case Wording():
            return {"texts": value.model_dump()}
        case OwnWords():
            return {"texts": value.wording.model_dump(), "blanks": pack(value.values)}
        case StrEnum() | UUID():
            return str(value)
        case str() | int() | None:
            return value
    raise TypeError(f"a text cannot hold a {type(value).__name__}")


def unpack(values: Mapping[str, Any], language: str, zone: tzinfo = UTC) -> dict[str, Any]:
    """The values again, amounts and sentences as the language writes them; the rest is written by `translate`."""
    return {name: _unpacked(value, language, zone) for name, value in values.items()}


def _unpacked(value: Any, language: str, zone: tzinfo) -> Any:
    match value:
        case {"sentence": text, "blanks": blanks}:
            return written(text, blanks, language, zone)
        case {"texts": texts, "blanks": blanks}:
            return _filled(in_language(texts, language), blanks, language, zone)
        case {"texts": texts}:
            return in_language(texts, language)
        case {"minor": minor, "currency": currency}:
            return write_amount(Money(minor, currency).decimal, currency, language)
        case {"instant": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case {"time": text}:
            return time.fromisoformat(text)
        case {"minutes": minutes}:
            return timedelta(minutes=minutes)
        case {"words": words}:
            return tuple(words)
    return value


def written(text: str, values: Mapping[str, Any], language: str, zone: tzinfo) -> str:
    """A marked text with its packed values, as a reader of this language sees it; instants by the clocks of `zone`."""
    return translate(text, language, unpack(values, language, zone), zone=zone)


def _filled(text: str, blanks: Mapping[str, Any], language: str, zone: tzinfo) -> str:
    """Somebody's own words with their blanks filled, and nothing else read into them: they are no format string."""

    def value(blank: re.Match[str]) -> str:
        name = blank[1]
        if name not in blanks:
            return blank[0]
        return "—" if blanks[name] is None else written("{blank}", {"blank": blanks[name]}, language, zone)

    return _BLANK.sub(value, text)


def subject_line(text: str) -> str:
    """The beginning of a text, on one line that mail programs show whole."""
    line = " ".join(text.split())
    return line if len(line) <= SUBJECT_CHARACTERS else line[: SUBJECT_CHARACTERS - 1].rstrip() + "…"


class Topic(StrEnum):
    """What people are told of, as they choose what reaches them by mail."""

    REQUESTS = "requests"
    CONVERSATION = "conversation"
    DEADLINES = "deadlines"
    ESCALATIONS = "escalations"
    APPROVALS = "approvals"
    CUSTOMERS = "customers"
    CONTRACTS = "contracts"
    BILLING = "billing"
    HANDBOOK = "handbook"
    PEOPLE = "people"
    OPERATION = "operation"


# These wait for nobody's night and can't be turned off.
URGENT = frozenset({Topic.ESCALATIONS})
_TOPICS: Mapping[str, Topic] = {
    SubjectKind.REQUEST: Topic.REQUESTS,
    SubjectKind.EXTRA_STAFF: Topic.REQUESTS,
    SubjectKind.APPROVAL: Topic.APPROVALS,
    SubjectKind.COMPLAINT: Topic.CUSTOMERS,
    SubjectKind.SURVEY: Topic.CUSTOMERS,
    SubjectKind.VISIT: Topic.CUSTOMERS,
    SubjectKind.INQUIRY: Topic.CUSTOMERS,
    SubjectKind.EVALUATION: Topic.CUSTOMERS,
    SubjectKind.DEMAND: Topic.CUSTOMERS,
    SubjectKind.QUOTATION: Topic.CUSTOMERS,
    SubjectKind.CONTRACT: Topic.CONTRACTS,
    SubjectKind.AMENDMENT: Topic.CONTRACTS,
    SubjectKind.INVOICE: Topic.BILLING,
    SubjectKind.DUNNING: Topic.BILLING,
    SubjectKind.DUNNING_LETTER: Topic.BILLING,
    SubjectKind.PAYMENT: Topic.BILLING,
    SubjectKind.HANDBOOK_VERSION: Topic.HANDBOOK,
    SubjectKind.RESIGNATION: Topic.PEOPLE,
}


def topic_of(subject_kind: str | None) -> Topic:
    """The topic of news about a record, unless whoever tells it says another."""
    return _TOPICS.get(subject_kind or "", Topic.OPERATION)


class Delivery(StrEnum):
    """When mails of notifications leave: each at once, or together at every full hour or once a day."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True)
class Chosen:
    """What a member wants; times such as 08:00 by the clocks of an IANA zone, or of the company's."""

    muted: Sequence[Topic] = ()
    delivery: Delivery = Delivery.AT_ONCE
    daily_at: str = "08:00"
    quiet_from: str | None = None
    quiet_until: str | None = None
    zone: str | None = None


# What holds for whoever has not said.
UNLESS_CHOSEN = Chosen()


@dataclass(frozen=True)
class Hours:
    """When somebody wants mail, by the clocks of their zone; `quiet` lasts from the first time to the second."""

    delivery: Delivery
    daily_at: time
    quiet: tuple[time, time] | None
    zone: tzinfo


def mail_at(hours: Hours, now: datetime) -> datetime:
    """When the mail of something that is told now leaves: now, or at the next hour of `hours` outside quiet ones."""
    at = now
    if hours.delivery is Delivery.DAILY:
        at = _next(hours.daily_at, now, hours.zone)
    elif hours.delivery is Delivery.HOURLY:
        local = now.astimezone(hours.zone)
        at = (
            now
            + timedelta(hours=1)
            - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        )
    if hours.quiet is not None and _within(hours.quiet, at.astimezone(hours.zone).time()):
        at = _next(hours.quiet[1], at, hours.zone)
    return at


def _within(quiet: tuple[time, time], at: time) -> bool:
    begins, ends = quiet
    return begins <= at < ends if begins < ends else at >= begins or at < ends


def _next(at: time, after: datetime, zone: tzinfo) -> datetime:
    """The next instant at which the clocks of a zone show a time."""
    day = after.astimezone(zone).date()
    days = (datetime.combine(day + timedelta(days=more), at, zone).astimezone(UTC) for more in range(3))
    return next(instant for instant in days if instant > after)


def clean_hours(delivery: Delivery, daily_at: str, quiet: tuple[str | None, str | None], zone: str) -> Hours:
    """When somebody wants mail, from times such as 08:00 and an IANA zone. Refuses what is no time or zone, quiet hours
    of which one end is missing or that never end, and a daily mail within them."""
    try:
        clocks = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise Invalid(
            message("“{zone}” is not a zone such as Asia/Shanghai."), {"zone": zone[:60]}, path=("zone",)
        ) from problem
    begins, ends = quiet
    if (begins is None) != (ends is None):
        text = message("Quiet hours have a beginning and an end.")
        raise Invalid(text, path=("quietFrom" if begins is None else "quietUntil",))
    spared = None
    if begins is not None and ends is not None:
        spared = (_clean_time(begins, "quietFrom"), _clean_time(ends, "quietUntil"))
        if spared[0] == spared[1]:
            raise Invalid(message("Quiet hours end at another time than they begin."), path=("quietUntil",))
    daily = _clean_time(daily_at, "dailyAt")
    if delivery is Delivery.DAILY and spared is not None and _within(spared, daily):
        raise Invalid(message("The daily mail would fall into the quiet hours."), path=("dailyAt",))
    return Hours(delivery, daily, spared, clocks)


def _clean_time(text: str, path: str) -> time:
    if not _TIME.fullmatch(text):
        raise Invalid(message("A time of the day such as 09:00 is needed here."), path=(path,))
    return time.fromisoformat(text)


def clean_url(url: str) -> str:
    """The address of a webhook's receiver. What its name leads to is looked at whenever it is called."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "https" and parts.hostname and not parts.username and not parts.fragment
        # Asking for the port raises when it is none.
        host, port = parts.hostname or "", 443 if parts.port is None else parts.port
    except ValueError:
        sound, host, port = False, "", 0
    if not sound or len(url) > URL_CHARACTERS or any(not " " < letter <= "~" for letter in url):
        raise Invalid(
            message("A webhook's address begins with https:// and names a host, without a user or a fragment."),
            path=("url",),
        )
    if port not in WEBHOOK_PORTS:
        ports = ", ".join(map(str, sorted(WEBHOOK_PORTS)))
        raise Invalid(message("Webhooks go to these ports only: {ports}."), {"ports": ports}, path=("url",))
    if names_inside(host):
        text = message("“{host}” leads inside or to a reserved address; webhooks go to public hosts only.")
        raise Invalid(text, {"host": host[:80]}, path=("url",))
    return url


def clean_names(names: Sequence[str], known: Collection[str]) -> list[str]:
    """The facts that an endpoint asks for, each once: names of the journal, or `*` for every one that is told."""
    chosen = sorted(set(names))
    if not chosen:
        raise Invalid(message("Choose at least one fact, or * for all."), path=("events",))
    for name in chosen:
        if name != EVERY_FACT and (name not in known or name.startswith(UNTOLD)):
            text = message("“{name}” is not a fact that webhooks tell of.")
            raise Invalid(text, {"name": name[:80]}, path=("events",))
    return [EVERY_FACT] if EVERY_FACT in chosen else chosen


def former_ends_at(now: datetime, grace_hours: int) -> datetime | None:
    """Until when a secret that is replaced now signs too; None where that is not wanted. Refuses more than a week."""
    if not 0 <= grace_hours <= MOST_GRACE_HOURS:
        text = message("The former secret signs for 0 to {most} hours.")
        raise Invalid(text, {"most": MOST_GRACE_HOURS}, path=("graceHours",))
    return now + timedelta(hours=grace_hours) if grace_hours else None


def still_signs(ends_at: datetime | None, now: datetime) -> bool:
    """Whether a former secret signs at an instant."""
    return ends_at is not None and now < ends_at


def asks_for(names: Collection[str], name: str) -> bool:
    """Whether an endpoint with these names is told of a fact."""
    return not name.startswith(UNTOLD) and (EVERY_FACT in names or name in names)


# Sentences that messages were once written in. What is stored is still read in each reader's language, so a sentence
# that is changed is kept here, too.
FORMER = (
    message("Resignation from the post “{post}” as of {last_day_on}"),
    message("Nobody is found whom the chain leads to."),
    message("Whom the chain leads to lacks the permission to decide."),
    message("Fewer people are found than the quorum needs."),
    message("Whoever sat there has left, and nobody stands in."),
    message("Whoever sat there may not decide any more, and nobody stands in."),
    message(
        "Nobody can decide in step {step}, “{name}”, of this: {subject}, asked for by {requester}. {why} Name "
        "somebody. {terms}"
    ),
    message("{requester} asks for your decision: {subject}."),
    message("{requester} asks you to decide soon: {subject}."),
    message("Your decision is overdue: {subject}, asked for by {requester}."),
    message("{subject}, asked for by {requester}, needs no decision any more: it has changed."),
    message("Request {number} has been escalated to you, level {level}: {title}"),
    message("Request {number} has to be answered by {due_at}: {title}"),
    message("Request {number} has to be resolved by {due_at}: {title}"),
    message("Call {customer}: invoice {number} is {days} days overdue, {amount} is outstanding."),
)
