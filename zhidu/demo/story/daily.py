"""The desk by day: a customer in the portal, a call, an inspection, a flood of alarms, lists and a search."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhidu.demo.story.teller import CITED, CLAUSE, Line, Teller, decision

PORTAL = (
    "query($id: ID!, $customer: ID!) { request(id: $id) { number title submittedAt resolvedAt closedAt"
    " messages(first: 10) { nodes { at text audience author { name } contact { name } mentioned { name } } } }"
    " customer(id: $customer) { contacts { portalAccesses { invitedAt openedAt endsAt grants clause { "
    + CLAUSE
    + " } } } } all: requests { totalCount } }"
)
# What the customer's person is shown, and what of the company is hidden from them.
SEEN = """query($id: ID!) { portal { contact { company } } portalRequests { totalCount }
  portalRequest(id: $id) { state satisfactionScore messages(first: 10) { nodes { at text ours writer } } } }"""
STAFFS = "{ requests { totalCount } }"
CALL = (
    "query($id: ID!) { request(id: $id) { number title channel submittedAt resolvedAt customer { name }"
    " contact { name } assignee { name } siteVisits { id number site startsAt checkedInAt found done"
    " signerName signedAt engineer { name } parts { name quantity price { amount currency } } " + CITED + " } } }"
)
PLAN = (
    "query($id: ID!, $request: ID!) { workPlan(id: $id) { number title customer { name } " + CITED + " }"
    " scheduledWorks(first: 1, filter: {planId: {eq: $id}}) { nodes { number dueOn openedAt startedAt closedAt report"
    " assignee { name } clause { " + CLAUSE + " } checks { label yes } findings { text check { label } } } }"
    " request(id: $request) { number title priority resolution } }"
)
FLOOD = (
    "query($from: String!) { alarms(first: 20, filter: {fingerprint: {contains: $from}}) { nodes {"
    " firstAt recoveredAt request { id number title state resolution " + CITED + " } } } }"
)
LISTS = """query($in: ID!) { fileImport(id: $in) { name total added refused checkedAt finishedAt
  rows(first: 20, filter: {outcome: {in: [REFUSED]}}) { nodes { number heading problem } } } }"""
OUT = "query($id: ID!) { export(id: $id) { name total form finishedAt } }"
FOUND = "query($text: String!) { search(text: $text, first: 3) { hits { kind title excerpt { text found } } } }"


async def portal(one: Teller, other: Teller, step: str, left: str, right: str) -> list[Line]:
    """Two people of customers who asked in the portal, and what they see there, if they could open it."""
    first, second = await _portal(one, step, left), await _portal(other, step, right)
    return [(one.words(name), first.get(name, ""), second.get(name, "")) for name in {**first, **second}]


async def _portal(teller: Teller, step: str, customer: str) -> Mapping[str, str]:
    contact, words, id = f"contact/{customer}", teller.words, teller.page.ids[step]
    read = await teller.read_as_administrator(PORTAL, id=id, customer=teller.page.ids[f"customer/{customer}"])
    request, said = read["request"], read["request"]["messages"]["nodes"]
    lines = {"request": f"{request['number']}, {teller.instant(request['submittedAt'])}\n“{request['title']}”"}
    if contact not in teller.page.users:
        return lines
    access = next(each for person in read["customer"]["contacts"] for each in person["portalAccesses"])
    mentions = [each for each in said if each["mentioned"]]
    seen = await teller.read_as(contact, SEEN, id=id)
    shown = seen["portalRequest"]
    return {
        "invited": words(
            "portal_opened",
            name=teller.page.users[contact].name,
            days=(datetime.fromisoformat(access["endsAt"]) - datetime.fromisoformat(access["openedAt"])).days,
        )
        + f"\n{', '.join(sorted(access['grants']))}"
        + teller.cited(access["clause"]),
        **lines,
        "mention": "\n".join(
            f"{each['author']['name']} → {each['mentioned'][0]['name']}\n“{each['text']}”" for each in mentions
        ),
        "customer_sees": words("portal_sees", own=seen["portalRequests"]["totalCount"], all=read["all"]["totalCount"])
        + "".join(f"\n{each['writer'] or '→'} “{each['text']}”" for each in shown["messages"]["nodes"]),
        "customer_does_not_see": words(
            "portal_hidden",
            staff=await teller.refused(contact, STAFFS),
            count=len(said) - len(shown["messages"]["nodes"]),
        ),
        "outcome": words("portal_score", state=words(f"request_{shown['state']}"), score=shown["satisfactionScore"]),
    }


async def calls(one: Teller, other: Teller, step: str) -> list[Line]:
    """Two requests that came by telephone, and the visit that one of them took."""
    first, second = await _call(one, step), await _call(other, step)
    return [(one.words(name), first[name], second[name]) for name in first if first[name] or second[name]]


async def _call(teller: Teller, step: str) -> Mapping[str, str]:
    words = teller.words
    found = (await teller.read_as_administrator(CALL, id=teller.page.ids[step]))["request"]
    visits: Sequence[Mapping[str, Any]] = found["siteVisits"]
    return {
        "reported": f"{teller.instant(found['submittedAt'])}, {words(found['channel'])}\n"
        f"{found['customer']['name']}, {found['contact']['name']}\n“{found['title']}”",
        "assigned": found["assignee"]["name"],
        "visit": "\n".join(
            words(
                "visit_made",
                number=visit["number"],
                name=visit["engineer"]["name"],
                start=teller.instant(visit["startsAt"]),
                arrived=teller.instant(visit["checkedInAt"]),
            )
            + f"\n{visit['site']}\n{visit['found']}\n{visit['done']}"
            + teller.clause(decision(visit, "requests.visit_planned"))
            for visit in visits
        ),
        "parts": "\n".join(
            f"{part['quantity']} × {part['name']}, {part['price']['amount']} {part['price']['currency']}"
            for visit in visits
            for part in visit["parts"]
        ),
        "visit_signed": "\n".join(
            words("visit_signed_by", name=visit["signerName"], at=teller.instant(visit["signedAt"]))
            + f"\nGET /site-visits/{visit['id']}.pdf"
            for visit in visits
        ),
        "solved": teller.instant(found["resolvedAt"]),
    }


async def inspections(one: Teller, other: Teller, plan: str, step: str) -> list[Line]:
    """Two planned inspections: from their clause to the request that a finding became."""
    first, second = await _inspection(one, plan, step), await _inspection(other, plan, step)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _inspection(teller: Teller, plan: str, step: str) -> Mapping[str, str]:
    words, ids = teller.words, teller.page.ids
    read = await teller.read_as_administrator(PLAN, id=ids[plan], request=ids[step])
    planned, (done,), request = read["workPlan"], read["scheduledWorks"]["nodes"], read["request"]
    return {
        "planned": f"{planned['number']} {planned['title']}\n{planned['customer']['name']}"
        + teller.clause(decision(planned, "operations.inspection_planned")),
        "opened": words(
            "work_opened", number=done["number"], at=teller.instant(done["openedAt"]), due=teller.day(done["dueOn"])
        )
        + teller.cited(done["clause"]),
        "checklist_answered": f"{done['assignee']['name']}, {teller.instant(done['startedAt'])}\n"
        + "\n".join(f"{'✓' if check['yes'] else '✗'} {check['label']}" for check in done["checks"]),
        "finding": "\n".join(f"{each['check']['label']}: {each['text']}" for each in done["findings"]),
        "request": f"{request['number']}, {request['priority']}\n“{request['title']}”",
        "solved": request["resolution"],
    }


async def floods(one: Teller, other: Teller, step: str) -> list[Line]:
    """Two floods of alarms, and how many requests each handbook makes of so many."""
    first, second = await _flood(one, step), await _flood(other, step)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _flood(teller: Teller, step: str) -> Mapping[str, str]:
    words = teller.words
    read = await teller.read_as_administrator(FLOOD, **{"from": f"{step}/"})
    alarms = read["alarms"]["nodes"]
    requests = {each["request"]["id"]: each["request"] for each in alarms}
    storm = requests.pop(teller.page.ids[step])
    single = sorted(requests.values(), key=lambda each: str(each["number"]))
    ended = sorted({words(f"request_{each['state']}") for each in (*single, storm)})
    return {
        "alarm": words("flood_raised", count=len(alarms), at=teller.instant(min(each["firstAt"] for each in alarms))),
        "request": words("flood_single", count=len(single), first=single[0]["number"], last=single[-1]["number"])
        + teller.clause(decision(single[0], "operations.alarm")),
        "storm": f"{storm['number']}\n“{storm['title']}”",
        "recovered": teller.instant(max(each["recoveredAt"] for each in alarms)),
        "outcome": words("list_comma").join(ended) + f"\n{storm['resolution']}".rstrip(),
    }


async def lists(one: Teller, other: Teller, taken: str, given: str) -> list[Line]:
    """A list that was tried, carried out, and of which a row was refused, and one that left as a workbook."""
    first, second = await _lists(one, taken, given), await _lists(other, taken, given)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _lists(teller: Teller, taken: str, given: str) -> Mapping[str, str]:
    words = teller.words
    # Seen by whoever has sent it, or asked for it, and by nobody else.
    importer, exporter = (teller.doer(step) for step in (taken, given))
    came = (await teller.read_as(importer, LISTS, **{"in": teller.page.ids[taken]}))["fileImport"]
    went = (await teller.read_as(exporter, OUT, id=teller.page.ids[given]))["export"]
    return {
        "dry_run_list": f"{came['name']}\n"
        + words("list_tried", total=came["total"], added=came["added"], refused=came["refused"]),
        "refused_rows": "\n".join(
            f"{row['number']} {row['heading']}: {row['problem']}" for row in came["rows"]["nodes"]
        ),
        "carried_out": teller.instant(came["finishedAt"]),
        "exported": words(
            "list_written",
            name=went["name"],
            total=went["total"],
            form=went["form"],
            at=teller.instant(went["finishedAt"]),
        ),
    }


async def searches(one: Teller, other: Teller, left: tuple[str, str], right: tuple[str, str]) -> list[Line]:
    """What was found by words in Chinese and in English."""
    names = ("in_chinese", "in_english")
    return [
        (one.words(name), await _found(one, here), await _found(other, there))
        for name, here, there in zip(names, left, right, strict=True)
    ]


async def _found(teller: Teller, text: str) -> str:
    hits = (await teller.read(FOUND, text=text))["search"]["hits"]
    return "\n".join([f"“{text}”", *(hit["title"] for hit in hits)])
