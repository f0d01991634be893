"""Lists that come in and go out: a file whose rows become customers, and the rows of a view as a workbook."""

from zhidu.demo.company import Company
from zhidu.demo.samples import Entry
from zhidu.failures import Failure

TRIED = "query($id: ID!) { fileImport(id: $id) { state added refused } }"
WRITTEN = "query($id: ID!) { export(id: $id) { state file { url } } }"
WORKBOOK = b"PK"


async def take_in(company: Company, entry: Entry) -> None:
    """Have a list tried, which leaves nothing behind, see what would become of it, and carry it out."""
    key, by = entry["key"], entry["by"]
    file = await company.upload(f"{key}/file", by, entry["name"], "text/csv", entry["content"].encode())
    await company.change(key, by, "startImport", into="fileImport", fileId=file, kind=entry["kind"])
    await company.settle()
    if f"{key}/run" not in company.page.answers:
        tried = (await company.read(by, TRIED, id=company.ids[key]))["fileImport"]
        if tried != {"state": "CHECKED", "added": entry["adds"], "refused": entry["refuses"]}:
            raise Failure(f"{company.sample.name}: the list “{key}” was found to be {tried}.")
    await company.change(f"{key}/run", by, "runImport", importId=company.ids[key])
    await company.settle()


async def give_out(company: Company, entry: Entry) -> None:
    """Keep a view, and have all of its rows written into a workbook."""
    key, by = entry["key"], entry["by"]
    said = {"viewedList": entry["list"], "name": entry["name"], "columns": entry["columns"], "filter": entry["filter"]}
    await company.change(f"{key}/view", by, "saveView", into="view", **said)
    view = company.ids[f"{key}/view"]
    await company.change(key, by, "startExport", into="export", viewId=view, form="XLSX")
    await company.settle()
    written = (await company.read(by, WRITTEN, id=company.ids[key]))["export"]
    if written["state"] != "FINISHED":
        raise Failure(f"{company.sample.name}: the export “{key}” is {written['state']}.")
    book = await company.client.fetch(company.token(by), written["file"]["url"])
    if not book.startswith(WORKBOOK):
        raise Failure(f"{company.sample.name}: the export “{key}” is no workbook.")
