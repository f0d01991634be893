"""A webhook is verified by its receiver, and never reaches anything inside."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from tenancy.networks import is_outside
from tenancy.secrets import webhook_secret_text
from workers.gateways import TryLater, Undeliverable, webhooks
from workers.gateways.webhooks import OUTWARD, Egress, Gone, NotAccepted, Outcome, post

OLD, NEW = b"o" * 32, b"n" * 32
BODY = '{"type":"requests.submitted","title":"打印机"}'.encode()


@dataclass
class Receiver:
    """A local HTTP server that keeps what it gets and answers as it is told."""

    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    then_wait: bool = False
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append((head[0], headers, body))
            writer.write(self.answer)
            await writer.drain()
            if self.then_wait:
                await self.closing.wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(receiver: Receiver, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield receiver
        finally:
            receiver.closing.set()


def to(receiver: Receiver) -> Egress:
    """Lets webhooks to this receiver through, and to nothing else inside."""
    return Egress(sinks=frozenset({("127.0.0.1", receiver.port)}))


async def deliver(receiver: Receiver, path: str = "/hook", secrets: Sequence[bytes] = (OLD,)) -> Outcome:
    url = f"http://127.0.0.1:{receiver.port}{path}"
    return await post(url, "evt_1", datetime.now(UTC), BODY, secrets, egress=to(receiver))


async def test_the_receiver_verifies_what_it_gets_with_the_official_library() -> None:
    async with listening(Receiver()) as receiver:
        assert await deliver(receiver, "/hook?from=zhidu") == Outcome(200, "ok")
    [(line, headers, body)] = receiver.requests
    assert line == "POST /hook?from=zhidu HTTP/1.1"
    assert body == BODY
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["content-type"] == "application/json"
    assert Webhook(webhook_secret_text(OLD)).verify(body, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(body.replace(b"1", b"2") + b" ", headers)


async def test_while_a_secret_is_replaced_both_verify() -> None:
    async with listening(Receiver()) as receiver:
        await deliver(receiver, secrets=(NEW, OLD))
    [(_, headers, body)] = receiver.requests
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(body, headers) == json.loads(BODY)


async def test_an_instant_of_another_zone_is_signed_as_the_instant_it_is() -> None:
    async with listening(Receiver()) as receiver:
        shanghai = datetime.now(timezone(timedelta(hours=8)))
        await post(f"http://127.0.0.1:{receiver.port}/", "evt_1", shanghai, BODY, [OLD], egress=to(receiver))
    [(_, headers, body)] = receiver.requests
    Webhook(OLD).verify(body, headers)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
async def test_every_status_but_success_is_a_failure_to_be_tried_again(status: int) -> None:
    answer = f"HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 3\r\n\r\nno!".encode()
    async with listening(Receiver(answer)) as receiver:
        with pytest.raises(NotAccepted) as failed:
            await deliver(receiver)
    assert failed.value.outcome == Outcome(status, "no!")
    assert len(receiver.requests) == 1


async def test_a_receiver_that_is_gone_says_so() -> None:
    async with listening(Receiver(b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n")) as receiver:
        with pytest.raises(Gone) as gone:
            await deliver(receiver)
    assert gone.value.outcome.status == 410
    assert isinstance(gone.value, Undeliverable)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("120", 120), ("99999999", 86400), ("-5", None), ("soon", None)),
        *(("Sat, 21 Nov 2026 03:02:00 GMT", 120), ("Sat, 21 Nov 2026 02:00:00 GMT", 0)),
    ],
)
def test_the_receiver_may_name_a_time_to_wait(header: str, seconds: int | None) -> None:
    assert webhooks._wait(header, datetime(2026, 11, 21, 3, 0, tzinfo=UTC)) == seconds


async def test_only_an_excerpt_of_an_endless_answer_is_read() -> None:
    answer = b"HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n" + b"10000\r\n" + b"\x00\xff\x1b" * 30_000
    async with listening(Receiver(answer, then_wait=True)) as receiver:
        with pytest.raises(NotAccepted) as failed:
            await deliver(receiver)
    excerpt = failed.value.outcome.excerpt
    assert 0 < len(excerpt.encode()) <= 1024
    assert "\x00" not in excerpt
    assert "\x1b" not in excerpt


async def test_an_answer_is_never_unpacked() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\nno gzip"
    async with listening(Receiver(answer)) as receiver:
        assert await deliver(receiver) == Outcome(200, "no gzip")


async def test_words_that_do_not_come_do_not_undo_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "EXCERPT_SECONDS", 0.1)
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nslow"
    async with listening(Receiver(answer, then_wait=True)) as receiver:
        assert await deliver(receiver) == Outcome(200, "slow")


async def test_a_receiver_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "ATTEMPT_SECONDS", 0.2)
    async with listening(Receiver(b"HTTP/1.1 200", then_wait=True)) as receiver:
        with pytest.raises(TryLater, match="in time"):
            await deliver(receiver)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"])
async def test_a_broken_answer_is_tried_later(answer: bytes) -> None:
    async with listening(Receiver(answer)) as receiver:
        with pytest.raises(TryLater):
            await deliver(receiver)


async def test_nobody_at_home_is_tried_later() -> None:
    async with listening(Receiver()) as receiver:
        pass
    with pytest.raises(TryLater, match="cannot be reached"):
        await deliver(receiver)


INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1"),  # noqa: S104  not bound, refused
    *("169.254.169.254", "169.254.0.23", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *(
        "fe80::1%lo",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "4000::1",
        "::ffff:a9fe:a9fe",
        "nonsense",
        "",
    ),
]
OUTSIDE = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "223.5.5.5"]
OUTSIDE += ["2606:4700:4700::1111", "2400:3200::1", "2001:4860:4860::8888", "240e::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_outside(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_outside(address: str) -> None:
    assert is_outside(address)
    assert ip_address(address).is_global


def loopback_in_other_words() -> list[str]:
    """Many spellings of this machine, and of what must not be reached from it."""
    hosts = [
        *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "017700000001"),
        *("0177.0.0.1", "0177.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "0x0", "localhost", "LOCALHOST"),  # noqa: S104  not bound, refused
        *("localhost.", "127。0。0。1", "１２７.0.0.1", "①②⑦.0.0.1", "ⓛocalhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
        *("[fe80::1%25lo]", "[fe80::1%lo]", "[::1%250]", "169.254.169.254", "0xa9fea9fe", "2852039166", "10.0.0.1"),
        *("[fd00:ec2::254]", "192.168.1.1", "172.16.0.1", "100.100.100.200", "%31%32%37.0.0.1", "127.0.0.1%00.x"),
    ]
    forms = ["https://{}/", "https://{}:8443/x", "https://user@{}/", "https://a:b@{}/", "https://8.8.8.8@{}/"]
    return [form.format(host) for host in hosts for form in forms]


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connected(*_: object, **__: object) -> None:
        raise AssertionError("a connection was begun")

    monkeypatch.setattr(webhooks, "_send", connected)


@pytest.mark.usefixtures("no_connection")
async def test_no_spelling_of_an_inside_address_is_called() -> None:
    urls = loopback_in_other_words()
    assert len(urls) > 200
    for url in urls:
        with pytest.raises((Undeliverable, TryLater)) as refused:
            await post(url, "evt_1", datetime.now(UTC), BODY, [OLD], egress=OUTWARD)
        assert isinstance(refused.value, Undeliverable) or "no address" in str(refused.value), url


@pytest.mark.parametrize(
    "url",
    [
        *("", "https://", "https:///x", "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "//a.example"),
        *("http://a.example/", "https://a.example:22/", "https://a.example:80/", "https://a.example:0/"),
        *("https://a.example:99999/", "https://user:pw@a.example/", "https://a.example\\@b.example/", "https://a b/"),
        *("https://a.example/\r\nHost: b", "https://%61/", "unix:/run/x", "https+unix://%2frun%2fx/", "https://a/\x00"),
    ],
)
@pytest.mark.usefixtures("no_connection")
async def test_only_https_to_a_host_on_an_allowed_port_is_called(url: str) -> None:
    with pytest.raises(Undeliverable):
        await post(url, "evt_1", datetime.now(UTC), BODY, [OLD], egress=resolving("8.8.8.8"))


def resolving(*addresses: str, egress: Egress = OUTWARD) -> Egress:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return replace(egress, resolve=resolve)


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("2606:4700::1111", "::1")])
async def test_a_name_with_any_address_inside_is_refused(addresses: Sequence[str]) -> None:
    with pytest.raises(Undeliverable, match=r"hooks\.example leads inside"):
        await post("https://hooks.example/", "e", datetime.now(UTC), BODY, [OLD], egress=resolving(*addresses))


async def test_a_name_is_asked_for_once_and_the_checked_address_is_called() -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async with listening(Receiver()) as receiver:
        egress = replace(to(receiver), resolve=rebinding, allow_http=True)
        url = f"http://hooks.example:{receiver.port}/hook"
        await post(url, "evt_1", datetime.now(UTC), BODY, [OLD], egress=egress)
    assert asked == ["hooks.example"]
    assert receiver.requests[0][1]["host"] == f"hooks.example:{receiver.port}"


async def test_a_sink_opens_nothing_besides_itself() -> None:
    async with listening(Receiver()) as receiver, listening(Receiver()) as neighbour:
        egress = to(receiver)
        for url in (
            f"http://127.0.0.1:{neighbour.port}/",
            f"http://127.0.0.2:{receiver.port}/",
            f"http://localhost.:{neighbour.port}/",
            f"https://10.0.0.1:{receiver.port}/",
            f"https://8.8.8.8:{receiver.port}/",
        ):
            with pytest.raises(Undeliverable):
                await post(url, "evt_1", datetime.now(UTC), BODY, [OLD], egress=egress)
    assert neighbour.connections == receiver.connections == 0


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(Receiver()) as proxy, listening(Receiver()) as receiver:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await deliver(receiver)
    assert proxy.connections == 0
    assert receiver.connections == 1


async def test_a_second_address_is_tried_when_the_first_is_silent() -> None:
    async with listening(Receiver()) as receiver:
        sinks = frozenset({("127.0.0.1", receiver.port), ("127.0.0.9", receiver.port)})
        egress = resolving("127.0.0.9", "127.0.0.1", egress=Egress(allow_http=True, sinks=sinks))
        url = f"http://hooks.example:{receiver.port}/"
        assert await post(url, "evt_1", datetime.now(UTC), BODY, [OLD], egress=egress) == Outcome(200, "ok")


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What the server of that name shows, and what a client that trusts it accepts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + made.public_bytes(pem)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


async def test_tls_is_checked_against_the_name_and_not_the_number(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "hooks.example")
    async with listening(Receiver(), server) as receiver:
        egress = resolving("127.0.0.1", egress=replace(to(receiver), tls=client))
        right = f"https://hooks.example:{receiver.port}/"
        assert await post(right, "evt_1", datetime.now(UTC), BODY, [OLD], egress=egress) == Outcome(200, "ok")
        with pytest.raises(TryLater):
            wrong = f"https://other.example:{receiver.port}/"
            await post(wrong, "evt_1", datetime.now(UTC), BODY, [OLD], egress=egress)
        with pytest.raises(TryLater):
            await post(right, "evt_1", datetime.now(UTC), BODY, [OLD], egress=replace(egress, tls=None))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("webhook_id", "timestamp", "secrets"),
    [
        ("a\r\nx: y", datetime.now(UTC), [OLD]),
        ("evt_1", datetime.now(UTC).replace(tzinfo=None), [OLD]),
        ("evt_1", datetime.now(UTC), []),
    ],
)
async def test_a_malformed_call_is_a_fault_of_the_program(
    webhook_id: str, timestamp: datetime, secrets: list[bytes]
) -> None:
    with pytest.raises(ValueError, match="plain id"):
        await post("https://a.example/", webhook_id, timestamp, BODY, secrets, egress=resolving("8.8.8.8"))
