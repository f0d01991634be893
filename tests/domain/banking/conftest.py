"""Letters of these tests leave into a list, as in those of billing."""

from tests.domain.billing.conftest import post

__all__ = ["post"]
