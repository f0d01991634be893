"""Webhooks out: a signed POST to an address that a tenant chose, which must not lead inside."""

import asyncio
import math
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TypeAlias

import httpx
from standardwebhooks import Webhook

from tenancy.networks import WEBHOOK_PORTS, is_outside
from workers.gateways import TryLater, Undeliverable

ATTEMPT_SECONDS = 15.0
CONNECT_SECONDS = 5.0
EXCERPT_SECONDS = 2.0
EXCERPT_BYTES = 1024
LONGEST_WAIT_SECONDS = 24 * 3600

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEBHOOK_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Outcome:
    """What the receiver answered: its status and the first 1024 bytes of its words, for the tenant to see."""

    status: int
    excerpt: str


class NotAccepted(TryLater):
    """The receiver answered, but not with success; it may have named a time to wait, of a day at most."""

    def __init__(self, outcome: Outcome, retry_after_seconds: int | None) -> None:
        super().__init__(f"the receiver answered {outcome.status}")
        self.outcome = outcome
        self.retry_after_seconds = retry_after_seconds


class Gone(Undeliverable):
    """The receiver answered 410: it wants no webhooks any more, and the endpoint is to be switched off."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("the receiver answered 410: gone")
        self.outcome = outcome


async def _ask_system(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Egress:
    """Where webhooks may go.

    `sinks` are exact addresses with their port, let through whatever the other rules say. They are for the sink of
    rehearsal tenants and for tests, and open nothing besides themselves.
    """

    allow_http: bool = False
    ports: frozenset[int] = WEBHOOK_PORTS
    sinks: frozenset[tuple[str, int]] = frozenset()
    resolve: Resolve = field(default=_ask_system)
    tls: ssl.SSLContext | None = None


OUTWARD = Egress()


async def post(
    url: str,
    webhook_id: str,
    timestamp: datetime,
    body: bytes,
    secrets: Sequence[bytes],
    *,
    egress: Egress = OUTWARD,
) -> Outcome:
    """Deliver one webhook once, signed by Standard Webhooks with every secret given (two while one is replaced).

    `webhook_id` stays the same for all attempts; `timestamp` is the real instant of this one, since receivers refuse
    signatures older than five minutes. Answers on success (2xx) only. `Gone` on 410, `NotAccepted` on any other
    status, redirects included, which are never followed; `Undeliverable` when the URL may not be called;
    `TryLater` when nobody answered within 15 seconds.
    """
    target = _target(url, egress)
    headers = _signed(webhook_id, timestamp, body, secrets)
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            addresses = await _addresses(target, egress)
            status, answered, excerpt = await _send(target, addresses, headers, body, egress)
    except TimeoutError as problem:
        raise TryLater(f"{target.host} did not answer in time") from problem
    except (httpx.HTTPError, OSError) as problem:
        raise TryLater(f"{target.host} cannot be reached: {type(problem).__name__}") from problem
    outcome = Outcome(status, excerpt)
    if 200 <= status <= 299:
        return outcome
    if status == 410:
        raise Gone(outcome)
    raise NotAccepted(outcome, _wait(answered.get("retry-after"), timestamp))


@dataclass(frozen=True)
class _Target:
    url: httpx.URL
    host: str
    port: int


def _target(url: str, egress: Egress) -> _Target:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as problem:
        raise Undeliverable("the URL is malformed") from problem
    host = parsed.raw_host.decode("ascii", "replace").rstrip(".")
    port = _DEFAULT_PORTS.get(parsed.scheme, 0) if parsed.port is None else parsed.port
    named_sink = (host, port) in egress.sinks
    if parsed.scheme != "https" and not (parsed.scheme == "http" and (egress.allow_http or named_sink)):
        raise Undeliverable("the URL must begin with https://")
    if not _HOST.fullmatch(host) or parsed.userinfo:
        raise Undeliverable("the URL must name a host, without user or zone")
    if port not in egress.ports and not any(port == each for _, each in egress.sinks):
        raise Undeliverable(f"the port {port} is not allowed; use one of {sorted(egress.ports)}")
    return _Target(parsed, host, port)


async def _addresses(target: _Target, egress: Egress) -> list[str]:
    """The addresses behind the host, all of them checked: only these are connected to, and no name again."""
    try:
        found = await egress.resolve(target.host, target.port)
    except (OSError, UnicodeError) as problem:
        raise TryLater(f"{target.host} has no address") from problem
    for address in found:
        allowed = is_outside(address) and target.port in egress.ports
        if not allowed and (address, target.port) not in egress.sinks:
            # The address is not told: which names exist inside is no tenant's business.
            raise Undeliverable(f"{target.host} leads inside or to a reserved address")
    if not found:
        raise TryLater(f"{target.host} has no address")
    return list(found)[:3]


async def _send(
    target: _Target, addresses: Sequence[str], headers: dict[str, str], body: bytes, egress: Egress
) -> tuple[int, httpx.Headers, str]:
    default = _DEFAULT_PORTS[target.url.scheme]
    name = f"[{target.host}]" if ":" in target.host else target.host
    headers = {**headers, "host": name if target.port == default else f"{name}:{target.port}"}
    async with httpx.AsyncClient(
        verify=egress.tls or _public_authorities(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(ATTEMPT_SECONDS, connect=CONNECT_SECONDS),
    ) as client:
        failure: Exception | None = None
        for address in addresses:
            # The name goes into TLS and the Host header only; the connection is made to the number that was checked.
            request = client.build_request(
                "POST",
                target.url.copy_with(host=address, port=target.port, fragment=None),
                headers=headers,
                content=body,
                extensions={"sni_hostname": target.host},
            )
            try:
                response = await client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
                failure = problem
                continue
            try:
                return response.status_code, response.headers, await _excerpt(response)
            finally:
                await response.aclose()
    assert failure is not None
    raise failure


async def _excerpt(response: httpx.Response) -> str:
    # Raw, so that nothing is decompressed; what lies beyond the excerpt is never read. The status has been given, so
    # words that come slowly or break off are simply fewer.
    words = b""
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(EXCERPT_SECONDS):
            async for piece in response.aiter_raw():
                words += piece
                if len(words) >= EXCERPT_BYTES:
                    break
    text = _UNPRINTABLE.sub(" ", words[:EXCERPT_BYTES].decode("utf-8", "replace"))
    return text.encode()[:EXCERPT_BYTES].decode("utf-8", "ignore")


def _signed(webhook_id: str, timestamp: datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    if not _WEBHOOK_ID.fullmatch(webhook_id) or timestamp.tzinfo is None or not secrets:
        raise ValueError("a webhook needs a plain id, an instant with its zone and a secret")
    text = body.decode("utf-8")
    # The library takes every instant for one of UTC.
    instant = timestamp.astimezone(UTC)
    return {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": "Zhidu-Webhooks/1",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(math.floor(instant.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(webhook_id, instant, text) for secret in secrets),
    }


def _wait(retry_after: str | None, now: datetime) -> int | None:
    """Seconds to wait by a Retry-After header, which is a number or a date."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        seconds = int(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = math.ceil((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
    return min(max(seconds, 0), LONGEST_WAIT_SECONDS)


@lru_cache(maxsize=1)
def _public_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
