"""Living through a diary: the clock goes to each hour that is written down, and people do what they did then."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from zhidu.demo.acts import ACTS
from zhidu.demo.company import Company, Say
from zhidu.demo.samples import Entry, Sample


async def live(company: Company, say: Say) -> None:
    """From the first entry to the end of the sample's time."""
    sample = company.sample
    now: datetime = sample.written["starts_at"]
    month = 0
    for at, written in groupby(sorted(entries(sample), key=_hour), key=_hour):
        if at > now:
            await company.advance(at)
            now = at
        if at.month != month:
            month = at.month
            say(f"{sample.name}  {at:%Y-%m}")
        for entry in written:
            await ACTS[entry["do"]](company, entry)
    await company.advance(sample.written["ends_at"])


def _hour(entry: Entry) -> datetime:
    at: datetime = entry["at"]
    return at


def entries(sample: Sample) -> Iterator[Entry]:
    """Everything that anybody does, in the order of the file; a request's life follows its first line."""
    yield from sample.several("diary")
    for request in sample.several("requests"):
        yield {"do": "submit", **request}
        for line in request.get("life", ()):
            # Such as “09-02 10:00 wang assign zhao”, in the year of the request.
            day, hour, by, do, *rest = line.split(maxsplit=4)
            at = datetime.fromisoformat(f"{request['at'].year}-{day}T{hour}")
            yield {"about": request["key"], "at": at, "by": by, "do": do, "with": rest[0] if rest else ""}
