"""`zhidu mail-listener`: the process that takes mail which comes in."""

import socket

from api.inbound import listener
from zhidu.failures import Failure


def run(port: int, *, lmtp: bool, descriptor: int | None) -> int:
    """Listen until a signal ends it, on a port or on an inherited socket."""
    if descriptor is not None:
        held = socket.socket(fileno=descriptor)
        held.setblocking(False)
        return listener.run(held, lmtp=lmtp)
    try:
        held = listener.open_socket(port)
    except OSError as error:
        raise Failure(f"Port {port} cannot be listened on ({error.strerror}): choose another with --port.") from None
    return listener.run(held, lmtp=lmtp)
