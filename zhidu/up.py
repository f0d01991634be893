"""`zhidu up`: everything in one terminal, from the checks before the start to a clean end."""

import contextlib
import errno
import http.client
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType

from tenancy.config import Settings, child_environment, provide
from zhidu import installation, pasting
from zhidu.embedded import mail_sink
from zhidu.embedded.broker import Broker
from zhidu.embedded.postgres import SUPERUSER, Postgres
from zhidu.embedded.premises import make_data_directory, open_premises
from zhidu.embedded.processes import wait_until
from zhidu.failures import Failure
from zhidu.keeper import Child, ChildProcess, Keeper, end_leftovers, how_it_ended, say
from zhidu.lifeline import Lifeline

# An empty cluster, its write-ahead log and some room to work.
FREE_BYTES = 400_000_000
READY_SECONDS = 120.0

DATABASE = "zhidu"
APPLICATION = "zhidu_app"


@dataclass(frozen=True)
class Table:
    """The processes of Zhidu itself; the tests put others in their place.

    `migrate` and `demo` are meant to end; `processes` are kept, and stopped from the last to the first.
    """

    migrate: Child | None
    processes: Sequence[Child]
    demo: Child | None


MakeTable = Callable[[int, int, int], Table]


def zhidu_itself(port: int, lifeline: int, inbound: int) -> Table:
    """The real table, for an API on `port`, processes that watch the descriptor `lifeline`, and a mail listener on the
    socket with the descriptor `inbound`."""

    def argv(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "zhidu", *arguments, "--lifeline", str(lifeline)]

    ready, fds = partial(answers, port), (lifeline,)
    return Table(
        migrate=Child("migrate", argv("migrate"), pass_fds=fds),
        processes=[
            Child("scheduler", argv("scheduler"), pass_fds=fds, stop_seconds=15),
            Child("worker", argv("worker"), pass_fds=fds, stop_seconds=30),
            Child(
                "mail-listener",
                argv("mail-listener", "--socket", str(inbound)),
                pass_fds=(*fds, inbound),
                stop_seconds=20,
            ),
            Child("api", argv("api", "--port", str(port)), ready, pass_fds=fds, stop_seconds=20),
        ],
        demo=Child("demo", argv("demo"), pass_fds=fds, once=True),
    )


def answers(port: int) -> bool:
    """Whether the API says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def up(port: int, data: Path, *, demo: bool, make_table: MakeTable = zhidu_itself, mail_port: int | None = None) -> int:
    """Start everything, keep it running until Ctrl-C or SIGTERM, stop it. Raises Failure with one line."""
    stopping, hurry = threading.Event(), threading.Event()
    with _leaving_no_trace(data), _signals(stopping, hurry), installation.held(data := _usable(data)):
        # Mail, logs and archives are for the person who runs Zhidu only.
        os.umask(0o077)
        if left := end_leftovers(data):
            say(f"ended what an earlier start left behind: {', '.join(left)}")
        _check_port(port)
        if mail_port is not None:
            _check_port(mail_port, "--mail-port", "UP=--mail-port=…")
        keeper = Keeper(stopping, hurry)
        with (
            contextlib.closing(Lifeline()) as lifeline,
            mail_sink.listening_socket() as mail,
            mail_sink.listening_socket(mail_port or 0) as inbound,
        ):
            try:
                provide({"ZHIDU_INBOUND_SMTP_URL": f"smtp://127.0.0.1:{inbound.getsockname()[1]}"})
                table = make_table(port, lifeline.descriptor, inbound.fileno())
                _run(keeper, table, port, data, mail, lifeline, demo=demo)
            except Failure:
                # Asked to stop in the middle of the start: that is no failure.
                if not stopping.is_set():
                    raise
            finally:
                keeper.stop()
                installation.withdraw(data)
    return 0


@contextlib.contextmanager
def _leaving_no_trace(data: Path) -> Iterator[None]:
    """Where a start is refused, take away the directories that it has made, as long as there is nothing in them."""
    made = [directory for directory in (data, *data.parents) if not directory.exists()]
    try:
        yield
    except Failure:
        with contextlib.suppress(OSError):
            if [left.name for left in data.iterdir()] == ["lock"]:
                (data / "lock").unlink()
            for directory in made:
                directory.rmdir()
        raise


def _run(
    keeper: Keeper, table: Table, port: int, data: Path, mail: socket.socket, lifeline: Lifeline, *, demo: bool
) -> None:
    say(f"data in {data}, logs in {data / 'log'}")
    _start_servers(keeper, port, data, mail)
    directory = Path(__file__).resolve().parents[1]
    environment = {**child_environment(), "PROMETHEUS_MULTIPROC_DIR": str(_fresh(data / "metrics"))}
    process = partial(ChildProcess, data=data, environment=environment, directory=directory)
    sink = ["mail-sink", "--data", str(data), "--socket", str(mail.fileno()), "--lifeline", str(lifeline.descriptor)]
    argv = [sys.executable, "-m", "zhidu", *sink]
    keeper.start(process(Child("mail", argv, pass_fds=(mail.fileno(), lifeline.descriptor))))
    mails = data / "mail"
    mails.mkdir(exist_ok=True)
    say(f"the mail sink keeps its messages in {mails}; “{pasting.command('mail', data=data)}” lists them")
    if not Settings().migration_url:
        migrate = pasting.command("migrate", data=data)
        say(f"ZHIDU_MIGRATION_URL is not set: the database must have been brought to this version ({migrate})")
    elif table.migrate:
        _finish(process(table.migrate), keeper)
    for child in table.processes:
        keeper.start(process(child))
    if not keeper.wait_until_ready(seconds=READY_SECONDS):
        return
    say(f"mail that comes in is taken at {Settings().inbound_smtp_url}")
    print(f"ready: http://127.0.0.1:{port}", flush=True)
    if demo and table.demo:
        again = f"“{pasting.command('demo', data=data)}” goes on where it stopped"
        keeper.start(process(replace(table.demo, afterwards=again)))
    keeper.keep()


def _fresh(directory: Path) -> Path:
    """An empty directory: counters begin anew with the processes that count."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    return directory


