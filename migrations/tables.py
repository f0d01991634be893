"""Every table of the product, brought together for Alembic and for the tests that walk them."""

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData

import domain
import tenancy
from tenancy.models import Model


def _load() -> MetaData:
    """Import each module that declares tables, so that their metadata is whole."""
    for found in pkgutil.iter_modules(tenancy.__path__):
        importlib.import_module(f"tenancy.{found.name}")
    for room in sorted(Path(domain.__path__[0]).glob("*/models*")):
        importlib.import_module(f"domain.{room.parent.name}.models")
    return Model.metadata


METADATA = _load()
