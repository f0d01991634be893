"""The sample companies on a fresh installation: loaded once, through the API alone, whatever is killed meanwhile."""

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.keeper.demo import told
from zhidu.demo import COMPANIES
from zhidu.demo.samples import Sample, sample
from zhidu.embedded.processes import wait_until

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIDU_", "LC_"))}

# The six weeks take a minute and a half on a quiet machine, and may take this long on a busy one.
LOADED_SECONDS = 600


class Installation:
    """`zhidu up` in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            self.port = int(chosen.getsockname()[1])
        # Beside the data: Zhidu takes no directory that holds other files.
        self.output = data.with_name("output")
        with self.output.open("wb") as output:
            self.process = self.start("up", "--port", str(self.port), "--no-demo", stdout=output)

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "zhidu", *arguments, "--data", str(self.data)],
            cwd=ROOT,
            # As wide as where nobody says how wide it is: in a narrow one citations run over two lines.
            env={**ENVIRONMENT, "LANG": "en_US.UTF-8", "COLUMNS": "110"},
            start_new_session=True,
            **more,
        )

    def run(self, *arguments: str) -> str:
        done = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said, complaints = done.communicate(timeout=LOADED_SECONDS)
        assert done.returncode == 0, complaints.decode() + self.output.read_text()
        return said.decode()

    def kill(self, name: str) -> None:
        """kill -9 of one of its processes."""
        with contextlib.suppress(OSError):
            os.kill(json.loads((self.data / "run" / f"{name}.json").read_text())["pid"], signal.SIGKILL)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture
def running(place: Path) -> Iterator[Installation]:
    installation = Installation(place / "data")
    try:
        assert wait_until(
            lambda: "ready: " in installation.output.read_text(),
            seconds=90,
            abandon=lambda: installation.process.poll() is not None,
        ), installation.output.read_text()
        yield installation
    finally:
        installation.stop()


def ask(installation: Installation, company: Any, query: str) -> Any:
    administrator = next(user for user in company["users"] if user["role"] == "administrator")
    answer = httpx.post(
        f"http://127.0.0.1:{installation.port}/graphql",
        headers={"Authorization": f"Bearer {administrator['token']}"},
        json={"query": query},
        timeout=60,
        trust_env=False,
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]


def check_what_the_readme_says(installation: Installation, story: str) -> None:
    """The query at the end of the story is the README's, and is answered as that prints it, field by field."""
    found = re.search(r"^  TOKEN=(.*)\n  (curl .*)$", story, re.MULTILINE)
    assert found is not None
    token, query = found.groups()
    readme = (ROOT / "README.md").read_text()
    assert query.replace(str(installation.port), "8000") in readme
    printed = re.search(r'^    (\{"data":(?:.+\n)+)', readme, re.MULTILINE)
    assert printed is not None
    url, body = shlex.split(query)[2], shlex.split(query)[-1]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answered = httpx.post(url, headers=headers, content=body.encode(), timeout=60, trust_env=False)
    assert answered.json() == json.loads(printed[1])


COUNTS = """{ clock { settled } customers { totalCount } staff { totalCount } members { totalCount }
  invoices(first: 50) { totalCount nodes { number dunningSteps { number withdrawnAt } } }
  requests { totalCount } resignations { totalCount }
  handbookVersions { nodes { number control clauses { totalCount } readings { totalCount }
    dryRuns { state judged signedAt } signatures { signedAs } } }
  archives(first: 20) { nodes { number state drill } }
  agenda(filter: {standing: {eq: PARKED}}) { totalCount }
  inboundMails(first: 10) { nodes { state request { messages { nodes { contact { name } } } } } }
  letters: effects(first: 100, filter: {kind: {eq: MAIL}}) { totalCount }
  waiting: effects(filter: {state: {in: [PLANNED, FAILED]}}) { totalCount } }"""


def check_counts(found: Any, name: str) -> None:
    """Everything that is written down happened, and happened once."""
    written = sample(name)
    assert found["clock"]["settled"]
    assert (found["agenda"]["totalCount"], found["waiting"]["totalCount"]) == (0, 0)
    people = len(written.several("people"))
    assert (found["staff"]["totalCount"], found["members"]["totalCount"]) == (people, people + 1)
    taken_in = sum(entry.get("adds", 0) for entry in written.several("diary"))
    assert found["customers"]["totalCount"] == len(written.several("customers")) + taken_in
    # Each of them is one, but for a flood of alarms.
    assert found["requests"]["totalCount"] == sum(entry.get("opens", 1) for entry in written.several("requests"))
    diary = Counter(entry["do"] for entry in written.several("diary") if not entry.get("refused"))
    assert found["resignations"]["totalCount"] == diary["resign"]
    # By hand, by the schedules of contracts, and over what they count.
    invoices = diary["invoice"] + diary["bill"] + diary["bill usage"]
    assert found["invoices"]["totalCount"] == invoices
    assert sorted(invoice["number"] for invoice in found["invoices"]["nodes"]) == [*range(1, invoices + 1)]
    for invoice in found["invoices"]["nodes"]:
        steps = [step["number"] for step in invoice["dunningSteps"] if step["withdrawnAt"] is None]
        assert steps == [*range(1, len(steps) + 1)]
    check_mails(found["inboundMails"]["nodes"], name)
    if written.handbook:
        assert {archive["state"] for archive in found["archives"]["nodes"]} == {"KEPT"}
        assert "PASSED" in {archive["drill"] for archive in found["archives"]["nodes"]}
    check_handbook(found["handbookVersions"]["nodes"], written)


