"""The embedded PostgreSQL: made, started or adopted, watched and stopped by Zhidu itself."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from zhidu.embedded.premises import Premises, open_premises
from zhidu.embedded.processes import CLEAN_ENVIRONMENT, Process, log_size, said, serves, wait_until
from zhidu.failures import Failure

SUPERUSER = "postgres"
PORT = 5432

SETTINGS = {"max_connections": "100", "jit": "off", "timezone": "UTC", "log_timezone": "UTC", "cluster_name": "zhidu"}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# For tests only: a crash of the machine would destroy the data.
FORGETFUL = dict.fromkeys(DURABLE, "off")

INITDB = ["-U", SUPERUSER, "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-A", "scram-sha-256"]

# After a kill -9 the old server's other processes hold its memory until they notice; the log then says this.
STILL_HELD = "still in use"
PATIENCE_SECONDS = 15.0


class Postgres:
    """One server on a unix socket, with its files in DATA/postgres and its log in DATA/log/postgres.log."""

    name = "postgres"

    def __init__(
        self,
        data: Path,
        *,
        password: str,
        settings: Mapping[str, str] | None = None,
        durable: bool = True,
        premises: Premises | None = None,
    ) -> None:
        """Nothing is started yet; `password` is the superuser's, fixed when the cluster is made."""
        self.premises = premises or open_premises(data)
        self.password = password
        self.cluster = self.premises.directory / "postgres"
        self.log = data.resolve() / "log" / "postgres.log"
        self.sockets = self.premises.sockets
        self._settings = {**SETTINGS, **(settings or {}), **(DURABLE if durable else FORGETFUL)}
        self._process: Process | None = None

    def start(self, *, abandon: Callable[[], bool] = lambda: False) -> bool:
        """Return when it accepts connections, however long its recovery takes; True when it ran already.

        Raises Failure with the server's own last line when it ends instead. `abandon` gives up the waiting.
        """
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            adopted = self._adopt()
            said_before = log_size(self.log)
            if not adopted:
                self._launch()
            if wait_until(self.ready, abandon=lambda: abandon() or not self.alive()):
                return adopted
            if not adopted and (
                abandon() or time.monotonic() > deadline or not said(self.log, STILL_HELD, since=said_before)
            ):
                why = said(self.log, "FATAL", "PANIC", since=said_before) or "it says nothing"
                raise Failure(f"PostgreSQL did not start: {why} (see {self.log})")
            wait_until(lambda: False, seconds=0.1, abandon=abandon)

    def alive(self) -> bool:
        """Whether its main process runs."""
        return self._process is not None and self._process.alive()

    @property
    def status(self) -> str:
        """How it ended, if it did."""
        return self._process.status if self._process else ""

    def ready(self) -> bool:
        """Whether it accepts connections: it writes so on line 8 of its pid file."""
        record = self._record()
        return self.alive() and len(record) > 7 and record[7] == "ready" and record[0] == str(self.pid)

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """A fast stop: connections are cut, everything is written, nothing needs recovery at the next start."""
        if self._process is not None:
            self._process.send(signal.SIGINT)
            if not wait_until(lambda: not self.alive(), seconds=60, abandon=hurry):
                # It leaves at once and recovers at the next start, as after a power cut.
                self._process.end(signal.SIGQUIT, seconds=10)
            self._process = None

    def url(self, role: str, password: str, database: str) -> str:
        """`postgresql://…` over the unix socket; the port is named because PGPORT would count otherwise."""
        credentials = f"{quote(role, safe='')}:{quote(password, safe='')}"
        return f"postgresql://{credentials}@/{quote(database, safe='')}?host={quote(str(self.sockets))}&port={PORT}"

    def ensure_database(self, database: str) -> None:
        """Create the database unless it exists."""
        # Imported here: whoever brings servers of their own starts without it.
        import asyncpg

        async def ensure() -> None:
            connection = await asyncpg.connect(self.url(SUPERUSER, self.password, "postgres"))
            try:
                if not await connection.fetchval("select true from pg_database where datname = $1", database):
                    await connection.execute(f'create database "{database}"')
            finally:
                await connection.close()

        try:
            asyncio.run(ensure())
        except (OSError, asyncpg.PostgresError) as error:
            raise Failure(f"PostgreSQL runs but does not let us in: {error} (see {self.log})") from None

    @property
    def pid(self) -> int:
        """The number of its main process, 0 when it was not started."""
        return self._process.pid if self._process else 0

    def _record(self) -> list[str]:
        try:
            return [line.strip() for line in (self.cluster / "postmaster.pid").read_text().split("\n")]
        except OSError:
            return []

    def _adopt(self) -> bool:
        """Take over a server that outlived its keeper; clear away a record whose number belongs to something else."""
        record = self._record()
        if len(record) < 6 or not record[0].isdigit():
            return False
        if serves(int(record[0]), self.cluster, float(record[2])):
            self._process = Process.adopt(int(record[0]))
            self.sockets = Path(record[4]) if record[4] else self.sockets
            if self.sockets.exists():
                return self._process is not None
            # Somebody has tidied the temporary files away: nobody can reach this server any more.
            self.stop()
            self.sockets = self.premises.sockets
            return False
        # PostgreSQL sees only that the number is alive and would refuse to start.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        return False

    def _launch(self) -> None:
        # The socket has a record of its own, in a directory that only this server uses: no live server owns it now.
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
        argv = [str(self.premises.postgres_bin / "postgres"), "-D", str(self.cluster), "-k", str(self.sockets)]
        argv += ["-h", "", "-p", str(PORT)]
        for name, value in self._settings.items():
            argv += ["-c", f"{name}={value}"]
        self._process = Process.launch(argv, log=self.log, account=self.premises.account)

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, so that a half-made cluster is never taken for one."""
        account = self.premises.account
        draft = self.cluster.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        self.premises.make(draft)
        secret = self.sockets / "initial"
        try:
            secret.touch(mode=0o600)
            secret.write_text(self.password)
            if account:
                account.owns(secret)
            argv = [str(self.premises.postgres_bin / "initdb"), "-D", str(draft), "--pwfile", str(secret), *INITDB]
            made = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                env=CLEAN_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
                **(account.as_popen() if account else {}),
            )
        finally:
            secret.unlink(missing_ok=True)
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            said = (made.stderr.strip() or made.stdout.strip() or "it says nothing").splitlines()
            raise Failure(f"PostgreSQL's files could not be made in {self.cluster}: {said[0]}")
        draft.rename(self.cluster)


@contextlib.contextmanager
def throwaway(settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """A server for one run of the tests: fast because it forgets, gone afterwards, in a directory of its own."""
    data = Path(tempfile.mkdtemp(prefix="zhidu-test-"))
    data.chmod(0o711)
    server = Postgres(data, password="throwaway", settings=settings, durable=False)  # noqa: S106 - it guards nothing
    watch = None
    try:
        server.start()
        # Its input ends when we do, however we end; then it stops the server that we cannot stop any more.
        watch = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r never; kill -INT "$0"', str(server.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            **(server.premises.account.as_popen() if server.premises.account else {}),
        )
        yield server
    finally:
        server.stop()
        if watch:
            watch.kill()
            watch.communicate()
        server.premises.close()
        shutil.rmtree(data, ignore_errors=True)
