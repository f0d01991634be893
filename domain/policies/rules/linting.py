"""What is odd about a version without being wrong: rules that can't be met, contradict others, or act on nothing."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from domain.kernel.calendars import WEEKDAYS, DayKind, Frames, minutes_of
from domain.kernel.lifecycle import Labels
from domain.kernel.terms import CustomerTier, Priority
from domain.policies.rules.chain_linting import between_chains, lint_chain, resignations_without_chain, unasked_panels
from domain.policies.rules.clause_kind import Retired
from domain.policies.rules.content import ClauseContent
from domain.policies.rules.findings import Finding, hint, warning
from domain.policies.rules.handbooks import StoredClause
from domain.policies.rules.kinds import (
    BusinessCalendarClause,
    DunningLadder,
    NoticePeriod,
    Provision,
    QualityTarget,
    ReportedTarget,
    ServiceLevel,
    kind_named,
)
from domain.policies.rules.scopes import Dimension, Scope
from domain.policies.rules.values import Target
from tenancy.refusals import message

# How long before a calendar's holidays end somebody is told.
HORIZON = timedelta(days=60)


def lint(clauses: Sequence[StoredClause], texts: Mapping[str, ClauseContent], today: date) -> list[Finding]:
    """Everything odd, in the order of the clauses' numbers. `texts` has the words of the clauses, by number."""
    found: list[Finding] = []
    for clause in sorted(clauses, key=lambda clause: clause.position):
        for check in _CHECKS:
            found += check(clause)
        found += _texts(clause, texts[clause.number])
        found += _calendar(clause, today)
    found += between_chains(clauses)
    found += unasked_panels(clauses)
    found += resignations_without_chain(clauses)
    found += _across_units(clauses)
    found += _crossing(clauses)
    found += _between_levels(clauses)
    order = {clause.number: index for index, clause in enumerate(sorted(clauses, key=lambda clause: clause.position))}
    return sorted(found, key=lambda finding: order.get(finding.number or "", -1))


def _no_notice(clause: StoredClause) -> Iterator[Finding]:
    notice = clause.parsed
    if isinstance(notice, NoticePeriod) and 0 in (notice.days, notice.probation_days):
        text = message("Clause {number}: somebody may leave without any notice.")
        yield warning("NO_NOTICE", clause, text)
    if isinstance(notice, NoticePeriod) and notice.days_for(on_probation=True) > notice.days:
        text = message("Clause {number}: on probation the notice is longer than after it.")
        yield warning("PROBATION_LONGER", clause, text)


def _ladder(clause: StoredClause) -> Iterator[Finding]:
    ladder = clause.parsed
    if not isinstance(ladder, DunningLadder):
        return
    if not ladder.steps:
        yield warning("NO_STEPS", clause, message("Clause {number}: the ladder has no step, so nobody is ever dunned."))
    for earlier, later in pairwise(ladder.steps):
        if earlier.delay.kind is later.delay.kind:
            continue
        # A working week of five days is seven days long; a holiday makes it longer.
        earliest, latest = (
            step.delay.days * (7 / 5 if step.delay.kind is DayKind.WORKING else 1) for step in (later, earlier)
        )
        if earliest <= latest:
            text = message("Clause {number}: step {step} may fall due before the step before it.")
            yield warning("STEPS_OUT_OF_ORDER", clause, text, step=later.number)
    tones = [list(type(step.tone)).index(step.tone) for step in ladder.steps]
    if tones != sorted(tones):
        yield hint("TONE_FALLS", clause, message("Clause {number}: a later letter is friendlier than an earlier one."))


def _priorities(clause: StoredClause) -> Iterator[Finding]:
    level = clause.parsed
    if not isinstance(level, ServiceLevel):
        return
    for urgent, other in pairwise(priority for priority in Priority if priority in level.targets):
        for what in ("response", "resolution"):
            if _slower(getattr(level.targets[urgent], what), getattr(level.targets[other], what)):
                text = message("Clause {number}: {urgent} is promised less than {other}.")
                values = {"urgent": urgent.value.upper(), "other": other.value.upper()}
                yield warning("TARGETS_CONTRADICT", clause, text, **values)
                break


