"""Setting what goes along with a letter as it leaves: from what it said when the letter was written."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from press.printing import Printer
from tenancy.enclosures import Enclosure
from tenancy.refusals import Unavailable
from workers.gateways import TryLater
from workers.gateways.mail import Pdf

log = structlog.get_logger(__name__)

PRINTER = Printer()


async def pdfs(letter: Mapping[str, Any]) -> list[Pdf]:
    """The enclosures of a planned letter, in their order.

    Raises `TryLater` where one could not be set now. On a machine without a font for Chinese none ever could: then the
    letter leaves without them, for what it says itself must not be lost.
    """
    made = []
    for stored in letter.get("enclosures", ()):
        enclosure = Enclosure.load(stored)
        try:
            made.append(Pdf(enclosure.name, await PRINTER.stored_paper(enclosure.paper, enclosure.at)))
        except Unavailable as problem:
            if problem.code != "NO_FONT":
                raise TryLater(f"an enclosure could not be set: {problem.code}") from problem
            log.warning("enclosure_left_out", name=enclosure.name, reason=problem.code)
    return made


def with_digests(letter: Mapping[str, Any], digests: Sequence[str]) -> dict[str, Any]:
    """The letter with the SHA-256 of each enclosure as it left."""
    enclosures = [{**each, "sha256": digest} for each, digest in zip(letter["enclosures"], digests, strict=False)]
    return {**letter, "enclosures": enclosures}
