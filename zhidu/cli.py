"""The command line: what can be asked of Zhidu, and which room answers."""

import argparse
import gc
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhidu import printing
from zhidu.failures import Failure

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

# Rooms are imported inside the commands that need them: listing mail has no use for the API, nor the API for the
# embedded servers, which an image for production does not carry.


def main() -> int:
    """Run one command; 0 when it was done, 1 with one line on the error output when it was not, 2 for wrong usage,
    141 when whoever read its output has left."""
    if sys.platform == "win32":
        return _fail("Zhidu runs on Linux and macOS; on Windows use WSL.")
    # What a command imports stays: looking for rubbish among it, again and again, took a fifth of its start.
    gc.set_threshold(50_000, 20, 50)
    return printing.until_the_reader_leaves(_act)


def _act() -> int:
    try:
        return _run(_parser().parse_args())
    except Failure as failure:
        return _fail(str(failure))
    except KeyboardInterrupt:
        return 130


def _run(arguments: argparse.Namespace) -> int:
    from tenancy.refusals import Refusal

    arguments.data = (arguments.data or _usual_data()).resolve()
    if arguments.lifeline is not None:
        from zhidu import lifeline

        lifeline.hold(arguments.lifeline)
    if arguments.needs_installation:
        from zhidu import installation

        installation.enter(arguments.data)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except Refusal as refusal:
        return _fail(str(refusal))


def _usual_data() -> Path:
    from tenancy.config import Settings

    return Settings().data