def _slower(one: Target | None, other: Target | None) -> bool:
    """Whether a target, in the same unit, gives more time than another; no target gives all the time there is."""
    if other is None:
        return False
    if one is None:
        return True
    for unit in ("working_minutes", "working_days"):
        first, second = getattr(one, unit), getattr(other, unit)
        if first is not None and second is not None:
            return bool(first > second)
    return False


def _extreme(clause: StoredClause) -> Iterator[Finding]:
    """Targets that can't be missed, and those that a single case misses."""
    target = clause.parsed
    if not isinstance(target, QualityTarget | ReportedTarget):
        return
    bound, most = target.at_least_percent, None
    if isinstance(target, ReportedTarget):
        most = target.at_most_percent
    if bound == 0 or most == 100:
        yield warning("TARGET_ALWAYS_MET", clause, message("Clause {number}: this target is met whatever happens."))
    if bound == 100 or most == 0:
        yield hint("TARGET_OF_ALL", clause, message("Clause {number}: a single case is enough to miss this target."))


def _acts_on_nothing(clause: StoredClause) -> Iterator[Finding]:
    kind = kind_named(clause.kind)
    if not kind.consumed_by and kind not in (Provision, Retired):
        text = message("Clause {number}: Zhidu doesn't act on clauses of the kind “{kind}” yet; people see to it.")
        yield hint("NOT_AUTOMATIC", clause, text, kind=Labels((kind.label,)))


def _never_for_open_cases(clause: StoredClause) -> Iterator[Finding]:
    kind = kind_named(clause.kind)
    if clause.applies_to_open_cases and not kind.reaches_open_cases and kind is not Retired:
        text = message(
            "Clause {number} is to apply to open cases, but clauses of the kind “{kind}” never do: what runs keeps the "
            "clause that it began with."
        )
        yield warning("NOT_FOR_OPEN_CASES", clause, text, kind=Labels((kind.label,)))


_CHECKS: tuple[Callable[[StoredClause], Iterator[Finding]], ...] = (
    lint_chain,
    _no_notice,
    _ladder,
    _priorities,
    _extreme,
    _acts_on_nothing,
    _never_for_open_cases,
)


def _texts(clause: StoredClause, content: ClauseContent) -> Iterator[Finding]:
    said = {language: text.strip() for language, text in content.text.items()}
    if clause.kind == Provision.kind and not any(said.values()):
        yield warning("NOTHING_SAID", clause, message("Clause {number}: a provision says nothing without a text."))
    for words in (content.title, said):
        english, chinese = words.get("en", ""), words.get("zh_Hans", "")
        if _is_chinese(english) or (english and english == chinese and " " in english):
            yield hint("NOT_TRANSLATED", clause, message("Clause {number}: a text is the same in every language."))
            return


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _calendar(clause: StoredClause, today: date) -> Iterator[Finding]:
    calendar = clause.parsed
    if not isinstance(calendar, BusinessCalendarClause):
        return
    if not calendar.holidays:
        yield hint("NO_HOLIDAYS", clause, message("Clause {number}: the calendar has no holidays."))
    elif calendar.known_until is not None and calendar.known_until - HORIZON <= today:
        text = message("Clause {number}: the holidays after {day} are not entered yet.")
        yield warning("HOLIDAYS_END", clause, text, day=calendar.known_until)


