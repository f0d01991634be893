"""What one data directory knows of its installation: its secrets, made once, and the addresses of the running one."""

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tenancy.config import Settings, provide
from zhidu import pasting
from zhidu.failures import Failure


@dataclass(frozen=True)
class Secrets:
    """Made at the first start. Whoever loses them cannot open what was sealed with them."""

    secret_key: str
    operator_token: str
    postgres_password: str
    app_password: str
    broker_password: str


def open_secrets(data: Path, *, cluster: Path) -> Secrets:
    """The secrets of DATA/secrets.json, made if this is the first start; `cluster` tells whether it can be."""
    path = data / "secrets.json"
    try:
        return Secrets(**json.loads(path.read_text()))
    except FileNotFoundError:
        if cluster.exists():
            raise Failure(f"{path} is missing but {cluster} is there: put it back, or choose another --data.") from None
    except (OSError, ValueError, TypeError) as error:
        raise Failure(f"{path} cannot be read ({error}): put it back from a copy.") from None
    made = Secrets(
        secret_key=secrets.token_hex(32),
        operator_token=secrets.token_urlsafe(32),
        postgres_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        broker_password=secrets.token_urlsafe(24),
    )
    write_private(path, asdict(made))
    return made


# What Zhidu puts into its data directory before it has secrets, and after; some file systems have lost+found of their
# own.
_MARKS = frozenset({"secrets.json", "installation", "runtime.json"})
_OURS = frozenset(
    {"lock", "sockets", "run", "log", "mail", "webhooks", "metrics", "postgres", "broker", "files", "lost+found"}
)


def is_foreign(data: Path) -> bool:
    """Whether a directory is there, holds something, and nothing in it says that it is an installation's."""
    try:
        names = {each.name for each in data.iterdir()} if data.is_dir() else set()
    except OSError:
        # Whoever uses it says what is wrong.
        return False
    return not names & _MARKS and bool(names - _OURS)


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write a file that only we may read, whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as opened:
            json.dump(content, opened, indent=2)
            opened.write("\n")
            opened.flush()
            os.fsync(opened.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data directory: a second keeper is refused. The lock goes with the process, however it ends."""
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise Failure(
                f"Zhidu runs already on {data} (process {holder or 'unknown'}): stop it, or choose another --data."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def publish(data: Path, environment: Mapping[str, str]) -> None:
    """Write down how the running installation is reached, for the other commands."""
    write_private(data / "runtime.json", environment)


def withdraw(data: Path) -> None:
    """Forget it: the installation does not run any more."""
    (data / "runtime.json").unlink(missing_ok=True)


def open_installation(data: Path) -> dict[str, str]:
    """The `ZHIDU_…` variables of the installation that runs on this data directory."""
    start = pasting.command("up", data=data)
    try:
        known = {str(name): str(value) for name, value in json.loads((data / "runtime.json").read_text()).items()}
    except FileNotFoundError:
        raise Failure(
            f"Zhidu does not run on {data}: start it with “{start}” (or make up), name another --data, "
            "or set ZHIDU_DATABASE_URL and ZHIDU_BROKER_URL."
        ) from None
    except (OSError, ValueError, AttributeError) as error:
        raise Failure(f"{data / 'runtime.json'} cannot be read: {error}") from None
    if _keeper_is_gone(data):
        raise Failure(f"Zhidu does not run on {data} any more: it was ended without a word. Start it with “{start}”.")
    return known


def _keeper_is_gone(data: Path) -> bool:
    """Whether whoever published the addresses was killed. A number that is used again hides it, and harms nobody."""
    try:
        os.kill(int((data / "lock").read_text()), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        # Another account's process, or no lock to be read: nothing is known.
        return False
    return False


def enter(data: Path) -> None:
    """Make this process one of the installation: by its environment, else by what runs on `data`."""
    settings = Settings()
    if not settings.database_url or not settings.broker_url:
        provide(open_installation(data))
