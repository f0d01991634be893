"""Zhidu's processes in the tests: each is one of its own, forked from where everything is imported already."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from tenancy.config import settings
from zhidu import cli

# Importing all of these takes seconds, which a process of its own would take at each start.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["zhidu.archives", "zhidu.tenants", "zhidu.exporting", "workers.app", "api.app"])


def start(
    main: Callable[..., int], *arguments: str, environment: Mapping[str, str], stdout: Path, stderr: Path
) -> ForkServerProcess:
    """A process that runs `main` in this environment and ends with its result; what it says goes to these files."""
    given = (main, arguments, dict(environment), stdout, stderr)
    process = FORKS.Process(target=_begin, args=given, daemon=True)
    process.start()
    return process


def zhidu(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the terminal, in the environment as it is now; waits for its end."""
    with TemporaryDirectory() as place:
        stdout, stderr = Path(place) / "stdout", Path(place) / "stderr"
        process = start(cli.main, *arguments, environment=os.environ, stdout=stdout, stderr=stderr)
        process.join()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(arguments, process.exitcode, stdout.read_text(), stderr.read_text())


def _begin(
    main: Callable[[], int], arguments: tuple[str, ...], environment: Mapping[str, str], stdout: Path, stderr: Path
) -> None:
    for path, number in ((stdout, 1), (stderr, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    settings.cache_clear()
    sys.argv[1:] = arguments
    sys.exit(main())
