"""Starting the three servers: this API as it is shipped, the bare handler, and PostGraphile where node is present."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.calls import BARE, OURS, THEIRS
from benchmarks.ground import Ground
from benchmarks.processes import Server, free_port
from tenancy.config import Settings

HERE = Path(__file__).parent / "postgraphile"
# What decides which packages are installed; kept from one run to the next.
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhidu-benchmarks"
OLDEST_NODE = 22


def compiled() -> dict[str, str]:
    """The environment in which Python finds its modules compiled, as where they are installed for good.

    Compiling them takes seconds and leaves some 13 MB behind in the process that has to.
    """
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(CACHE / "compiled")}


def ours(ground: Ground) -> Server:
    """The API as `zhidu api` runs it."""
    port = free_port()
    subprocess.run([sys.executable, "-c", "import api.app"], env=compiled(), check=True)
    argv = [sys.executable, "-m", "zhidu", "api", "--port", str(port), "--data", str(ground.directory)]
    return Server.start(OURS, argv, port, ground.directory, compiled())


def bare(ground: Ground, statements: Mapping[str, Any]) -> Server:
    """The bare handler, with as many connections."""
    known = ground.directory / "statements.json"
    known.write_text(json.dumps(statements))
    port = free_port()
    argv = [sys.executable, "-m", "benchmarks.bare", str(port), str(known), str(_pool_size()), ground.app_url]
    return Server.start(BARE, argv, port, ground.directory, compiled())


def theirs(ground: Ground) -> Server | str:
    """PostGraphile with as many connections, or why there is none."""
    installed = _install()
    if isinstance(installed, str):
        return installed
    node, directory = installed
    # It finds its packages beside the script.
    script = shutil.copy(HERE / "server.mjs", directory)
    port = free_port()
    argv = [node, str(script), str(port), str(_pool_size()), ground.app_url]
    return Server.start(THEIRS, argv, port, ground.directory, {"NODE_ENV": "production", "GRAPHILE_ENV": "production"})


def _pool_size() -> int:
    return Settings().pool_size


def _install() -> tuple[str, Path] | str:
    """node and a directory with the locked packages, or why there is none."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not here"
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PACKAGES)).hexdigest()[:16]
    directory = CACHE / digest
    if not (directory / "installed").exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for name in PACKAGES:
            shutil.copy(HERE / name, directory)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"], cwd=directory, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode != 0:
            return f"npm could not install it: {(done.stderr.strip() or done.stdout.strip())[-300:]}"
        (directory / "installed").touch()
    node = _node(directory)
    return (node, directory) if node else f"it needs node {OLDEST_NODE} or later"


def _node(directory: Path) -> str | None:
    """The locked node, where there is one for this machine, or else the machine's own if that is recent enough."""
    brought = next(directory.glob("node_modules/node-linux-*/bin/node"), None)
    if brought is not None:
        return str(brought)
    own = shutil.which("node")
    if own is None:
        return None
    said = subprocess.run([own, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return own if major.isdigit() and int(major) >= OLDEST_NODE else None