def _start_servers(keeper: Keeper, port: int, data: Path, mail: socket.socket) -> None:
    """Start the servers whose addresses the environment does not give, and provide the addresses of all."""
    given = Settings()
    database_url, migration_url, broker_url = given.database_url, given.migration_url, given.broker_url
    if migration_url and not database_url:
        raise Failure("ZHIDU_MIGRATION_URL is set without ZHIDU_DATABASE_URL: set both, or neither.")
    premises = open_premises(data) if not (database_url and broker_url) else None
    if premises:
        keeper.at_the_end(premises.close)
    secrets = installation.open_secrets(data, cluster=(premises.directory if premises else data) / "postgres")
    if premises and premises.notice:
        say(premises.notice)
    if premises and not database_url:
        postgres = Postgres(data, password=secrets.postgres_password, premises=premises)
        keeper.start(postgres)
        postgres.ensure_database(DATABASE)
        database_url = postgres.url(APPLICATION, secrets.app_password, DATABASE)
        migration_url = postgres.url(SUPERUSER, secrets.postgres_password, DATABASE)
    if premises and not broker_url:
        broker = Broker(data, password=secrets.broker_password, premises=premises)
        keeper.start(broker)
        broker_url = broker.url()
    sink = f"smtp://127.0.0.1:{mail.getsockname()[1]}"
    addresses = {
        "ZHIDU_DATABASE_URL": database_url,
        "ZHIDU_MIGRATION_URL": migration_url,
        "ZHIDU_BROKER_URL": broker_url,
        "ZHIDU_SMTP_URL": sink,
        "ZHIDU_SINK_SMTP_URL": sink,
        "ZHIDU_INBOUND_SMTP_URL": Settings().inbound_smtp_url,
        "ZHIDU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ZHIDU_SECRET_KEY": secrets.secret_key,
        "ZHIDU_OPERATOR_TOKEN": secrets.operator_token,
    }
    installation.publish(data, provide(addresses, override={"ZHIDU_DATA": str(data)}))


def _finish(process: ChildProcess, keeper: Keeper) -> None:
    """Wait for a process that is meant to end well; raises Failure with its last words, or when asked to stop."""
    process.start()
    wait_until(lambda: not process.alive(), abandon=keeper.stopping.is_set)
    well, how = process.status == "exit 0", how_it_ended(process)
    process.stop()
    if not well:
        raise Failure(f"{how} (see {process.log})")


def _usable(data: Path) -> Path:
    """The data directory, once it is there, can be written and has room; another one's files are left alone."""
    if installation.is_foreign(data):
        raise Failure(f"{data} holds files that are not Zhidu's: name an empty or a new directory with --data (DATA=).")
    try:
        data = make_data_directory(data)
        with tempfile.TemporaryFile(dir=data):
            pass
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise Failure(f"{data} cannot be written ({error.strerror}): choose another --data.") from None
    if free < FREE_BYTES:
        raise Failure(f"{data} has {free // 1_000_000} MB of room left; Zhidu needs {FREE_BYTES // 1_000_000} MB.")
    return data


def _check_port(port: int, option: str = "--port", make: str = "PORT=…") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise Failure(f"Port {port} {why}: choose another with {option} (make up {make}).") from None


@contextlib.contextmanager
def _signals(stopping: threading.Event, hurry: threading.Event) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or lost terminal asks for a clean end, the second for a quick one."""

    def ask(number: int, frame: FrameType | None) -> None:
        (hurry if stopping.is_set() else stopping).set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        # Under nohup a lost terminal is meant to be survived.
        if not (number == signal.SIGHUP and before[number] == signal.SIG_IGN):
            signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
