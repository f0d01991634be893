"""Whatever else people do: a mutation with its input as the API takes it, in which records and people have names."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from zhidu.demo.company import Company
from zhidu.demo.mutations import MUTATIONS
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

PERSON = "person/"


async def call(company: Company, entry: Entry) -> None:
    """Send it; `refused` names the code with which the handbook, or the books, are expected to refuse it."""
    key, by, mutation = entry["key"], entry["by"], entry["mutation"]
    input = filled(company, entry["input"])
    if "refused" not in entry:
        await company.change(key, by, mutation, into=MUTATIONS[mutation].record, **input)
        return
    errors = (await company.attempt(key, by, mutation, **input))["errors"]
    if [error["code"] for error in errors] != [entry["refused"]]:
        raise Failure(f"{company.sample.name}: “{key}” should be refused with {entry['refused']}, not {errors}.")


def filled(company: Company, written: Any) -> Any:
    """An input with ids for names such as “@customer/yongle” and “@person/li”, and instants for wall times."""
    match written:
        case str() if written.startswith("@"):
            name = written.removeprefix("@")
            return company.member(name.removeprefix(PERSON)) if name.startswith(PERSON) else company.ids[name]
        case datetime():
            return company.sample.instant(written)
        case date():
            return written.isoformat()
        case Mapping():
            return {name: filled(company, value) for name, value in written.items()}
        case list():
            return [filled(company, value) for value in written]
        case _:
            return written