def _fail(line: str) -> int:
    print(f"zhidu: {line}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zhidu", description="Technology-service companies run themselves by their own rulebook."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = _add(commands, "up", _up, "start everything in this terminal; Ctrl-C stops it", needs_installation=False)
    up.add_argument("--port", type=_port, default=8000, help="of the API, on this machine (default: 8000)")
    up.add_argument("--mail-port", type=_port, help="of the mail listener, on this machine (default: a free one)")
    up.add_argument("--demo", action=argparse.BooleanOptionalAction, default=True, help="load the sample companies")
    api = _add(commands, "api", _api, "run one process of the API")
    api.add_argument("--port", type=_port, default=8000, help="to listen on (default: 8000)")
    _add(commands, "worker", _worker, "run one process of the workers")
    _add(commands, "scheduler", _scheduler, "run one process of the timetable and the timers")
    listener = _add(commands, "mail-listener", _mail_listener, "take mail that comes in, by SMTP or LMTP")
    listener.add_argument("--port", type=_port, default=2525, help="to listen on (default: 2525)")
    listener.add_argument("--lmtp", action="store_true", help="speak LMTP, as to a mail server of your own")
    listener.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    _add(commands, "migrate", _migrate, "bring the database to this version")
    _add_tenant(commands)
    demo = _add(commands, "demo", _demo, "load the sample companies if they are absent, and tell their story")
    demo.add_argument("--json", action="store_true", help="print only their address, users, tokens and clients")
    backup = _add(commands, "backup", _backup, "write the archive of one company")
    backup.add_argument("tenant", metavar="TENANT", help="its short name")
    backup.add_argument("--print-key", action="store_true", help="print the key of its archives instead; keep it safe")
    restore = _add(commands, "restore", _restore, "make a new company from an archive")
    restore.add_argument("archive", metavar="ARCHIVE", type=Path)
    restore.add_argument("--as", dest="slug", metavar="SLUG", required=True, help="the new company's short name")
    restore.add_argument("--key", type=Path, metavar="FILE", help="the archive's key, if it is not this installation's")
    _add(commands, "schema", _schema, "print the GraphQL schema", needs_installation=False)
    _add(commands, "doctor", _doctor, "look for what is wrong, and say how to mend it")
    mail = _add(commands, "mail", _mail, "list the mail and the webhooks in the local sinks", needs_installation=False)
    mail.add_argument("message", nargs="?", metavar="FILE", help="print this message instead")
    sink = _add(commands, "mail-sink", _mail_sink, "run the mail sink; `zhidu up` does", needs_installation=False)
    sink.add_argument("--socket", type=int, required=True, help="the descriptor of an inherited listening socket")
    return parser


def _add_tenant(commands: "Commands") -> None:
    tenant = commands.add_parser(
        "tenant", help="create, suspend, resume, reindex and list companies, let an administrator in"
    )
    verbs = tenant.add_subparsers(required=True, metavar="VERB")
    create = _add(verbs, "create", _create_tenant, "create a company and its first administrator")
    create.add_argument("slug", metavar="SLUG", help="its short name: small letters, digits, hyphens")
    create.add_argument("--name", required=True)
    create.add_argument("--zone", default="Asia/Shanghai", help="IANA time zone (default: Asia/Shanghai)")
    create.add_argument("--language", choices=("zh-Hans", "zh-Hant", "en"), default="zh-Hans")
    create.add_argument("--admin-name", required=True)
    create.add_argument("--admin-email", required=True)
    create.add_argument(
        "--rehearsal-from",
        type=_instant,
        metavar="INSTANT",
        help="make it a rehearsal company, whose own clock starts here, such as 2026-01-05T09:00+08:00",
    )
    for verb, command, summary in (
        ("suspend", _suspend_tenant, "make a company read only"),
        ("resume", _resume_tenant, "let a suspended company work again"),
        ("reindex", _reindex_tenant, "write anew by what a company's records are found"),
    ):
        _add(verbs, verb, command, summary).add_argument("slug", metavar="SLUG")
    _add(verbs, "list", _list_tenants, "list all companies")
    token = _add(verbs, "token", _issue_token, "print another token for an administrator, who may have lost theirs")
    token.add_argument("slug", metavar="SLUG")
    token.add_argument("--email", metavar="ADDRESS", help="whose (default: the first who may manage access)")
    token.add_argument("--name", default="issued by the operator", help="what the token is called")


def _add(
    commands: "Commands",
    name: str,
    command: Callable[[argparse.Namespace], int],
    summary: str,
    *,
    needs_installation: bool = True,
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=summary, description=summary)
    added.set_defaults(command=command, needs_installation=needs_installation)
    added.add_argument("--data", type=Path, help="the installation's directory (default: ZHIDU_DATA, or .zhidu)")
    # The keeper gives its processes a pipe that ends with it.
    added.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    return added


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is no port: a number from 1 to 65535")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"“{text}” has no offset, such as +08:00 or Z")
    return instant


def _up(arguments: argparse.Namespace) -> int:
    from zhidu.up import up

    return up(arguments.port, arguments.data, demo=arguments.demo, mail_port=arguments.mail_port)


def _api(arguments: argparse.Namespace) -> int:
    from api.app import run

    return _with_a_sound_role(lambda: run(arguments.port))


def _worker(arguments: argparse.Namespace) -> int:
    from workers.app import run_worker
    from workers.jobs import exports
    from zhidu.exporting import write_rows

    exports.written_by(write_rows)
    return _with_a_sound_role(run_worker)


def _scheduler(arguments: argparse.Namespace) -> int:
    from workers.app import run_scheduler

    return _with_a_sound_role(run_scheduler)


def _mail_listener(arguments: argparse.Namespace) -> int:
    from zhidu import mail_listener

    return _with_a_sound_role(
        lambda: mail_listener.run(arguments.port, lmtp=arguments.lmtp, descriptor=arguments.socket)
    )


def _with_a_sound_role(run: Callable[[], int]) -> int:
    """Run one of the processes; a role that row-level security does not bind is no reason for a traceback."""
    from tenancy.database import BypassingRole

    try:
        return run()
    except BypassingRole as problem:
        raise Failure(str(problem)) from None


def _migrate(arguments: argparse.Namespace) -> int:
    from zhidu.migrating import migrate

    migrate()
    return 0


def _create_tenant(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.create(
        slug=arguments.slug,
        name=arguments.name,
        zone=arguments.zone,
        language=arguments.language,
        administrator=(arguments.admin_name, arguments.admin_email),
        rehearsal_starts_at=arguments.rehearsal_from,
    )


def _suspend_tenant(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.suspend(arguments.slug)


def _resume_tenant(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.resume(arguments.slug)


def _reindex_tenant(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.reindex(arguments.slug)


def _list_tenants(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.show()


def _issue_token(arguments: argparse.Namespace) -> int:
    from zhidu import tenants

    return tenants.issue_token(arguments.slug, arguments.email, arguments.name)


def _demo(arguments: argparse.Namespace) -> int:
    from zhidu import demo

    return demo.run(as_json=arguments.json)


def _backup(arguments: argparse.Namespace) -> int:
    from zhidu import archives

    return archives.backup(arguments.tenant, print_key=arguments.print_key)


def _restore(arguments: argparse.Namespace) -> int:
    from zhidu import archives

    return archives.restore(arguments.archive, arguments.slug, key=arguments.key)


def _schema(arguments: argparse.Namespace) -> int:
    from api.schema import sdl

    print(sdl().rstrip("\n"))
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from zhidu import doctor

    return doctor.run()


def _mail(arguments: argparse.Namespace) -> int:
    from zhidu import mail

    return mail.show(arguments.data, arguments.message)


def _mail_sink(arguments: argparse.Namespace) -> int:
    from zhidu.embedded import mail_sink

    return mail_sink.run(arguments.socket, arguments.data / "mail")
