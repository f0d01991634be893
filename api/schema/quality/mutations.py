"""Measuring quality."""

from datetime import date

import strawberry

from api.schema.inputs import given
from domain.quality import commands
from domain.quality.rules import Verdict
from tenancy.work import Work


@strawberry.input(description="Which period to measure.")
class MeasureQualityInput:
    """Which period to measure."""

    period: date = given("Any day of the month.")


async def measure_quality(work: Work, input: MeasureQualityInput) -> dict[str, int]:
    """Measure a month by the targets that held in it; once the month is over, corrections make a new revision."""
    results = await commands.measure(work, period=input.period)
    return {
        "measured": len(results),
        "missed": sum(result.verdict is Verdict.MISSED for result in results),
    }