def _crossing(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """Pairs of clauses that each reach cases which the other doesn't: which wins is laid down, but seldom expected."""
    groups: dict[tuple[str, str], list[StoredClause]] = {}
    for clause in clauses:
        if kind_named(clause.kind).exclusive and clause.scope.dimensions:
            groups.setdefault((clause.kind, clause.parsed.topic), []).append(clause)
    for (kind, _), group in groups.items():
        order = kind_named(kind).dimensions
        for one, other in combinations(group, 2):
            deciding = _deciding(one.scope, other.scope, order)
            if deciding is not None:
                wins, loses = (one, other) if deciding in one.scope.dimensions else (other, one)
                text = message("Clauses {number} and {other} may both apply to a case; then {number} wins.")
                yield hint("SCOPES_CROSS", wins, text, other=loses.number)


def _deciding(one: Scope, other: Scope, order: Sequence[Dimension]) -> Dimension | None:
    """The dimension that decides between scopes which cross; None where they can't meet or one lies in the other."""
    mine, theirs = set(one.dimensions), set(other.dimensions)
    if mine <= theirs or theirs <= mine:
        return None
    # Departments and service lines may lie in each other, which only the company knows.
    shared = (mine & theirs) - {Dimension.DEPARTMENT, Dimension.SERVICE_LINE}
    if any(getattr(one, dimension.value) != getattr(other, dimension.value) for dimension in shared):
        return None
    return next(dimension for dimension in order if (dimension in mine) != (dimension in theirs))


def _across_units(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """Targets of one priority of which one is in days and one in minutes: the response is due when the resolution was.

    A target of n days leaves more than n - 1 working days, of whichever calendar has the shortest.
    """
    calendars = [clause.parsed for clause in clauses if isinstance(clause.parsed, BusinessCalendarClause)]
    weeks = [calendar.weekly_hours for calendar in calendars]
    days = [minutes for week in weeks for day in WEEKDAYS if (minutes := _worked_minutes(week.on(day)))]
    for clause in clauses if days else ():
        level = clause.parsed
        if not isinstance(level, ServiceLevel):
            continue
        for priority, targets in level.targets.items():
            response, resolution = targets.response, targets.resolution
            if response is None or resolution is None or response.working_days is None:
                continue
            if (resolution.working_minutes or math.inf) <= (response.working_days - 1) * min(days):
                text = message("Clause {number}: for {priority} the response is due after the resolution.")
                yield warning("TARGETS_CONTRADICT", clause, text, priority=priority.value.upper())


def _worked_minutes(frames: Frames) -> int:
    return sum(minutes_of(closes) - minutes_of(opens) for opens, closes in frames)


def _between_levels(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """More important customers that are promised less; targets for a part that ask less than those for the whole."""
    levels = [clause for clause in clauses if isinstance(clause.parsed, ServiceLevel)]
    rank = {tier: index for index, tier in enumerate(CustomerTier)}
    for one, other in combinations(levels, 2):
        tiers = (one.scope.customer_tier, other.scope.customer_tier)
        rest = [scope.model_copy(update={"customer_tier": None}) for scope in (one.scope, other.scope)]
        if None in tiers or rest[0] != rest[1]:
            continue
        high, low = sorted((one, other), key=lambda clause: rank[clause.scope.customer_tier or CustomerTier.STANDARD])
        assert isinstance(high.parsed, ServiceLevel)
        assert isinstance(low.parsed, ServiceLevel)
        for priority in Priority:
            better, worse = high.parsed.targets.get(priority), low.parsed.targets.get(priority)
            if worse is None:
                continue
            if (
                better is None
                or _slower(better.resolution, worse.resolution)
                or _slower(better.response, worse.response)
            ):
                text = message("Clause {number} promises {priority} less than clause {other} does to lesser customers.")
                yield warning("TARGETS_CONTRADICT", high, text, priority=priority.value.upper(), other=low.number)
                break
    whole = {
        clause.parsed.metric: clause
        for clause in clauses
        if isinstance(clause.parsed, QualityTarget) and not clause.scope.dimensions
    }
    for clause in clauses:
        target = clause.parsed
        if not isinstance(target, QualityTarget) or not clause.scope.dimensions or target.metric not in whole:
            continue
        general = whole[target.metric].parsed
        assert isinstance(general, QualityTarget)
        if target.at_least_percent < general.at_least_percent:
            text = message("Clause {number} asks less of a part than clause {other} asks of the whole company.")
            yield hint("PART_BELOW_WHOLE", clause, text, other=whole[target.metric].number)
