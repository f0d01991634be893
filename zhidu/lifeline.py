"""How the processes that `zhidu up` starts notice that it is gone, however it went."""

import os
import signal
import threading
import time

# A process that was asked to end and does not is not waited for: nobody is left who could.
GRACE_SECONDS = 20


class Lifeline:
    """A pipe whose writing end only the keeper holds: when the keeper ends, its reading ends see the end of file."""

    def __init__(self) -> None:
        self.descriptor, self._held = os.pipe()

    def close(self) -> None:
        """Let go, as the keeper's end would."""
        os.close(self.descriptor)
        os.close(self._held)


def hold(descriptor: int) -> None:
    """End this process in good order when the keeper is gone."""
    threading.Thread(target=_watch, args=(descriptor,), name="lifeline", daemon=True).start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
