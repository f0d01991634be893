"""A command: the only way something changes. It names its permission and runs inside one piece of work."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from domain.kernel.permissions import Permission
from tenancy.refusals import Refusal
from tenancy.work import Work

P = ParamSpec("P")
R = TypeVar("R")

# Every command by its public name (`requests.submit`), for the tests that walk them.
COMMANDS: dict[str, Permission | None] = {}

Command = Callable[Concatenate[Work, P], Coroutine[Any, Any, R]]


def command(*, needs: Permission | None, contacts: bool = False) -> Callable[[Command[P, R]], Command[P, R]]:
    """Refuse with `Forbidden` unless the actor holds `needs`; None says that the command itself decides whom it serves.

    Customers' people hold no permission: what is for `contacts` too decides itself which of their records it touches.
    A refused command leaves nothing behind: its transaction is rolled back by whoever opened it.
    """

    def declare(function: Command[P, R]) -> Command[P, R]:
        module = function.__module__.removeprefix("domain.").split(".", 1)[0]
        name = f"{module}.{function.__name__}"
        COMMANDS[name] = needs

        @wraps(function)
        async def run(work: Work, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if needs is not None and not (contacts and work.actor.is_contact):
                work.actor.require(needs)
            try:
                return await function(work, *args, **kwargs)
            except Refusal as refusal:
                # Of commands that ask others, the outermost is what was asked for.
                refusal.asked = name
                raise

        return run

    return declare
