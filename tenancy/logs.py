"""What processes write of themselves: one line of JSON for each event, and never the variables of a fault."""

import logging
from typing import Any

import orjson
import structlog

from tenancy.config import settings


def configure() -> None:
    """Log from the level of the settings on; tracebacks name places and errors, no variables, which may be secrets."""
    level = logging.getLevelNamesMapping().get(settings().log_level.upper(), logging.INFO)
    logging.basicConfig(level=level, format="%(message)s")
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )


def _line(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
