"""Letters of these tests leave into a list, as those of the domain's tests do."""

from tests.domain.billing.conftest import post

__all__ = ["post"]
