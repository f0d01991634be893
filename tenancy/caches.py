"""What a process remembers of tenants: only what never changes, each tenant's apart, and never without bound."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar
from uuid import UUID

from tenancy.work import Work

V = TypeVar("V")


class TenantCache(Generic[V]):
    """Values by tenant and key; when there are too many, the one that was not asked for the longest is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[tuple[UUID, Hashable], V] = OrderedDict()

    def find(self, work: Work, key: Hashable) -> V | None:
        """What the work's tenant has under a key, or None."""
        found = self._values.get((work.actor.tenant_id, key))
        if found is not None:
            self._values.move_to_end((work.actor.tenant_id, key))
        return found

    def keep(self, work: Work, key: Hashable, value: V) -> V:
        """Remember a value for the work's tenant, and give it back."""
        self._values[work.actor.tenant_id, key] = value
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
