"""Every place in `domain/` that rests a refusal on a clause, with what it is kept, and the test that shows it.

`tests/architecture/test_refusals.py` reads the places off the code; what tests refuse is watched (`watching`).
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from domain.kernel.subjects import SubjectKind as Kind
from domain.policies.commands import refusing
from tenancy import refusals
from tenancy.refusals import Refusal
from tenancy.work import Refused, Work

ROOT = Path(__file__).parents[1]
REFUSALS = {name for name, each in vars(refusals).items() if isinstance(each, type) and issubclass(each, Refusal)}


@dataclass(frozen=True)
class Place:
    """With which records a place's refusals are kept, and a test that is refused there."""

    test: str
    kinds: frozenset[Kind]


def at(test: str, *kinds: Kind) -> Place:
    return Place(f"tests/{test}", frozenset(kinds))


_FILES = "api/http/test_files.py::test_the_handbook_limits_size_room_and_kinds_of_its_own_company_only"
_QUOTATIONS = "domain/presales/test_quotations.py::test_two_companies_grant_by_their_own_limits"
_CALLERS = (Kind.MEMBER, Kind.CONTACT, Kind.CLIENT)
PLACES: Mapping[str, Place] = {
    "domain.approvals.commands.deciding:_decide": at(
        "domain/approvals/test_actions.py::test_where_the_step_says_so_consent_needs_a_word", Kind.APPROVAL
    ),
    "domain.approvals.commands.speaking:urge": at(
        "domain/approvals/test_actions.py::test_the_requester_urges_as_often_as_the_chain_allows", Kind.APPROVAL
    ),
    "domain.approvals.rules.obstacles:people_only": at(
        "domain/presales/test_evaluations.py::test_nothing_is_qualified_without_a_go_where_the_clause_says_so",
        *(Kind.EVALUATION, Kind.SOLUTION, Kind.QUOTATION, Kind.DEMAND, Kind.CONTRACT, Kind.AMENDMENT, Kind.REQUEST),
    ),
    "domain.banking.commands.booking:_day": at(
        "domain/banking/test_banking.py::test_lines_of_closed_days_are_refused_or_booked_today_as_the_clause_says",
        Kind.BANK_LINE,
    ),
    "domain.billing.commands.asking:_refuse_asking": at(
        "domain/billing/test_giving_up.py::test_what_is_refused_changes_nothing_and_may_be_asked_again", Kind.INVOICE
    ),
    "domain.billing.commands.holds:_refuse_unprovided": at(
        "domain/billing/test_billing.py::test_holds_that_cannot_be_are_refused_and_the_ladder_names_its_clause",
        Kind.INVOICE,
    ),
    "domain.billing.commands.ladder:_refuse_outside_hours": at(
        "domain/billing/test_joint_letters.py::test_a_step_is_not_approved_in_the_night", Kind.INVOICE
    ),
    "domain.contracts.commands.metering:_refuse_closed": at(
        "domain/billing/test_usage.py::"
        "test_what_comes_late_goes_on_the_next_invoice_with_a_note_until_the_period_is_closed",
        Kind.CONTRACT,
    ),
    "domain.contracts.commands.signing:_refuse_unsaid": at(
        "domain/contracts/test_corners.py::test_a_tick_falls_with_its_text_and_nothing_settles_what_is_not_said",
        Kind.CONTRACT,
    ),
    "domain.contracts.commands.signing:sign_contract": at(
        "domain/contracts/test_contracts.py::"
        "test_an_open_checklist_keeps_a_contract_from_being_signed_and_names_its_clause",
        Kind.CONTRACT,
    ),
    "domain.feedback.rules.surveys:refusal": at(
        "domain/feedback/test_surveys.py::test_a_skipped_survey_is_sent_by_hand_when_the_time_has_come", Kind.SURVEY
    ),
    # A file comes in before it belongs to anything.
    "domain.files.rules:Limits.check_room": at(_FILES, *_CALLERS),
    "domain.files.rules:Limits.check_size": at(_FILES, *_CALLERS),
    "domain.files.rules:Limits.check_type": at(_FILES, *_CALLERS, Kind.INBOUND_MAIL),
    "domain.operations.commands.time:_keep": at(
        "domain/operations/test_working_time.py::test_two_companies_bound_a_day_and_the_past_their_own_way",
        *(Kind.MEMBER, Kind.SITE_VISIT),
    ),
    "domain.people.commands.letters:_refuse_what_has_passed": at(
        "domain/people/test_leaving.py::test_a_returned_letter_whose_last_day_has_passed_is_dated_anew",
        Kind.RESIGNATION,
    ),
    "domain.people.rules:check_waiver": at(
        "domain/people/test_leaving.py::test_nobody_waives_their_own_notice_nor_where_the_handbook_forbids_it",
        Kind.RESIGNATION,
    ),
    # There is no letter yet, or it is dated anew.
    "domain.people.rules:notice": at(
        "domain/people/test_leaving.py::test_where_nothing_is_waived_a_wish_to_go_earlier_is_refused_by_its_clause",
        *(Kind.MEMBER, Kind.RESIGNATION),
    ),
    "domain.presales.queries.evaluations:refuse_stopped": at(
        "domain/presales/test_evaluations.py::"
        "test_what_was_decided_not_to_go_stops_all_that_comes_after_until_a_new_go",
        *(Kind.SOLUTION, Kind.QUOTATION, Kind.INQUIRY, *_CALLERS),
    ),
    "domain.policies.commands.publishing:publish_version": at(
        "domain/rulebook/test_approval_of_versions.py::"
        "test_two_companies_publish_each_by_its_own_rule_and_a_third_sees_nothing",
        Kind.HANDBOOK_VERSION,
    ),
    # What was drafted in the same piece of work is gone with it.
    "domain.policies.rules.versions:check_effective": at(
        "domain/rulebook/test_approval_of_versions.py::"
        "test_a_company_may_ask_for_days_between_issuing_a_version_and_its_taking_effect",
        *(Kind.HANDBOOK_VERSION, Kind.MEMBER),
    ),
    "domain.presales.commands.inquiries:qualify_inquiry": at(
        "domain/presales/test_evaluations.py::test_nothing_is_qualified_without_a_go_where_the_clause_says_so",
        Kind.INQUIRY,
    ),
    "domain.presales.commands.sending:_refuse_without_solution": at(
        "domain/presales/test_solutions.py::test_a_quotation_waits_for_a_confirmed_solution_where_the_clause_says_so",
        Kind.QUOTATION,
    ),
    "domain.presales.commands.solution_reviews:_with_experts": at(
        "domain/presales/test_solutions.py::test_without_enough_experts_nothing_is_submitted", Kind.SOLUTION
    ),
    "domain.presales.rules.quotations:leeway": at(_QUOTATIONS, Kind.QUOTATION),
    "domain.presales.rules.quotations:valid_days": at(_QUOTATIONS, Kind.QUOTATION),
    "domain.requests.commands.choosing:for_its_tier": at(
        "domain/requests/test_requests_tiers.py::"
        "test_a_department_without_experts_leaves_it_to_the_group_of_the_region_in_one_company_only",
        Kind.REQUEST,
    ),
    "domain.requests.commands.confirmation:_keep_score": at(
        "domain/requests/test_requests_moves.py::test_a_score_is_read_on_each_company_s_own_scale",
        *(Kind.REQUEST, Kind.SURVEY),
    ),
    "domain.requests.commands.holding:_check_end": at(
        "domain/requests/test_requests_holds.py::"
        "test_the_expected_end_is_said_where_it_is_needed_and_lies_ahead_but_not_too_far[supplier-None]",
        Kind.REQUEST,
    ),
    "domain.requests.commands.holding:_listed": at(
        "domain/requests/test_requests_holds.py::test_only_listed_reasons_will_do_where_the_clause_says_so",
        Kind.REQUEST,
    ),
    "domain.requests.commands.intake:_restricted": at(
        "domain/billing/test_restrictions.py::"
        "test_each_ladder_says_what_becomes_of_new_requests_until_the_invoice_is_paid",
        *_CALLERS,
    ),
    "domain.requests.commands.moves:_refuse_without_lead": at(
        "domain/requests/test_requests_assignment.py::"
        "test_a_complex_request_is_given_away_with_its_lead_department_where_the_handbook_wants_that",
        Kind.REQUEST,
    ),
    "domain.requests.commands.moving:_refusal": at(
        "domain/requests/test_requests_courses.py::test_what_a_company_asks_for_comes_first_and_the_clause_is_named",
        *(Kind.REQUEST, Kind.SITE_VISIT),
    ),
    "domain.requests.commands.tiers:return_tier": at(
        "domain/requests/test_requests_tiers.py::"
        "test_it_comes_back_with_an_answer_to_both_where_the_handbook_wants_that",
        Kind.REQUEST,
    ),
    "domain.requests.commands.visit_planning:_may_be_visited": at(
        "domain/requests/test_site_visits.py::"
        "test_the_telephone_comes_first_and_the_visit_last_where_the_course_says_so",
        Kind.REQUEST,
    ),
    # A visit that is planned is no record yet, one that is moved is.
    "domain.requests.commands.visit_planning:_within_hours": at(
        "domain/requests/test_site_visits.py::test_each_company_plans_within_its_own_calendar",
        *(Kind.REQUEST, Kind.SITE_VISIT),
    ),
    "domain.requests.commands.visiting:begin": at(
        "domain/requests/test_site_visits.py::test_a_report_is_signed_and_a_later_change_voids_the_signature",
        Kind.SITE_VISIT,
    ),
    "domain.rulebook.commands.approving:submit_version": at(
        "domain/rulebook/test_approval_of_versions.py::test_a_program_lays_no_version_before_the_approvers",
        Kind.HANDBOOK_VERSION,
    ),
    "domain.rulebook.queries.readiness:untried": at(
        "workers/test_dry_runs.py::test_a_company_may_ask_for_a_signed_trial_before_a_version_is_submitted",
        Kind.HANDBOOK_VERSION,
    ),
}


