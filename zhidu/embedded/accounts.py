"""As whom the embedded servers run: PostgreSQL refuses root, so root hands them to an account without rights."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhidu.failures import Failure

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """A system account without rights of its own."""

    name: str
    uid: int
    gid: int

    def as_popen(self) -> dict[str, Any]:
        """The arguments of `Popen` that start a process as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def runs(self, *argv: str) -> bool:
        """Whether this command succeeds as this account."""
        try:
            done = subprocess.run(argv, capture_output=True, cwd="/", timeout=60, **self.as_popen())
        except OSError:
            return False
        return done.returncode == 0

    def enters(self, directory: Path) -> bool:
        """Whether this account can pass through the directory and all above it, by whatever rules apply to them."""
        return self.runs("/bin/sh", "-c", 'test -x "$0"', str(directory))

    def owns(self, path: Path) -> None:
        """Give this account one path of ours."""
        os.chown(path, self.uid, self.gid)


def choose(existing: Path) -> Account | None:
    """The account for the servers of a data directory, None when we are no root and they run as ourselves.

    Files that exist already stay with their owner: Zhidu may have been started by a plain user before.
    """
    if os.geteuid() != 0:
        return None
    try:
        owner = existing.stat().st_uid if existing.exists() else 0
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Failure(
            f"PostgreSQL does not run as root, and “{UNPRIVILEGED}” or the owner of {existing} is no known account: "
            "start Zhidu as a plain user."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
