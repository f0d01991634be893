"""What one caller may ask: points that run out, come back steadily, and are nobody else's."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from tenancy.actor import Actor, ActorKind
from tenancy.quotas import KEPT_BUCKETS, Quotas


class Hours:
    """A clock that is put forward by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def somebody() -> Actor:
    return Actor(tenant_id=uuid4(), kind=ActorKind.MEMBER, id=uuid4())


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 300))
def test_a_refused_caller_is_told_the_fewest_seconds_after_which_the_same_is_granted(
    first: int, second: int, per_second: int
) -> None:
    hours, caller = Hours(), somebody()
    quotas = Quotas(1000, per_second, hours)
    assert quotas.charge(caller, first).wait_seconds == 0
    refused = quotas.charge(caller, second)
    assert (refused.wait_seconds > 0) is (first + second > 1000)
    if refused.wait_seconds:
        assert refused.charged == 0
        hours.now += refused.wait_seconds - 1
        assert quotas.charge(caller, second).wait_seconds == 1
        hours.now += 1
        assert quotas.charge(caller, second).charged == second


def test_what_one_caller_uses_up_is_still_there_for_the_others() -> None:
    quotas, one, other = Quotas(10, 1, Hours()), somebody(), somebody()
    assert quotas.charge(one, 10).available == 0
    assert quotas.charge(one, 1).wait_seconds == 1
    assert quotas.charge(other, 10).available == 0


def test_a_crowd_does_not_refill_the_bucket_of_whoever_goes_on_asking() -> None:
    quotas, caller = Quotas(10, 1, Hours()), somebody()
    quotas.charge(caller, 10)
    for _ in range(2):
        for _ in range(KEPT_BUCKETS // 2 + 1):
            quotas.charge(somebody(), 1)
        assert quotas.charge(caller, 1).wait_seconds == 1
