"""How much one caller may ask: a bucket of cost points for each tenant and caller, refilled steadily (TN-7)."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tenancy.actor import Actor
from tenancy.refusals import Refusal, message

CAPACITY_POINTS = 50_000
RESTORED_POINTS_PER_SECOND = 2_000
KEPT_BUCKETS = 10_000


@dataclass
class Bucket:
    """What is left of one caller's points."""

    points: float
    at: float


class Balance(NamedTuple):
    """What a call was charged and what is left; `wait_seconds` is zero unless it was refused."""

    charged: int
    available: int
    wait_seconds: int = 0


@dataclass
class TooMuchAsked(Refusal):
    """The caller's points are used up; nothing was taken, and it may be asked again after the wait."""

    text: str = message("Too much was asked in a short time; wait {seconds} seconds.")
    code: str = "RATE_LIMITED"
    wait_seconds: int = 0


class Quotas:
    """The buckets of one process: each process of the API grants its own."""

    def __init__(self, capacity: int, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity, self.per_second, self._clock = capacity, per_second, clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def charge(self, actor: Actor, points: int) -> Balance:
        """Take points from the caller's bucket, or take none and say how long to wait."""
        now = self._clock()
        key = actor.caller
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self.capacity, now)
            if len(self._buckets) > KEPT_BUCKETS:
                self._buckets.popitem(last=False)
        else:
            # Whoever asked last is forgotten last, so nobody refills a bucket by crowding it out.
            self._buckets.move_to_end(key)
        bucket.points = min(self.capacity, bucket.points + (now - bucket.at) * self.per_second)
        bucket.at = now
        if bucket.points < points:
            missing = points - bucket.points
            return Balance(0, int(bucket.points), math.ceil(missing / self.per_second))
        bucket.points -= points
        return Balance(points, int(bucket.points))

    def take(self, actor: Actor, points: int) -> None:
        """Take points from the caller's bucket; refuses with `TooMuchAsked` where there are not enough."""
        wait = self.charge(actor, points).wait_seconds
        if wait:
            raise TooMuchAsked(values={"seconds": wait}, wait_seconds=wait)


QUOTAS = Quotas(CAPACITY_POINTS, RESTORED_POINTS_PER_SECOND)
