"""The handbook, and papers with amounts, as PDFs: set by typst in a process of its own, one at a time."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import structlog

from domain.presales.rules.papers import Paper
from domain.rulebook.rules.documents import Document, refuse_too_long
from press.setter import NO_FONT
from tenancy.language import Language
from tenancy.refusals import Unavailable, message

log = structlog.get_logger(__name__)

PRESS = Path(__file__).with_name("setter.py")
# Half a million characters take some ten seconds and 400 MB.
MOST_CHARACTERS = 500_000
MOST_SECONDS = 30
# How each language is set: its code, its script, and the font with its forms of the signs.
_SET_AS = {
    Language.ZH_HANS: ("zh", "hans", "Noto Sans CJK SC"),
    Language.ZH_HANT: ("zh", "hant", "Noto Sans CJK TC"),
    Language.EN: ("en", "latn", "Noto Sans CJK SC"),
}


class Printer:
    """Sets one document after the other, so that PDFs never take more than one of the machine's cores."""

    def __init__(self, seconds: float = MOST_SECONDS, font: str | None = None) -> None:
        self._seconds, self._font = seconds, font
        self._free = asyncio.Semaphore(1)

    async def pdf(self, document: Document, at: datetime) -> bytes:
        """The PDF of a document as it stood at an instant.

        Refuses with TOO_LONG; with NO_FONT where no font for Chinese is installed; with PRINTING_FAILED when it took
        too long, its turn included.
        """
        refuse_too_long(document, MOST_CHARACTERS)
        return await self._set("handbook.typ", Language(document.language), asdict(document), at)

    async def paper(self, paper: Paper, at: datetime, drawing: bytes | None = None) -> bytes:
        """The PDF of a paper with amounts as it stood at an instant, with a drawn signature below it; refuses as `pdf`
        does."""
        drawn = {"drawing": list(drawing)} if drawing is not None else {}
        return await self.stored_paper({**asdict(paper), **drawn}, at)

    async def stored_paper(self, paper: Mapping[str, Any], at: datetime) -> bytes:
        """The PDF of a paper that was kept as data; the same data and instant give the same bytes on one release."""
        return await self._set("paper.typ", Language(paper["language"]), dict(paper), at)

    async def _set(self, template: str, language: Language, said_there: dict[str, Any], at: datetime) -> bytes:
        try:
            async with asyncio.timeout(self._seconds), self._free:
                code, made, said = await _press(self._job(template, language, said_there, at))
        except TimeoutError:
            code, made, said = -1, b"", b"out of time"
        if code == 0:
            return made
        if code == NO_FONT:
            text = message(
                "No font for Chinese is installed here, so there is no PDF. The page in HTML can be printed."
            )
            raise Unavailable(text, code="NO_FONT")
        log.error("printing_failed", exit_code=code, said=said[-500:].decode("utf-8", "replace"))
        text = message("The PDF could not be made. Try again later, or print the page in HTML.")
        raise Unavailable(text, code="PRINTING_FAILED")

    def _job(self, template: str, language: Language, said_there: dict[str, Any], at: datetime) -> bytes:
        lang, script, font = _SET_AS[language]
        how = {"lang": lang, "script": script, "font": self._font or font}
        job: dict[str, Any] = {
            "template": template,
            "document": {**said_there, **how},
            "font_directories": font_directories(),
            "at": int(at.timestamp()),
        }
        return orjson.dumps(job)


def font_directories() -> list[str]:
    """Where the font is that comes as a package; the fonts of the system are looked through besides."""
    spec = find_spec("noto_cjk_sans_otc")
    return [str(Path(spec.origin).parent)] if spec is not None and spec.origin is not None else []


async def _press(job: bytes) -> tuple[int, bytes, bytes]:
    """What became of a job: exit code, PDF, and what was complained of."""
    pipe = asyncio.subprocess.PIPE
    # Isolated, and without our environment: it needs none of the installation's secrets.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PRESS), stdin=pipe, stdout=pipe, stderr=pipe, env={}
    )
    try:
        made, said = await process.communicate(job)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, made, said
