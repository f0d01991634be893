"""A fact that some process doesn't know would wait there for ever."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_process_that_reads_the_journal_knows_every_fact_there_is() -> None:
    written = {
        name
        for folder in ("domain", "tenancy", "workers", "api")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'^class \w+\(Event, name="([a-z_.]+)"\)', path.read_text(), re.MULTILINE)
    }
    known = subprocess.run(
        [sys.executable, "-c", "import workers.delivery, domain.facts; print(*domain.facts.names())"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert written <= set(known.stdout.split())
