"""`zhidu up` with tiny processes in the place of API, worker and scheduler; the tests run it as a program."""

import http.server
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from zhidu.failures import Failure
from zhidu.keeper import Child
from zhidu.up import Table, answers, up


def table(port: int, lifeline: int, inbound: int) -> Table:
    """Processes that do nothing, do not watch the lifeline, and leave on SIGTERM; the API answers /readyz."""

    def child(name: str, **options: object) -> Child:
        return Child(name, [sys.executable, __file__, name, str(port)], **options)  # type: ignore[arg-type]  # its fields

    return Table(
        migrate=child("migrate"),
        processes=[
            child("scheduler"),
            child("worker"),
            child("mail-listener"),
            child("api", ready=partial(answers, port)),
        ],
        demo=child("demo", once=True),
    )


class Ready(http.server.BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


def main() -> int:
    role, port = sys.argv[1], int(sys.argv[2])
    if role == "up":
        try:
            return up(port, Path(sys.argv[3]), demo="--demo" in sys.argv, make_table=table)
        except Failure as failure:
            sys.stderr.write(f"zhidu: {failure}\n")
            return 1
    if role == "migrate":
        return 1 if (Path(os.environ["ZHIDU_DATA"]) / "refuse").exists() else 0
    if role == "demo":
        if (Path(os.environ["ZHIDU_DATA"]) / "kill-the-demo").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        sys.stdout.write("demo: the story\n")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if role == "api":
        http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    sys.exit(main())