def check_mails(mails: list[Any], name: str) -> None:
    """A customer's mail and its answer are one request; a stranger's is held by the one and served by the other."""
    states = {"software": ["FILED"] * 4 + ["QUARANTINED"], "service": ["FILED"] * 5}.get(name, [])
    assert sorted(mail["state"] for mail in mails) == states
    answered = [mail for mail in mails if mail["request"] and mail["request"]["messages"]["nodes"]]
    # Each first mail and its answer lead to the same request, where the answer stands.
    assert len(answered) == (4 if states else 0)


def check_handbook(versions: list[Any], written: Sample) -> None:
    """A whole regulation, changed once: tried, approved by several people, in force, and read."""
    if not written.handbook:
        assert versions == []
        return
    assert [(version["number"], version["control"]) for version in versions] == [(2, "IN_FORCE"), (1, "SUPERSEDED")]
    assert all(version["clauses"]["totalCount"] >= 60 for version in versions)
    read = Counter(
        each["about"]
        for each in written.several("diary")
        if each["do"] == "read handbook"
        for _ in (each["by"], *each.get("also", ()))
    )
    readings = {f"handbook/{version['number']}": version["readings"]["totalCount"] for version in versions}
    assert readings == read
    changed, first = versions
    assert [(run["state"], run["judged"] > 0) for run in changed["dryRuns"]] == [("FINISHED", True)]
    assert all(run["signedAt"] for run in changed["dryRuns"])
    assert first["dryRuns"] == []
    assert len(changed["signatures"]) == sum(
        each["do"] == "approve" and each["about"] == "handbook/2" for each in written.several("diary")
    )


def letters(installation: Installation) -> list[tuple[str, str, str]]:
    """Message-ID, receiver and subject of everything that was sent."""
    parser = BytesParser(policy=policy.default)
    mails = [parser.parsebytes(path.read_bytes()) for path in (installation.data / "mail").glob("*.eml")]
    return [(str(mail["Message-ID"]), str(mail["To"]), str(mail["Subject"])) for mail in mails]


@pytest.mark.timeout(2 * LOADED_SECONDS)
def test_both_companies_live_their_weeks_once_whatever_is_killed_and_the_third_sees_nothing(
    running: Installation,
) -> None:
    loading = running.start("demo", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # The first company's clock is under way when the demo itself is killed.
    assert loading.stderr is not None
    wait_until(lambda: b"2026-09" in loading.stderr.readline(), seconds=90)  # type: ignore[union-attr]  # asserted
    loading.kill()
    loading.communicate()

    again = running.start("demo", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for name in ("worker", "api", "scheduler"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            again.wait(3)
        running.kill(name)
    story, complaints = (text.decode() for text in again.communicate(timeout=LOADED_SECONDS))
    assert again.returncode == 0, complaints
    check_what_the_readme_says(running, story)
    for words in (
        *("The same six weeks by two handbooks", "〔11.5 Notice · v1〕", "〔20.1 Backup · v1〕", "zhidu mail"),
        *("A change of policy", "〔4.4 Response and resolution · v2〕", "〔8.2 Dunning · v1〕", "〔8.2 Dunning · v2〕"),
    ):
        assert words in story

    companies = json.loads(running.run("demo", "--json"))
    assert [company["slug"] for company in companies] == [sample(name).slug for name in COMPANIES]
    assert [{"handbook/1", "handbook/2"} <= set(company["records"]) for company in companies] == [True, True, False]
    for company, clause in zip(companies, ("11.5", "11.6", None), strict=True):
        cited = [cite["clause"] for line in company["story"] for cite in line["cites"]]
        assert (clause in cited) if clause else not cited
    assert told.missing(companies[0]["story"], told.BOTH, told.SOFTWARE) == []
    assert told.missing(companies[1]["story"], told.BOTH, told.SERVICE) == []
    counts = {name: ask(running, each, COUNTS) for name, each in zip(COMPANIES, companies, strict=True)}
    for name, found in counts.items():
        check_counts(found, name)
    sent = letters(running)
    assert len(sent) == sum(found["letters"]["totalCount"] for found in counts.values())
    to_customers = [(to, subject) for _, to, subject in sent if "namyuet" not in to and "qingfan" not in to]
    # What is said about a request keeps its subject, or names it: several letters may be headed the same.
    threads = [each for each in to_customers if each[1].startswith("Re: ") or "REQ-" in each[1]]
    assert {"Re: 国庆后首日对账文件为空", "Re: Ice machine in the lobby bar leaks"} <= {
        subject for _, subject in threads
    }
    to_customers = [each for each in to_customers if each not in threads]
    assert to_customers
    assert len(set(to_customers)) == len(to_customers)

    # A further run loads nothing and sends nothing.
    assert running.run("demo") == story
    assert sorted(letters(running)) == sorted(sent)
    for name, each in zip(COMPANIES, companies, strict=True):
        assert ask(running, each, COUNTS) == counts[name]
