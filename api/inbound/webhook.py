"""The webhook: a mail provider posts a mail as it came, signed by Standard Webhooks with the address's secret."""

import base64
import binascii
import hashlib
import hmac
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth.answers import NOT_KEPT, refused, refusing
from api.inbound import receiving
from domain.mail.commands import Envelope
from domain.mail.rules import MailOrigin
from tenancy.actor import Actor, ActorKind
from tenancy.quotas import QUOTAS
from tenancy.refusals import Invalid, Refusal, Unauthenticated, message
from tenancy.secrets import same

POINTS = 500
TOLERANCE_SECONDS = 300
LONGEST_ID = 200


@refusing
async def post_mail(request: Request) -> Response:
    """A mail: the body is the mail as it came, `?to=` the address to which it was delivered, `?from=` the sender's.

    What this answers to an unknown address and to a wrong signature is the same.
    """
    recipient, sender = request.query_params.get("to", ""), request.query_params.get("from", "")
    found = await receiving.route(recipient)
    if found is None or found.secret is None:
        raise Unauthenticated(message("The address or the signature is wrong."))
    body = await _body(request)
    _check_signature(request, found.secret, body)
    caller = Actor(tenant_id=found.tenant_id, kind=ActorKind.CLIENT, id=found.address_id)
    QUOTAS.take(caller, POINTS)
    try:
        mail, new = await receiving.keep(found, Envelope(sender[:320], recipient, MailOrigin.WEBHOOK), body)
    except Refusal as refusal:
        # It is for the provider to send it again, whatever keeps us from taking it.
        return refused(request, refusal, status=503)
    return JSONResponse({"mail": {"id": str(mail.id), "new": new}}, status_code=202, headers=NOT_KEPT)


async def _body(request: Request) -> bytes:
    most = receiving.most_bytes()
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            text = message("A mail may have at most {most} bytes.")
            raise Invalid(text, {"most": most}, code="MAIL_TOO_LARGE")
        pieces.append(piece)
    return b"".join(pieces)


def _check_signature(request: Request, secret: bytes, body: bytes) -> None:
    """Refuse what is not signed with the secret, by Standard Webhooks; mails may hold bytes that are no text."""
    id, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    sound = id and len(id) <= LONGEST_ID and at.isascii() and at.isdecimal() and len(at) <= 12
    if not sound or abs(time.time() - int(at)) > TOLERANCE_SECONDS:
        raise Unauthenticated(message("The address or the signature is wrong."))
    expected = hmac.digest(secret, f"{id}.{at}.".encode() + body, hashlib.sha256)
    for signature in request.headers.get("webhook-signature", "").split(" ")[:10]:
        version, _, text = signature.partition(",")
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and same(given, expected):
            return
    raise Unauthenticated(message("The address or the signature is wrong."))


ROUTES = [Route("/inbound/mail", post_mail, methods=["POST"])]
