"""Where the documents of a version are, for whoever links to them."""

from collections.abc import Mapping
from typing import Any

from tenancy.config import settings


def address(values: Mapping[str, Any], form: str) -> str:
    """Where a version's document is in a form, `html` or `pdf`, by the version's id."""
    return f"{settings().public_url.rstrip('/')}/handbook/{values['id']}.{form}"
