"""What each company's handbook is and does, how it was changed in the middle of the month, and what went by which."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from zhidu.demo.story.leaving import approvers
from zhidu.demo.story.teller import Line, Teller

VERSIONS = """{ handbookStarters { name title clauseCount } handbookVersions(first: 10) { nodes {
  id number title documentNumber note draftedAt issuedOn effectiveAt
  author { name } reviewer { name } approver { name } clauses { totalCount } } } }"""
COVERAGE = """query($version: ID!, $since: DateTime!, $until: DateTime!) {
  handbookCoverage(versionId: $version, since: $since, until: $until) { number coveredBy decisions } }"""
TITLE = """query($version: ID!, $number: String!) { clauses: node(id: $version) { ... on HandbookVersion {
  clauses(first: 1, filter: {number: {eq: $number}}) { nodes { number title } } } } }"""
RULE = """query($version: ID!, $number: String!) { rule: node(id: $version) { ... on HandbookVersion {
  clauses(first: 1, filter: {number: {eq: $number}}) { nodes { number title standardText version { number } } } } } }"""
ANSWERS = """query($version: ID!, $kinds: [String!]!) { clauseKinds { name label }
  version: node(id: $version) { ... on HandbookVersion {
    clauses(first: 50, filter: {kind: {in: $kinds}}) { nodes {
      kind number title scope standardText version { number } } } } } }"""
CHANGE = """query($before: ID!, $after: ID!) {
  handbookDifference(beforeId: $before, afterId: $after) {
    number change before { kind title standardText } after { kind title standardText appliesToOpenCases } }
  clauseKinds { name label }
  handbookFindings(versionId: $after) { severity }
  version: node(id: $after) { ... on HandbookVersion {
    reminders: decisions(first: 20, filter: {decision: {eq: "rulebook.reading_reminder"}}) { nodes {
      at result clause { number title } version { number } } } } }
  approvals(first: 1, order: OLDEST, filter: {subjectId: {eq: $after}}) { nodes {
    chain clause { number title version { number } }
    tasks { step state endReason comment assignee { name } } } } }"""
TRIED = """query($version: ID!) { outstandingReadings(versionId: $version) { name }
  tried: node(id: $version) { ... on HandbookVersion { readings { totalCount }
    dryRuns { since judged differing byClause signedBy { name } signedAt } } } }"""
DEADLINES = """query($id: ID!) { request(id: $id) { number title
  decisions(first: 20, filter: {decision: {eq: "requests.deadline"}}) { nodes {
    at inputs result clause { number title } version { number } } } } }"""
LETTERS = """query($id: ID!) { invoice(id: $id) { number customer { name }
  dunningSteps { name takenAt withdrawnAt clause { number title version { number } } } } }"""
MOST_USED = 3
# What both companies lay down for everybody, each in its own way.
ANSWERED = ("notice_period", "auto_confirm", "reopen_window", "dunning_ladder", "backup_schedule")


async def handbooks(one: Teller, other: Teller) -> list[Line]:
    """What each handbook is, where it comes from, and what its clauses did in these weeks."""
    first, second = await _handbook(one), await _handbook(other)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _handbook(teller: Teller) -> Mapping[str, str]:
    words, read = teller.words, await teller.read(VERSIONS)
    newest, *_ = versions = _in_order(read)
    begun, starter = versions[-1], teller.sample.handbook and teller.sample.handbook["starter"]
    model = next(each for each in read["handbookStarters"] if each["name"] == starter)
    uses, shares = dict[str, int](), dict.fromkeys(("ZHIDU", "PEOPLE", "NOBODY"), 0)
    span = {
        "since": teller.sample.instant(teller.sample.written["starts_at"]),
        "until": teller.sample.instant(teller.sample.written["ends_at"]),
    }
    for version in versions:
        for clause in (await teller.read(COVERAGE, version=version["id"], **span))["handbookCoverage"]:
            uses[clause["number"]] = uses.get(clause["number"], 0) + clause["decisions"]
            shares[clause["coveredBy"]] += version is newest
    busiest = sorted(uses, key=lambda number: -uses[number])[:MOST_USED]
    titles = [await _title(teller, newest["id"], number) for number in busiest]
    return {
        "handbook": f"{newest['title']}\n{newest['documentNumber']}",
        "begun_from": words("starter", title=model["title"], clauses=model["clauseCount"]),
        "first_version": words("signed", author=_name(begun, "author"), reviewer=_name(begun, "reviewer"))
        + "\n"
        + words("put_in_force", approver=_name(begun, "approver"), at=teller.instant(begun["effectiveAt"])),
        "coverage": words("clauses", clauses=newest["clauses"]["totalCount"], version=newest["number"])
        + "\n"
        + words("shares", zhidu=shares["ZHIDU"], people=shares["PEOPLE"], nobody=shares["NOBODY"]),
        "decided": words("decisions", count=sum(uses.values()))
        + "".join(f"\n{uses[number]} × {number} {title}" for number, title in zip(busiest, titles, strict=True)),
    }


async def answers(one: Teller, other: Teller) -> list[Line]:
    """What the first version of each handbook lays down on the same questions, with its clause."""
    first, second = await _answers(one), await _answers(other)
    return [(label, first[label], second[label]) for label in first]


async def _answers(teller: Teller) -> Mapping[str, str]:
    begun = _in_order(await teller.read(VERSIONS))[-1]
    read = await teller.read(ANSWERS, version=begun["id"], kinds=ANSWERED)
    general = {each["kind"]: each for each in read["version"]["clauses"]["nodes"] if not each["scope"]}
    return {
        label: general[kind]["standardText"] + teller.cited(general[kind])
        for kind, label in ((name, _labels(read)[name]) for name in ANSWERED)
    }


async def change(one: Teller, other: Teller) -> list[Line]:
    """The change from its draft to its being read, step by step; what it changes, by the kind of the clause."""
    first, second = await _change(one), await _change(other)
    names = dict.fromkeys(name for found in (first, second) for name in found["changes"])
    return [
        (one.words("drafted"), first["drafted"], second["drafted"]),
        *((name, *(found["changes"].get(name, "–") for found in (first, second))) for name in names),
        *((one.words(name), first[name], second[name]) for name in first if name not in ("drafted", "changes")),
    ]


def _labels(read: Mapping[str, Any]) -> Mapping[str, str]:
    """What the kinds of clauses are called."""
    return {kind["name"]: kind["label"] for kind in read["clauseKinds"]}


async def _change(teller: Teller) -> Mapping[str, Any]:
    words = teller.words
    after, before = _in_order(await teller.read(VERSIONS))[:2]
    found = await teller.read(CHANGE, before=before["id"], after=after["id"])
    tried = await teller.read_as_administrator(TRIED, version=after["id"])
    severities = [each["severity"] for each in found["handbookFindings"]]
    approval = found["approvals"]["nodes"][0]
    clause, labels = approval["clause"], _labels(found)
    changes: dict[str, list[str]] = {}
    for each in found["handbookDifference"]:
        kind = (each["after"] or each["before"])["kind"]
        changes.setdefault(labels[kind], []).extend(_difference(teller, each))
    return {
        "drafted": f"{teller.instant(after['draftedAt'])}, {_name(after, 'author')}",
        "changes": {label: "\n".join(lines) for label, lines in changes.items()},
        "checked": words(
            "findings",
            errors=severities.count("ERROR"),
            warnings=severities.count("WARNING"),
            hints=severities.count("HINT"),
        ),
        "tried": "\n".join(_trial(teller, run) for run in tried["tried"]["dryRuns"]),
        "approvers": approvers(teller, approval) + teller.clause({"clause": clause, "version": clause["version"]}),
        "in_force": words("version_in_force", version=after["number"], at=teller.instant(after["effectiveAt"])),
        "read": _read(teller, tried, found["version"]["reminders"]["nodes"]),
    }


async def cases(one: Teller, other: Teller, names: Mapping[str, tuple[str, str]]) -> list[Line]:
    """Cases on both sides of the change: by the word for the line, the step that made the case in each company."""
    return [
        (one.words(word), await _case(one, left), await _case(other, right)) for word, (left, right) in names.items()
    ]


async def _case(teller: Teller, step: str) -> str:
    id = teller.page.ids[step]
    return await (_letters(teller, id) if step.startswith("invoice/") else _deadlines(teller, id))


async def _deadlines(teller: Teller, id: str) -> str:
    """The deadline of the solution each time that another version has reckoned it, with the clause."""
    request = (await teller.read(DEADLINES, id=id))["request"]
    lines, version = [f"{request['number']} {request['title']}"], None
    for item in request["decisions"]["nodes"]:
        if item["inputs"]["clock"] == "resolution" and item["version"]["number"] != version:
            version = item["version"]["number"]
            due = teller.words("deadline", due=teller.instant(item["result"]["due_at"]))
            lines.append(f"{teller.instant(item['at'])}: {due}{teller.clause(item)}")
    return "\n".join(lines)


async def _letters(teller: Teller, id: str) -> str:
    """The last letter about an invoice with the clause that it went out by, and where that clause was changed, with
    what it said in the version before."""
    invoice = (await teller.read(LETTERS, id=id))["invoice"]
    step = [each for each in invoice["dunningSteps"] if each["withdrawnAt"] is None][-1]
    heading = teller.words("bill", number=invoice["number"], customer=invoice["customer"]["name"])
    cited = {"clause": step["clause"], "version": step["clause"]["version"]}
    told = f"{heading}\n{teller.instant(step['takenAt'])}  {step['name']}{teller.clause(cited)}"
    return told + await _change_of(teller, cited["clause"])


async def _change_of(teller: Teller, clause: Mapping[str, Any]) -> str:
    """What the newest version has changed of a clause that comes from it, with both clauses."""
    after, before = _in_order(await teller.read(VERSIONS))[:2]
    if clause["version"]["number"] != after["number"]:
        return ""
    former, present = [
        (await teller.read(RULE, version=version["id"], number=clause["number"]))["rule"]["clauses"]["nodes"][0]
        for version in (before, after)
    ]
    differing = list(rewritten(former["standardText"], present["standardText"]))
    if not differing:
        return ""
    told = "\n".join((teller.words("clause_changed"), *differing))
    return "\n" + told + teller.cited(former) + teller.cited(present)


def _read(teller: Teller, tried: Mapping[str, Any], reminders: Sequence[Mapping[str, Any]]) -> str:
    """How many have confirmed that they read it, who was reminded, and who has not yet, with the clause."""
    words = teller.words
    names = {user.member_id: user.name for user in teller.page.users.values()}
    lines = [words("read_by", read=tried["tried"]["readings"]["totalCount"])]
    for each in reminders:
        missing = ", ".join(names.get(member, words("none")) for member in each["result"]["missing"])
        lines.append(words("reminded", at=teller.instant(each["at"]), names=missing))
    if tried["outstandingReadings"]:
        lines.append(words("unread_by", names=", ".join(each["name"] for each in tried["outstandingReadings"])))
    return "\n".join(lines) + teller.clause(reminders[-1] if reminders else None)


def _in_order(read: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The versions that have taken effect, the newest first."""
    versions: list[Mapping[str, Any]] = read["handbookVersions"]["nodes"]
    return sorted((each for each in versions if each["effectiveAt"]), key=lambda each: -each["number"])


