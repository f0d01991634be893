"""A visit on site: checked in, reported with the parts that were used, signed by the customer, and printed."""

import struct
import zlib
from typing import Any

from zhidu.demo.acts.calls import filled
from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure


async def visit(company: Company, entry: Entry) -> None:
    """Be there: what was found and done, what was used, and the customer's name drawn under it."""
    about, by = entry["about"], entry["by"]
    visit = company.ids[about]
    at: dict[str, Any] = {"siteVisitId": visit}
    await company.change(f"{about}/in", by, "checkInAtSiteVisit", **at, **entry.get("place", {}))
    said = {name: filled(company, entry[name]) for name in ("found", "done", "parts")}
    await company.change(f"{about}/reported", by, "reportSiteVisit", **at, **said)
    drawing = await company.upload(f"{about}/drawing", by, "signature.png", "image/png", drawn())
    await company.change(f"{about}/signed", by, "signSiteVisit", **at, signerName=entry["signer"], fileId=drawing)
    spent = {"onSiteMinutes": entry["minutes"], "travelMinutes": entry["travel"], "billable": True}
    await company.change(f"{about}/finished", by, "finishSiteVisit", **at, **spent)
    paper = await company.client.fetch(company.token(by), f"/site-visits/{visit}.pdf")
    if not paper.startswith(b"%PDF"):
        raise Failure(f"{company.sample.name}: the report of “{about}” is no PDF.")


def drawn() -> bytes:
    """A name as a pen leaves it on glass: a wave of black on white, in PNG."""
    width, height = 120, 40
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        rows += bytes(0 if abs(y - 20 - 12 * ((x % 40) - 20) / 20) < 2 else 255 for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
