"""Places for servers: short-lived directories that an unprivileged account may pass through."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory; pytest's own are closed to the account that root's servers run as."""
    directory = Path(tempfile.mkdtemp(prefix="zhidu-keeper-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)
