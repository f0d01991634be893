"""Commands as whoever sits at the terminal can paste them: with the way to the program and its data directory."""

import shlex
import shutil
import sys
from pathlib import Path

from tenancy.config import DEFAULT_DATA, terminal_directory


def command(*words: str, data: Path) -> str:
    """One line for the shell that runs a command of ours on a data directory, which is named unless it is the usual."""
    here = terminal_directory()
    usual = data.resolve() == (here / DEFAULT_DATA).resolve()
    return shlex.join([*_program(here), *words, *([] if usual else ["--data", str(data)])])


def _program(here: Path) -> list[str]:
    script = Path(sys.executable).with_name("zhidu")
    if not script.exists():
        return [sys.executable, "-m", "zhidu"]
    found = shutil.which("zhidu")
    if found is not None and Path(found).resolve() == script.resolve():
        return ["zhidu"]
    return [str(script.relative_to(here) if script.is_relative_to(here) else script)]
