"""What goes wrong, as GraphQL errors: refusals keep code, path and clause; the unexpected is masked with an id."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog
from graphql import GraphQLError
from uuid_utils.compat import uuid7

from api.reading.refusing import cause_of
from tenancy.connections import Uncertain
from tenancy.language import in_language, translate
from tenancy.refusals import Refusal, message

log = structlog.get_logger(__name__)

UNEXPECTED = message("Something went wrong on our side. Nothing was changed. Tell us this number: {number}.")
TOO_SLOW = message("This took too long and was stopped. Nothing was changed; ask for less, or for one thing at a time.")
NOT_REACHED = message("The database cannot be reached at the moment. Nothing was changed; try again.")
FULL = message(
    "The database has no room left at the moment. Nothing was changed; try again later, and tell whoever runs this"
    " installation."
)
UNHEARD = message(
    "The database was lost while this was being kept, so nobody knows whether it was. Look before you send it again,"
    " or send it again with the same Idempotency-Key."
)
# What PostgreSQL or the way to it lacks at the moment; not a fault of what was asked. A server that is ended says so
# while it still can (class 57), and one that has no room, no memory or no connections left (class 53).
UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresIOError,
    # What the driver says of a connection that breaks in the middle of an answer.
    asyncpg.InternalClientError,
    OSError,
)
# A document's own names stand in what is said about it, and they may be long.
LONGEST_MESSAGE = 300


def formatted(error: GraphQLError, language: str) -> dict[str, Any]:
    """One error as the response carries it."""
    found: dict[str, Any] = dict(error.formatted)
    cause = cause_of(error)
    if isinstance(cause, Refusal):
        said = of_refusal(cause, language)
        return {**found, "message": said["message"], "extensions": {**said["extensions"], **(error.extensions or {})}}
    if cause is not None:
        return unexpected(cause, language, path=list(error.path or ()))
    if len(error.message) > LONGEST_MESSAGE:
        found["message"] = error.message[:LONGEST_MESSAGE] + "…"
    found.setdefault("extensions", {"code": "BAD_REQUEST"})
    return found


def of_refusal(refusal: Refusal, language: str) -> dict[str, Any]:
    """A refusal outside of a mutation's payload."""
    extensions: dict[str, Any] = {"code": refusal.code}
    if refusal.path:
        extensions["inputPath"] = list(refusal.path)
    if refusal.clause is not None:
        extensions["clause"] = {
            "number": refusal.clause.number,
            "title": in_language(refusal.clause.title, language),
            "version": refusal.clause.version_number,
        }
    return {"message": translate(refusal.text, language, refusal.values), "extensions": extensions}


def unexpected(problem: BaseException, language: str, **more: Any) -> dict[str, Any]:
    """A fault of ours: the log has it under the number that the caller is told, the caller has nothing else."""
    number = str(uuid7())
    if isinstance(problem, Uncertain):
        log.warning("request.uncertain", number=number, error=str(problem))
        return {"message": translate(UNHEARD, language), **more, "extensions": {"code": "UNCERTAIN", "id": number}}
    lacking = _lacking(problem)
    if lacking is not None:
        log.warning("request.unavailable", number=number, error=str(lacking), kind=type(lacking).__name__)
        text = FULL if isinstance(lacking, asyncpg.DiskFullError) else NOT_REACHED
        return {"message": translate(text, language), **more, "extensions": {"code": "UNAVAILABLE", "id": number}}
    if isinstance(problem, asyncpg.QueryCanceledError):
        log.warning("request.too_slow", number=number, error=str(problem))
        return {"message": translate(TOO_SLOW, language), **more, "extensions": {"code": "TIMEOUT", "id": number}}
    log.error("request.failed", number=number, exc_info=problem)
    text = translate(UNEXPECTED, language, {"number": number})
    return {"message": text, **more, "extensions": {"code": "INTERNAL", "id": number}}


def status_of(error: Mapping[str, Any]) -> int:
    """The HTTP status of an answer that is nothing but this fault: 503 for what passes, 500 for a fault of ours."""
    return 503 if error["extensions"]["code"] == "UNAVAILABLE" else 500


def _lacking(problem: BaseException) -> BaseException | None:
    """What makes the database unavailable, also where the driver then said only that the connection is closed."""
    if isinstance(problem, UNAVAILABLE):
        return problem
    if isinstance(problem, asyncpg.InterfaceError) and problem.__context__ is not None:
        return _lacking(problem.__context__)
    return None
