"""Two companies with different rulebooks for requests."""

import pytest

from tests.domain.requests.company import Company, service_company, software_company


@pytest.fixture
async def software(pool: None) -> Company:
    """Fast service with warnings and a ladder, on five days of the week."""
    return await software_company()


@pytest.fixture
async def service(pool: None) -> Company:
    """Slower service on six days."""
    return await service_company()
