"""GraphQL over HTTP as any client speaks it: named changes that are safe to send again, and patience with restarts."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
from standardwebhooks import Webhook

from zhidu.failures import Failure

# A part of the house that was killed is started again; so long a change is sent again before somebody is told.
PATIENCE_SECONDS = 120.0
LONGEST_WAIT_SECONDS = 3.0
# An answer that the server's own fault spoilt: asking again may find it mended.
PASSING = {"UNAVAILABLE", "UNCERTAIN", "INTERNAL", "RATE_LIMITED"}


@dataclass
class RefusedError(Exception):
    """The API understood and did not do it."""

    code: str
    message: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f" ({'.'.join(self.path)})" if self.path else ""
        return f"{self.code}: {self.message}{place}"


class Client:
    """One installation's door."""

    def __init__(self, url: str) -> None:
        self.url = url
        # A proxy of the terminal's has nothing to do with a door on this machine.
        self._http = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def ask(
        self,
        token: str,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        language: str | None = None,
    ) -> dict[str, Any]:
        """The data of one operation. Under a `key` a change happens once, however often it has to be sent.

        Raises `RefusedError` for an operation that is not taken, and `Failure` when nobody answers for two minutes.
        """
        headers = {"Authorization": f"Bearer {token}"}
        if key is not None:
            # A header is ASCII, and steps have Chinese names.
            headers["Idempotency-Key"] = quote(key)
        if language is not None:
            headers["Accept-Language"] = language
        answer = await self._post("/graphql", headers, json={"query": document, "variables": variables or {}})
        if errors := answer.get("errors"):
            first = errors[0]
            extensions = first.get("extensions") or {}
            path = extensions.get("inputPath") or first.get("path") or ()
            raise RefusedError(extensions.get("code", "ERROR"), first["message"], tuple(str(part) for part in path))
        data: dict[str, Any] = answer["data"]
        return data

    async def sign_in(self, client_id: str, secret: str) -> str:
        """An access token of a partner's program, by OAuth 2.0 client credentials."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = await self._post("/oauth/token", {}, data=form)
        if "access_token" not in answer:
            raise RefusedError(str(answer.get("error", "ERROR")), str(answer.get("error_description", "")))
        return str(answer["access_token"])

    async def hand_over(self, letter: str, *, to: str, sender: str, secret: str) -> str:
        """Post a mail as a mail provider does, signed as Standard Webhooks; the id of the mail that was kept."""
        at = datetime.now(UTC)
        headers = {
            "webhook-id": "demo",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign("demo", at, letter),
        }
        sent = {"to": to, "from": sender}
        answer = await self._post("/inbound/mail", headers, params=sent, content=letter.encode())
        if "mail" not in answer:
            raise Failure(f"A mail to {to} was not taken: {answer}")
        return str(answer["mail"]["id"])

    async def send_form(self, path: str, fields: Mapping[str, str]) -> int:
        """Send the form of a page as a browser does; the status of the page that answers."""
        answer = await self._post(path, {"Accept-Language": "en"}, data=dict(fields))
        return int(answer["status"])

    async def enter(self, path: str) -> str | None:
        """The token that the link of an invitation opens, once; None where it was opened before."""
        answer = await self._post(path, {"Accept": "application/json"})
        return str(answer["token"]) if "token" in answer else None

    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> str:
        """Send the bytes of a file; its id."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": media_type}
        answer = await self._post("/files", headers, params={"name": name}, content=content)
        if "file" not in answer:
            raise Failure(f"The file {name} was not taken: {answer}")
        return str(answer["file"]["id"])

    async def fetch(self, token: str, path: str) -> bytes:
        """The bytes of a file or a paper. Raises `Failure` when they can't be had for two minutes."""
        begun_at, trouble = time.monotonic(), ""
        while time.monotonic() - begun_at < PATIENCE_SECONDS:
            try:
                response = await self._http.get(path, headers={"Authorization": f"Bearer {token}"})
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
            else:
                if response.status_code == 200:
                    return response.content
                trouble = f"status {response.status_code}"
                if response.status_code < 500:
                    break
            await asyncio.sleep(1)
        raise Failure(f"{self.url}{path} cannot be fetched: {trouble}")

    async def _post(self, path: str, headers: Mapping[str, str], **content: Any) -> dict[str, Any]:
        """The JSON of the first answer that is no passing trouble."""
        begun_at, wait = time.monotonic(), 0.1
        while True:
            trouble, answer, asked_wait = await self._once(path, headers, content)
            if trouble is None:
                return answer
            if time.monotonic() - begun_at > PATIENCE_SECONDS:
                raise Failure(f"{self.url} does not answer as it should: {trouble}. Is Zhidu running?")
            await asyncio.sleep(max(wait, asked_wait))
            wait = min(wait * 1.7, LONGEST_WAIT_SECONDS)

    async def _once(
        self, path: str, headers: Mapping[str, str], content: Mapping[str, Any]
    ) -> tuple[str | None, dict[str, Any], float]:
        """What is wrong for the moment, if anything, the answer, and how long the server wants to be left alone."""
        try:
            response = await self._http.post(path, headers=dict(headers), **content)
        except httpx.TransportError as error:
            return str(error) or type(error).__name__, {}, 0.0
        try:
            answer = response.json()
        except ValueError:
            # A page, which is all that a browser wants.
            known = response.headers.get("content-type", "").startswith("text/html") and path != "/graphql"
            answer = {"status": response.status_code} if known else None
        if not isinstance(answer, dict):
            return f"status {response.status_code}", {}, 0.0
        for fault in answer.get("errors") or ():
            if (fault.get("extensions") or {}).get("code") in PASSING:
                return str(fault.get("message")), answer, float(response.headers.get("retry-after", 0))
        if response.status_code >= 500:
            return f"status {response.status_code}", answer, 0.0
        return None, answer, 0.0
