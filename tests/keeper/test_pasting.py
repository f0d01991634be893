"""Whatever a command of ours tells somebody to type can be pasted as it is."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zhidu import pasting
from zhidu.demo.story.telling import first_query

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("zhidu")

Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed() -> Typed:
    """Type a line into a shell that stands in a directory, without any setting of an installation."""

    def type_in(line: str, here: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHIDU_")}
        return subprocess.run(
            ["/bin/sh", "-c", line],
            capture_output=True,
            text=True,
            cwd=here,
            env={**kept, "PWD": str(here), **environment},
            check=False,
        )

    return type_in


def quoted(said: str) -> str:
    """The command between the first quotes of a sentence."""
    return said.partition("“")[2].partition("”")[0]


def test_the_usual_directory_is_not_named_and_any_other_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PWD", str(tmp_path))
    assert pasting.command("mail", data=tmp_path / ".zhidu").endswith("zhidu mail")
    other = tmp_path / "my data"
    assert shlex.split(pasting.command("demo", "--json", data=other))[-4:] == ["demo", "--json", "--data", str(other)]


def test_the_program_is_named_as_it_is_reached_from_where_somebody_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("PWD", str(SCRIPT.parents[2]))
    assert pasting.command("up", data=data).startswith(f"{SCRIPT.relative_to(SCRIPT.parents[2])} up")
    monkeypatch.setenv("PWD", str(tmp_path))
    assert pasting.command("up", data=data).startswith(f"{SCRIPT} up")
    monkeypatch.setenv("PATH", f"{SCRIPT.parent}:/usr/bin:/bin")
    assert pasting.command("up", data=data).startswith("zhidu up")


@pytest.mark.parametrize("asked", ["mail", "demo", "demo --json", "doctor", "tenant list"])
def test_a_directory_where_nothing_runs_is_told_in_one_line_with_the_command_that_starts_it(
    typed: Typed, tmp_path: Path, asked: str
) -> None:
    data = tmp_path / "no such"
    done = typed(f"{shlex.quote(str(SCRIPT))} {asked} --data {shlex.quote(str(data))}", here=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert str(data) in done.stderr
    # Pasted into the same shell it is understood as it stands: only its help is asked for here.
    start = quoted(done.stderr)
    assert shlex.split(start)[1:] == ["up", "--data", str(data)]
    assert typed(f"{start} --help", here=tmp_path).returncode == 0
    assert not data.exists()


def test_an_installation_whose_keeper_was_killed_is_not_waited_for(typed: Typed, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / "runtime.json").write_text(json.dumps({"ZHIDU_PUBLIC_URL": "http://127.0.0.1:9"}))
    (tmp_path / "lock").write_text(f"{ended.pid}\n")
    done = typed(f"{shlex.quote(str(SCRIPT))} demo --data {shlex.quote(str(tmp_path))}")
    assert done.returncode == 1
    assert "does not run" in done.stderr
    assert shlex.split(quoted(done.stderr))[1:] == ["up", "--data", str(tmp_path)]


def test_the_first_query_can_be_pasted_and_is_the_one_of_the_readme(typed: Typed) -> None:
    said = typed(f"curl() {{ printf '%s\\n' \"$@\"; }}; TOKEN=t; {first_query('http://127.0.0.1:8000')}").stdout
    assert "authorization: Bearer t" in said.splitlines()
    assert json.loads(said.splitlines()[-1])["query"].startswith("{ requests(")
    assert f"    {first_query('http://127.0.0.1:8000')}\n" in (ROOT / "README.md").read_text()
