"""Letting planned effects leave: one attempt under the ledger's eye, again by a stated schedule, given up visibly.

Before a mail or webhook is handed over, the attempt is counted for good; afterwards the outcome is recorded. A crash in
between repeats it under the same Message-ID or webhook-id, and the count tells.
"""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from domain.notifications import commands as notifications
from domain.notifications import queries as endpoints
from domain.notifications.queries import Destination
from tenancy import links, postbox
from tenancy.agenda import AgendaItem
from tenancy.claims import Claim
from tenancy.config import settings
from tenancy.effects import Effect, EffectKind, EffectState
from tenancy.language import translate
from tenancy.outbox import EffectGivenUp
from tenancy.refusals import message
from tenancy.work import Work
from workers import enclosing, metrics, sink
from workers.attempts import Ending, describe, hold, working
from workers.gateways import TryLater, Undeliverable, mail, webhooks
from workers.gateways.mail import Mail

# Below the lease of this task, so that nobody else attempts it meanwhile.
ATTEMPT_SECONDS = 40.0
MINUTE, HOUR = 60.0, 3600.0
# The waits between attempts; after the last the effect is given up: a mail after about two days, a webhook after three.
WAITS = {
    EffectKind.MAIL: (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR),
    EffectKind.WEBHOOK: (
        *(5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
        *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    ),
}
WAY_OUT = message("\n\n--\nYou need not get letters of this kind: {address}")
# So that receivers that were down together are not called together.
JITTER = 0.1


@dataclass(frozen=True)
class Outgoing:
    """What is about to leave, as read under the lock that counted the attempt."""

    tenant_id: UUID
    id: UUID
    kind: EffectKind
    payload: dict[str, Any]
    planned_at: datetime
    rehearsal: bool
    destination: Destination | None


async def send(claim: Claim, item: AgendaItem) -> Ending:
    """Attempt one planned effect; one that was withdrawn meanwhile, or has left, is only taken off the agenda."""
    outgoing = await _take(claim, item)
    if outgoing is None:
        return Ending.DONE
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            digests = await _hand_over(outgoing)
    except Undeliverable as problem:
        return await _note_failure(claim, outgoing, problem, for_good=True)
    except (TryLater, TimeoutError) as problem:
        return await _note_failure(claim, outgoing, problem, for_good=False)
    await _note_sent(claim, outgoing, digests or ())
    return Ending.DONE


async def _take(claim: Claim, item: AgendaItem) -> Outgoing | None:
    """Count the attempt for good; None when there is nothing to send any more, which this also notes."""
    async with working(claim) as work:
        held = await hold(work, claim)
        effect = await work.find(Effect, item.subject_id, lock=True)
        if effect is None or effect.state is not EffectState.PLANNED:
            work.delete(held)
            return None
        destination = None
        if effect.kind is EffectKind.WEBHOOK:
            destination = await endpoints.destination(work, UUID(effect.payload["endpoint_id"]))
            if destination is None:
                effect.state, effect.error = EffectState.WITHDRAWN, "its endpoint is switched off"
                work.delete(held)
                return None
        if effect.attempts and effect.error is None:
            metrics.REPEATED.labels(effect.kind).inc()
        effect.attempts, effect.error = effect.attempts + 1, None
        return Outgoing(
            claim.tenant_id,
            effect.id,
            effect.kind,
            effect.payload,
            effect.planned_at,
            work.opening.rehearsal,
            destination,
        )


async def _hand_over(outgoing: Outgoing) -> Sequence[str] | None:
    """Send it; what the digests of its enclosures are, in their order."""
    if outgoing.kind is EffectKind.MAIL:
        # A rehearsal's mail has no other way out than the sink, even when none is set.
        server = settings().sink_smtp_url if outgoing.rehearsal else settings().smtp_url
        # Nothing is set for a letter that has no way out.
        pdfs = await enclosing.pdfs(outgoing.payload) if server else []
        await mail.send(replace(_letter(outgoing), pdfs=pdfs), smtp_url=server)
        return [hashlib.sha256(pdf.content).hexdigest() for pdf in pdfs]
    assert outgoing.destination is not None
    body = orjson.dumps(outgoing.payload["body"], option=orjson.OPT_SORT_KEYS)
    if outgoing.rehearsal:
        await asyncio.to_thread(sink.keep_webhook, outgoing.id, outgoing.destination.url, body)
        return None
    to = outgoing.destination
    await webhooks.post(to.url, str(outgoing.id), datetime.now(UTC), body, to.secrets)
    return None


def _letter(outgoing: Outgoing) -> Mail:
    sender, text = settings().mail_from, outgoing.payload["text"]
    if "link" in outgoing.payload:
        # Whoever reads the ledger, or an archive of it, cannot answer in the customer's name.
        link = links.Link.load(outgoing.payload["link"])
        text = text.replace(links.PLACE, links.address(outgoing.tenant_id, link))
    thread = postbox.Thread.load(outgoing.payload["thread"]) if "thread" in outgoing.payload else None
    threaded = _threaded(outgoing.tenant_id, thread) if thread is not None else {}
    headers, language = threaded.pop("headers", {}), outgoing.payload.get("language", "en")
    if "leave" in outgoing.payload:
        way_out = links.Leave.load(outgoing.payload["leave"]).address(outgoing.tenant_id)
        # RFC 2369 and RFC 8058: mail programs offer it beside the letter, and do it by one click.
        headers |= {"List-Unsubscribe": f"<{way_out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        text += translate(WAY_OUT, language, {"address": way_out})
    return Mail(
        sender=sender,
        to=outgoing.payload["to"],
        subject=outgoing.payload["subject"],
        text=text,
        message_id=postbox.message_id(outgoing.id),
        sent_at=outgoing.planned_at,
        language=language,
        by_hand=outgoing.payload.get("by_hand", False),
        headers=headers,
        **threaded,
    )


def _threaded(tenant_id: UUID, thread: postbox.Thread) -> dict[str, Any]:
    """What keeps a letter together with those before it, and brings its answer to where it belongs."""
    return {
        "reply_to": thread.reply_to(tenant_id),
        "in_reply_to": thread.in_reply_to or None,
        "references": thread.references,
        "headers": {"X-Loop": thread.loop_mark},
    }


async def _note_sent(claim: Claim, outgoing: Outgoing, digests: Sequence[str]) -> None:
    async with working(claim) as work:
        # It has left: that is true whoever holds the fence now, and even if it was withdrawn at that moment.
        held = await work.find(AgendaItem, claim.item_id, lock=True)
        effect = await work.get(Effect, outgoing.id, lock=True)
        if effect.state is not EffectState.SENT:
            effect.state, effect.sent_at, effect.error = EffectState.SENT, work.now, None
            if digests:
                effect.payload = enclosing.with_digests(effect.payload, digests)
            metrics.EFFECTS.labels(effect.kind, effect.state).inc()
        if held is not None:
            work.delete(held)
        if effect.kind is EffectKind.WEBHOOK:
            await notifications.note_arrived(work, UUID(effect.payload["endpoint_id"]))


async def _note_failure(claim: Claim, outgoing: Outgoing, problem: Exception, *, for_good: bool) -> Ending:
    async with working(claim) as work:
        held = await hold(work, claim)
        effect = await work.get(Effect, outgoing.id, lock=True)
        effect.error = describe(problem)
        if effect.state is not EffectState.PLANNED:
            work.delete(held)
            return Ending.DONE
        waits = WAITS[effect.kind]
        if for_good or effect.attempts > len(waits):
            work.delete(held)
            await _give_up(work, effect, gone=isinstance(problem, webhooks.Gone))
            return Ending.FAILED
        seconds = waits[effect.attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)
        if isinstance(problem, webhooks.NotAccepted) and problem.retry_after_seconds is not None:
            seconds = max(seconds, problem.retry_after_seconds)
        held.due_at = work.opening.real_now + timedelta(seconds=seconds)
        # It ended in good order: only attempts that end their worker count towards parking.
        held.attempts, held.leased_until, held.error = 0, None, effect.error
        metrics.FAILED.labels(held.task).inc()
        return Ending.AGAIN


async def _give_up(work: Work, effect: Effect, *, gone: bool) -> None:
    effect.state = EffectState.FAILED
    metrics.EFFECTS.labels(effect.kind, effect.state).inc()
    work.record(EffectGivenUp(effect_id=effect.id, kind=effect.kind, subject_id=effect.subject_id))
    if effect.kind is EffectKind.WEBHOOK:
        await notifications.note_given_up(work, UUID(effect.payload["endpoint_id"]), gone=gone)
