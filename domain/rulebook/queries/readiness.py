"""What stands against going on with a version, beside who does it: its findings, its base, a dry run it lacks."""

from typing import Any
from uuid import UUID

from domain.policies import queries as policies
from domain.policies.models import HandbookVersion
from domain.policies.rules.duties import Obstacle
from domain.policies.rules.versions import State, check_effective
from domain.rulebook.queries.trying import MOST_WATCHED, dry_runs_of
from tenancy.language import translate
from tenancy.refusals import Refusal, message
from tenancy.work import Work


async def untried(work: Work, version_id: UUID) -> Refusal | None:
    """Why a draft is not submitted where the publishing rules in force ask for a trial that it has not had as it is."""
    rules = await policies.publishing_rules(work)
    if rules is None or rules.value.dry_run_months is None:
        return None
    digest = (await policies.content(work, version_id)).digest()
    for run in await dry_runs_of(work, version_id):
        fits = run.content == digest and run.months >= rules.value.dry_run_months
        if fits and run.finished_at and (run.signed_at or not rules.value.dry_run_signed):
            return None
    text = message(
        "Before this version is submitted it is tried, as it is now, on the cases of the past {months} months."
    )
    if rules.value.dry_run_months == 1:
        text = message("Before this version is submitted it is tried, as it is now, on the cases of the past month.")
    if rules.value.dry_run_signed:
        text = message(
            "Before this version is submitted it is tried, as it is now, on the cases of the past {months} months, "
            "and the result is signed by somebody who may publish."
        )
        if rules.value.dry_run_months == 1:
            text = message(
                "Before this version is submitted it is tried, as it is now, on the cases of the past month, and the "
                "result is signed by somebody who may publish."
            )
    return Refusal(text, {"months": rules.value.dry_run_months}, clause=rules.clause, code="NEEDS_DRY_RUN")


async def hindrances(work: Work, version: HandbookVersion) -> dict[Obstacle, Refusal]:
    """What the commands would refuse of a version as it is, for its next move and without another day for its effect:
    submitting a draft, publishing one in review, withdrawing one that is not in force yet."""
    if version.state is State.PUBLISHED:
        later = await policies.rested_on(work, version)
        return {Obstacle.LATER_VERSION: later} if later is not None else {}
    found: dict[Obstacle, Refusal] = {}
    if errors := await policies.findings(work, version.id):
        found[Obstacle.HAS_FINDINGS] = errors[0]
    if version.state is State.DRAFT:
        if (unchanged := await policies.unchanged(work, version)) is not None:
            found[Obstacle.NOTHING_CHANGED] = unchanged
        if (lacking := await untried(work, version.id)) is not None:
            found[Obstacle.NEEDS_DRY_RUN] = lacking
    rules = await policies.publishing_rules(work)
    starts_at = check_effective(None, work.now, rules.value.least_days_before_effect if rules else 0)
    if version.state is State.IN_REVIEW and version.planned_effective_at is not None:
        starts_at = max(starts_at, version.planned_effective_at)
    starts_at = await policies.next_free(work, version.id, starts_at)
    if (outdated := await policies.outdated(work, version, starts_at)) is not None:
        found[Obstacle(outdated.code.lower())] = outdated
    return found


async def unready(work: Work) -> dict[str, dict[str, Any]]:
    """Of every version under way against which something stands: the obstacles, what they say to whoever asks, and the
    clause that asks for a dry run. Plain values, by the version's id."""
    answer: dict[str, dict[str, Any]] = {}
    for version in await policies.underway(work, MOST_WATCHED):
        found = await hindrances(work, version)
        if found:
            dry_run = found.get(Obstacle.NEEDS_DRY_RUN)
            answer[str(version.id)] = {
                "codes": "".join(f",{obstacle.value}," for obstacle in found),
                "said": {
                    obstacle.value: translate(refusal.text, work.actor.language, refusal.values)
                    for obstacle, refusal in found.items()
                },
                "clause_id": str(dry_run.clause.clause_id) if dry_run is not None and dry_run.clause else None,
            }
    return answer
