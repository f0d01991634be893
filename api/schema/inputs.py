"""How inputs are declared: every field says what it means."""

from typing import Any

import strawberry


def given(description: str) -> Any:
    """A field that must be given."""
    return strawberry.field(description=description)


def optional(description: str, default: Any = None) -> Any:
    """A field that may be left out."""
    return strawberry.field(default=default, description=description)