async def _title(teller: Teller, version: str, number: str) -> str:
    found = (await teller.read(TITLE, version=version, number=number))["clauses"]["clauses"]["nodes"]
    return str(found[0]["title"]) if found else ""


def _name(version: Mapping[str, Any], role: str) -> str:
    return str((version[role] or {"name": "–"})["name"])


def _difference(teller: Teller, each: Mapping[str, Any]) -> Iterator[str]:
    """A clause's heading, then every line of what it lays down that differs."""
    said = each["after"] or each["before"]
    changed = each["change"] == "CHANGED"
    yield f"{each['number']} {said['title']}" + ("" if changed else f" – {teller.words(each['change'])}")
    if changed:
        yield from rewritten(each["before"]["standardText"], said["standardText"])
    if changed and said["appliesToOpenCases"]:
        yield f"  {teller.words('open_cases')}"


def rewritten(before: str, after: str) -> Iterator[str]:
    """The lines of one text that are not in the other, and those that stand in their place."""
    old, new = before.splitlines(), after.splitlines()
    for kind, left, right, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"  {line}" for line in old[left:right])
            yield from (f"  → {line}" for line in new[first:last])


def _trial(teller: Teller, run: Mapping[str, Any]) -> str:
    words, by_clause = teller.words, run["byClause"]
    since = teller.day(teller.local_day(run["since"]))
    lines = [words("trial", since=since, judged=run["judged"], differing=run["differing"])]
    for number, counts in by_clause.items():
        lines.append(f"  {number}: " + ", ".join(f"{words(compared)} {count}" for compared, count in counts.items()))
    signed = run["signedBy"]
    if signed:
        lines.append(words("trial_signed", name=signed["name"], at=teller.instant(run["signedAt"])))
    return "\n".join(lines)
