"""Where the bytes of a file are, for whoever links to them."""

from collections.abc import Mapping
from typing import Any

from tenancy.config import settings


def address(values: Mapping[str, Any]) -> str:
    """Where a file's bytes are, by the file's id."""
    return f"{settings().public_url.rstrip('/')}/files/{values['id']}"