def places() -> Iterator[str]:
    """Every function of `domain/` that writes a clause on a refusal, as `module:name`."""
    for path in sorted((ROOT / "domain").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield from sorted({f"{module}:{name}" for name in _resting(ast.parse(path.read_text()), ())})


def _resting(node: ast.AST, within: tuple[str, ...]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _resting(child, (*within, child.name))
            continue
        # The clause is the fourth of its fields, if they are not named.
        refused = isinstance(child, ast.Call) and getattr(child.func, "id", "") in REFUSALS
        if refused and (len(child.args) > 3 or any(given.arg == "clause" for given in child.keywords)):
            yield ".".join(within)
        if isinstance(child, ast.Attribute) and child.attr == "clause" and isinstance(child.ctx, ast.Store):
            yield ".".join(within)
        yield from _resting(child, within)


@dataclass
class Watched:
    """What tests were refused by clauses, since somebody looked: where, and with what it was to be kept."""

    seen: list[tuple[str, str | None]] = field(default_factory=list)
    placed: dict[int, tuple[Refusal, str]] = field(default_factory=dict)

    def take(self) -> list[tuple[str, str | None]]:
        """What was seen, which is forgotten by this."""
        seen, self.seen = self.seen, []
        self.placed.clear()
        return seen


@contextmanager
def watching() -> Iterator[Watched]:
    """Note where clauses are written on refusals, and with what those are kept."""
    watched = Watched()
    subject = refusing._subject

    def write(refusal: Refusal, name: str, value: Any) -> None:
        object.__setattr__(refusal, name, value)
        if name == "clause" and value is not None and (place := _place(sys._getframe(1))):
            watched.placed[id(refusal)] = (refusal, place)

    async def find(work: Work, refused: Refused) -> tuple[str, Any] | None:
        about = await subject(work, refused)
        if id(refused.refusal) in watched.placed:
            watched.seen.append((watched.placed[id(refused.refusal)][1], None if about is None else about[0]))
        return about

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Refusal, "__setattr__", write)
        patch.setattr(refusing, "_subject", find)
        yield watched


def _place(frame: FrameType | None) -> str | None:
    """The nearest function of `domain/` that is at work."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("domain."):
            return f"{module}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return None
