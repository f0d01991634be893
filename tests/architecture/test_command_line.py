"""A command loads what it needs: asking for help, or for what is known already, starts none of the house's engines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINES = {"sqlalchemy", "strawberry", "graphql", "dramatiq", "redis", "asyncpg", "httpx", "uvicorn"}

# Runs one command and tells, below its output, what it has imported.
TELLING = """
import sys
from zhidu.cli import main
try:
    status = main()
except SystemExit as end:
    status = end.code
print("\\nloaded:", *{name.partition(".")[0] for name in sys.modules})
sys.exit(status)
"""


def run(*arguments: str) -> tuple[str, set[str]]:
    """What a command prints, and the names of the packages that it has loaded; only one that succeeds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHIDU_")}
    done = subprocess.run(
        [sys.executable, "-c", TELLING, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, _, loaded = done.stdout.rpartition("\nloaded: ")
    return said, set(loaded.split())


@pytest.mark.parametrize("arguments", [("--help",), ("up", "--help"), ("tenant", "--help"), ("demo", "--help")])
def test_help_loads_no_engine_and_no_settings(arguments: tuple[str, ...]) -> None:
    said, loaded = run(*arguments)
    assert "usage: zhidu" in said
    assert not loaded & (ENGINES | {"pydantic"})


def test_a_list_of_mail_loads_no_engine_and_no_settings(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    said, loaded = run("mail", "--data", str(tmp_path))
    assert said.startswith("0 messages")
    assert not loaded & (ENGINES | {"pydantic"})


def test_tokens_that_are_known_are_printed_without_an_engine(tmp_path: Path) -> None:
    runtime = {"ZHIDU_PUBLIC_URL": "http://127.0.0.1:9", "ZHIDU_DATA": str(tmp_path)}
    (tmp_path / "runtime.json").write_text(json.dumps(runtime))
    page = {"id": "1", "users": {}, "client_id": "c", "client_secret": "s", "ids": {}, "answers": {}, "finished": True}
    pages = {slug: {"slug": slug, **page} for slug in ("one", "two", "three")}
    (tmp_path / "demo.json").write_text(json.dumps(pages))
    said, loaded = run("demo", "--json", "--data", str(tmp_path))
    assert [(company["slug"], company["graphql"]) for company in json.loads(said)] == [
        (slug, "http://127.0.0.1:9/graphql") for slug in pages
    ]
    assert not loaded & ENGINES
