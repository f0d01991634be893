"""The service desk: many hands on one incident, and a mail on its way to the survey."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhidu.demo.story.leaving import approvers
from zhidu.demo.story.teller import CITED, CLAUSE, Line, Teller, decision

HANDS = (
    """query($id: ID!, $help: ID!) { request(id: $id) { assignee { name } secondAssignee { name }
  merged { number title } children { number title assignee { name } } courseClause { """
    + CLAUSE
    + " } "
    + CITED
    + """ }
  approvals(first: 1, filter: {subjectId: {eq: $help}}) { nodes { chain
    tasks { step state endReason comment assignee { name } } """
    + CITED
    + " } } }"
)
# What those who work on requests see, and no program of a partner's.
WITHIN = """query($id: ID!) { request(id: $id) {
  parts { department { name } assignee { name } task result endedAt } helpers { staff { name } reason }
  faultReport { cause prevention at } problem { number title remedy }
  postmortemActions { task responsible { name } dueOn doneAt } } }"""
TIME = (
    "query($id: ID!) { timeRecords(first: 10, order: WORKED, filter: {requestId: {eq: $id}}) { nodes {"
    " workedOn minutes note staff { name } " + CITED + " } } }"
)
# The step that asks for somebody beside the two who are responsible.
HELP = "help/outage"
RAISED = "query($id: ID!) { request(id: $id) { number title resolution " + CITED + " } }"
RAISES = """query($id: ID!) { request(id: $id) { raises { at description fromStaff { name } toStaff { name } answer
  returnedAt } messages(first: 5) { nodes { at text author { name } } } } }"""
ALARMED = (
    "query($id: ID!) { request(id: $id) { number priority resolvedAt resolution department { name } " + CITED + " } }"
)
ALARM = """query($id: ID!) { alarms(first: 1, filter: {requestId: {eq: $id}}) { nodes {
  monitor title count firstAt recoveredAt } } }"""
SPLIT = "query($id: ID!) { request(id: $id) { number title links { kind other { number title } } } }"
MAILED = (
    """query($id: ID!) { request(id: $id) { number title priority submittedAt resolvedAt closedAt
  assignee { name } secondAssignee { name } contact { name }
  messages(first: 10) { nodes { at text contact { name } } } """
    + CITED
    + """ }
  surveys(first: 1, filter: {requestId: {eq: $id}}) { nodes { sentAt answeredAt score satisfied comment
  followUpRequest { number state resolution } """
    + CITED
    + " } } }"
)
STRANGER = (
    "query($id: ID!) { inboundMail(id: $id) { state reason fromAddress subject request { number } " + CITED + " } }"
)


async def hands(one: Teller, other: Teller, step: str, split_off: str) -> list[Line]:
    """Who all had to do with the same incident, line by line."""
    first, second = await _hands(one, step, split_off), await _hands(other, step, split_off)
    return [(one.words(name), first[name], second[name]) for name in first if first[name] or second[name]]


async def _hands(teller: Teller, step: str, split_off: str) -> Mapping[str, str]:
    words, ids = teller.words, teller.page.ids
    read = await teller.read(HANDS, id=ids[step], help=ids[HELP])
    found, approval = read["request"], read["approvals"]["nodes"][0]
    within = (await teller.read_as_administrator(WITHIN, id=ids[step]))["request"]
    spent = await teller.read_as_administrator(TIME, id=ids[step])
    helpers = [f"{helper['staff']['name']}: {helper['reason']}" for helper in within["helpers"]]
    return {
        "assigned": _assigned(teller, found),
        "one_case": _one_case(teller, found),
        "part": "\n".join(_part(teller, part) for part in within["parts"]),
        "help": "\n".join([*helpers, approvers(teller, approval)])
        + teller.clause(decision(approval, "approvals.chain")),
        "report": _report(teller, within["faultReport"]) + teller.cited(found["courseClause"]),
        "action": "\n".join(
            words(
                "action_done",
                task=action["task"],
                name=action["responsible"]["name"],
                due=teller.day(action["dueOn"]),
                done=teller.instant(action["doneAt"]),
            )
            for action in within["postmortemActions"]
        ),
        "problem": words("problem_solved", **within["problem"]) if within["problem"] else "",
        "split_off": await _split(teller, split_off),
        "worked": "\n".join([_worked(teller, record) for record in spent["timeRecords"]["nodes"]]),
    }


def _worked(teller: Teller, record: Mapping[str, Any]) -> str:
    """Working time that somebody has recorded, and the clause by which they could."""
    note = f"\n“{record['note']}”" if record["note"] else ""
    said = teller.words(
        "worked_minutes",
        name=record["staff"]["name"],
        minutes=record["minutes"],
        day=teller.day(record["workedOn"]),
    )
    return said + note + teller.clause(decision(record, "operations.time_recorded"))


def _assigned(teller: Teller, request: Mapping[str, Any]) -> str:
    """Who the rules chose, by what, and why not the others."""
    words, choice = teller.words, decision(request, "requests.assignment")
    name = request["assignee"]["name"]
    if choice is None:
        return words("by_hand", name=name)
    names = {user.member_id: user.name for user in teller.page.users.values()}
    by = words("list_comma").join(words(f"assigned_by_{rule}") for rule in choice["inputs"]["order"])
    lines = [f"{name}: {by}"]
    if request["secondAssignee"]:
        lines.append(words("second", name=request["secondAssignee"]["name"]))
    for candidate in choice["inputs"]["candidates"]:
        if candidate["left_out"]:
            lines.append(f"{names[candidate['staff_id']]}: {words('left_out_' + candidate['left_out'])}")
    return "\n".join(lines) + teller.clause(choice)


def _one_case(teller: Teller, request: Mapping[str, Any]) -> str:
    """What was reported besides and is one with it, or a part of it."""
    merged = [teller.words("merged_into_it", **each) for each in request["merged"]]
    parts = [teller.words("child", name=each["assignee"]["name"], **each) for each in request["children"]]
    return "\n".join(merged + parts)


def _part(teller: Teller, part: Mapping[str, Any]) -> str:
    who = part["assignee"]["name"] if part["assignee"] else teller.words("none")
    done = f"{teller.instant(part['endedAt'])}: {part['result']}"
    return f"{part['department']['name']}, {who}: {part['task']}\n{done}"


def _report(teller: Teller, report: Mapping[str, Any] | None) -> str:
    if report is None:
        return teller.words("no_report")
    return f"{teller.instant(report['at'])}: {report['cause']}\n{report['prevention']}"


async def _split(teller: Teller, step: str) -> str:
    """A request that was made of what was said about another one; nothing where there was none."""
    if step not in teller.page.ids:
        return ""
    found = (await teller.read(SPLIT, id=teller.page.ids[step]))["request"]
    (origin,) = (link["other"] for link in found["links"] if link["kind"] == "SPLIT_FROM")
    return teller.words("split_from", number=found["number"], title=found["title"], origin=origin["number"])


async def tiers(one: Teller, other: Teller, left: str, right: str) -> list[Line]:
    """Two requests that somebody raised to the next tier of support, and got back."""
    first, second = await _raised(one, left), await _raised(other, right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _raised(teller: Teller, step: str) -> Mapping[str, str]:
    id, words = teller.page.ids[step], teller.words
    found = (await teller.read(RAISED, id=id))["request"]
    within = (await teller.read_as_administrator(RAISES, id=id))["request"]
    (raised,) = within["raises"]
    told = [f"{teller.instant(each['at'])}\n“{each['text']}”" for each in within["messages"]["nodes"]]
    return {
        "request": f"{found['number']} {found['title']}",
        "raised": words(
            "raised_by",
            at=teller.instant(raised["at"]),
            name=raised["fromStaff"]["name"],
            other=raised["toStaff"]["name"],
        )
        + f"\n“{raised['description']}”"
        + teller.clause(decision(found, "requests.assignment")),
        "returned": f"{teller.instant(raised['returnedAt'])}\n“{raised['answer']}”",
        "told_customer": "\n".join(told) or words("none"),
        "solved": found["resolution"],
    }


async def alarms(one: Teller, other: Teller, step: str) -> list[Line]:
    """An alarm of a customer's system that was raised several times and recovered."""
    first, second = await _alarm(one, step), await _alarm(other, step)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _alarm(teller: Teller, step: str) -> Mapping[str, str]:
    id, words = teller.page.ids[step], teller.words
    found = (await teller.read(ALARMED, id=id))["request"]
    (alarm,) = (await teller.read_as_administrator(ALARM, id=id))["alarms"]["nodes"]
    return {
        "alarm": words(
            "raised_times", monitor=alarm["monitor"], count=alarm["count"], at=teller.instant(alarm["firstAt"])
        )
        + f"\n“{alarm['title']}”",
        "request": f"{found['number']}, {found['priority']}\n{found['department']['name']}"
        + teller.clause(decision(found, "operations.alarm")),
        "recovered": teller.instant(alarm["recoveredAt"]),
        "solved": f"{teller.instant(found['resolvedAt'])}\n{found['resolution']}".strip(),
    }


async def mails(one: Teller, other: Teller, left: tuple[str, str], right: tuple[str, str]) -> list[Line]:
    """A customer's mail on its way to the survey, and what became of a stranger's."""
    first, second = await _mailed(one, *left), await _mailed(other, *right)
    return [(one.words(name), first[name], second[name]) for name in first]


async def _mailed(teller: Teller, step: str, stranger: str) -> Mapping[str, str]:
    read = await teller.read(MAILED, id=teller.page.ids[step])
    found, surveys, words = read["request"], read["surveys"]["nodes"], teller.words
    answers = [each for each in found["messages"]["nodes"] if each["contact"]]
    return {
        "mail_came": f"{teller.instant(found['submittedAt'])}, {found['contact']['name']}\n“{found['title']}”",
        "request": f"{found['number']}, {found['priority']}"
        + teller.clause(decision(found, "requests.priority"))
        + teller.clause(decision(found, "mail.acknowledgement")),
        "assigned": _assigned(teller, found),
        "answered": "\n".join(f"{teller.instant(each['at'])}\n“{each['text']}”" for each in answers),
        "solved": teller.instant(found["resolvedAt"]),
        "closed": words("by_silence", at=teller.instant(found["closedAt"]))
        + teller.clause(decision(found, "requests.auto_confirm")),
        "survey": _survey(teller, surveys) + teller.clause(decision(found, "requests.satisfaction")),
        "follow_up": _follow_up(teller, surveys),
        "stranger": await _stranger(teller, stranger),
    }


def _survey(teller: Teller, surveys: Sequence[Mapping[str, Any]]) -> str:
    if not surveys or surveys[0]["answeredAt"] is None:
        return teller.words("none")
    survey = surveys[0]
    verdict = teller.words("satisfied" if survey["satisfied"] else "not_satisfied", score=survey["score"])
    sent = teller.words("survey_sent", sent=teller.instant(survey["sentAt"]), done=teller.instant(survey["answeredAt"]))
    return f"{sent}\n{verdict}\n“{survey['comment']}”"


def _follow_up(teller: Teller, surveys: Sequence[Mapping[str, Any]]) -> str:
    """The request that a low score has opened by the handbook; nothing where none did."""
    followed = surveys[0]["followUpRequest"] if surveys else None
    if followed is None:
        return teller.words("none")
    return f"{followed['number']}: {followed['resolution']}" + teller.clause(
        decision(surveys[0], "feedback.survey_follow_up")
    )


async def _stranger(teller: Teller, step: str) -> str:
    """What became of a mail of somebody whom nobody knew."""
    mail = (await teller.read(STRANGER, id=teller.page.ids[step]))["inboundMail"]
    became = teller.words("mail_served", number=mail["request"]["number"]) if mail["request"] else ""
    became = became or teller.words(f"mail_{mail['state']}")
    return f"{mail['fromAddress']}\n“{mail['subject']}”\n{became}" + teller.clause(
        decision(mail, "mail.unknown_sender")
    )
