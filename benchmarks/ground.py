"""The ground: a durable PostgreSQL of its own in a temporary directory, and the companies that live in it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrations.run import upgrade
from tenancy.config import provide
from zhidu.embedded.postgres import SUPERUSER, Postgres

DATABASE = "zhidu"
PASSWORD = "benchmark"  # noqa: S105 - it guards nothing
# Cleaning up in the background would land in whichever trial comes just then.
SETTINGS = {"autovacuum": "off", "shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "1h"}


@dataclass(frozen=True)
class Ground:
    """A running server with an empty, migrated database."""

    directory: Path
    postgres: Postgres
    # As the application's role, and as the superuser.
    app_url: str
    owner_url: str

    @property
    def log(self) -> Path:
        """PostgreSQL's log."""
        return self.postgres.log


@contextmanager
def ground() -> Iterator[Ground]:
    """A server for one run, durable as in production, gone afterwards; the product's settings lead to it."""
    directory = Path(tempfile.mkdtemp(prefix="zhidu-bench-"))
    directory.chmod(0o711)
    server = Postgres(directory, password=PASSWORD, settings=SETTINGS, durable=True)
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
        server.ensure_database(DATABASE)
        owner_url = server.url(SUPERUSER, PASSWORD, DATABASE)
        upgrade(owner_url, app_password=PASSWORD)
        app_url = server.url("zhidu_app", PASSWORD, DATABASE)
        # The broker is not there: nobody subscribes, and nothing else of the API needs it.
        ours = {"ZHIDU_DATABASE_URL": app_url, "ZHIDU_SECRET_KEY": "5e" * 32, "ZHIDU_DATA": str(directory)}
        provide({}, override={**ours, "ZHIDU_BROKER_URL": "redis://127.0.0.1:1", "ZHIDU_LOG_LEVEL": "WARNING"})
        yield Ground(directory, server, app_url, owner_url)
    finally:
        server.stop()
        if watch:
            watch.kill()
            watch.communicate()
        server.premises.close()
        shutil.rmtree(directory, ignore_errors=True)
