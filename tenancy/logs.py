"""What processes write of themselves: one line of JSON for each event, and never the variables of a fault."""

import contextlib
import json
import logging
import sys
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
        logger_factory=structlog.PrintLoggerFactory(_Steadfast()),  # type: ignore[arg-type]  # as much as is written to
    )


def keep_silent() -> None:
    """Write nothing: a command of the terminal says in a sentence what goes wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _line(event: Any, **_: Any) -> str:
    try:
        return orjson.dumps(event, default=str).decode()
    except (TypeError, ValueError):
        # Half a character pair, say, that somebody has sent: what is told of it must not become another fault.
        return json.dumps(event, default=repr)


class _Steadfast:
    """The output of the process, which may be full or gone: a line that cannot be written is lost, and nothing else."""

    def write(self, text: str) -> None:
        """Write what can be written."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(text)

    def flush(self) -> None:
        """Hand over what can be handed over."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
