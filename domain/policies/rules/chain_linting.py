"""What is odd about an approval chain by itself: steps never taken, words that no fact has, chains for nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.kernel.lifecycle import Labels
from domain.kernel.subjects import FACTS, FactType, SubjectKind, may_be_missing, words_of
from domain.policies.rules import conditions, reachability
from domain.policies.rules.chains import Approver, ApproverKind, Step
from domain.policies.rules.comparisons import Condition
from domain.policies.rules.findings import Finding, hint, warning
from domain.policies.rules.handbooks import StoredClause
from domain.policies.rules.kinds import ApprovalChain, ExpertPanel, ExpertReview, NoticePeriod
from domain.policies.rules.scopes import Scope
from domain.policies.rules.words import word
from tenancy.refusals import Invalid, Refusal, message

MOST_LISTED = 20
# Who is one person, whoever that is in a case.
ONE_EACH = frozenset(
    {ApproverKind.SUPERIOR, ApproverKind.DEPARTMENT_HEAD, ApproverKind.CUSTOMER_OWNER, ApproverKind.FACT}
)
# What is written by whoever asks, in their own department.
_OF_THE_REQUESTER = frozenset({SubjectKind.HANDBOOK_VERSION})


def lint_chain(clause: StoredClause) -> Iterator[Finding]:
    """Everything odd about a chain; nothing about another clause."""
    chain = clause.parsed
    if not isinstance(chain, ApprovalChain):
        return
    facts = FACTS.get((chain.subject_kind, chain.purpose))
    if facts is None:
        # That is no oddity but an error: `never_followed`.
        return
    if "customer_tier" not in facts:
        yield from _customers_of_nothing(clause, chain)
    yield from _lone_branches(clause, chain)
    yield from _heads_of_nothing(clause, chain, facts)
    yield from _left_to_administrator(clause, chain, facts)
    for index, step in enumerate(chain.steps, 1):
        simple = reachability.comparable(step.only_if, facts)
        ways = reachability.alternatives(step.when, facts)
        possible = [way for way in ways if not reachability.exclude_each_other([*simple, *way])]
        always = conditions.constant(step.when, chain.subject_kind, chain.purpose) if step.when is not None else None
        if not possible or always is False:
            text = message("Clause {number}: step {step} is never taken, since its conditions exclude each other.")
            yield warning("UNREACHABLE_STEP", clause, text, step=index)
        elif len(possible) < len(ways):
            text = message("Clause {number}: one alternative in the condition of step {step} never holds.")
            yield hint("DEAD_ALTERNATIVE", clause, text, step=index)
        elif always:
            text = message("Clause {number}: the condition of step {step} holds in every case.")
            yield hint("CONSTANT_CONDITION", clause, text, step=index)
        yield from _not_asked_for(clause, index, step, may_be_missing(chain.subject_kind, chain.purpose))
        compared = [*step.only_if, *(each for way in ways for each in way)]
        if "currency" in facts:
            yield from _blind_to_currency(clause, index, compared)
        yield from _unknown_words(clause, index, compared)


def between_chains(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """Chains that are gone round by another door: a credit note may take back nearly all that a cancellation would."""
    chains = [(clause, clause.parsed) for clause in clauses if isinstance(clause.parsed, ApprovalChain)]
    invoices = [(clause, chain.purpose) for clause, chain in chains if chain.subject_kind is SubjectKind.INVOICE]
    credits = [clause.scope for clause, purpose in invoices if purpose == "credit"]
    for clause, purpose in invoices:
        if purpose == "cancel" and not any(scope in (Scope(), clause.scope) for scope in credits):
            text = message(
                "Clause {number}: an invoice is cancelled by approval, but a credit note may take back nearly all of "
                "it without. Write a chain for the purpose “credit”, too."
            )
            yield warning("CREDIT_WITHOUT_CHAIN", clause, text)


def unasked_panels(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """Panels that neither a chain nor an expert review names, so that nobody ever asks them."""
    chains = [clause.parsed for clause in clauses if isinstance(clause.parsed, ApprovalChain)]
    named = {each.value for chain in chains for each in chain.named if each.by is ApproverKind.EXPERT_PANEL}
    named |= {clause.parsed.panel for clause in clauses if isinstance(clause.parsed, ExpertReview)}
    for clause in clauses:
        if isinstance(clause.parsed, ExpertPanel) and clause.parsed.name not in named:
            text = message(
                "Clause {number}: no chain and no expert review names the panel “{panel}”, so nobody ever asks it."
            )
            yield warning("PANEL_NEVER_ASKED", clause, text, panel=clause.parsed.name)


def resignations_without_chain(clauses: Sequence[StoredClause]) -> Iterator[Finding]:
    """Who may leave with what notice is laid down, and nobody who agrees to it: then no letter can be handed in."""
    chains = [(clause, clause.parsed) for clause in clauses if isinstance(clause.parsed, ApprovalChain)]
    if any(
        chain.subject_kind is SubjectKind.RESIGNATION and clause.scope.customer_tier is None for clause, chain in chains
    ):
        return
    for clause in clauses:
        if isinstance(clause.parsed, NoticePeriod):
            text = message(
                "Clause {number}: no chain says who approves resignations, so none can be submitted. Write one for "
                "“resignations”."
            )
            yield warning("RESIGNATIONS_WITHOUT_CHAIN", clause, text)
            return


def _customers_of_nothing(clause: StoredClause, chain: ApprovalChain) -> Iterator[Finding]:
    """Customers' tiers and owners, of what has no customer."""
    values = {"subject": Labels((word(chain.subject_kind),))}
    if clause.scope.customer_tier is not None:
        text = message(
            "Clause {number}: {subject} have no customer, so a chain for one tier of them is never followed."
        )
        yield warning("SCOPE_NEVER_MET", clause, text, **values)
    for index, step in enumerate(chain.steps, 1):
        if any(each.by is ApproverKind.CUSTOMER_OWNER for each in step.approvers):
            text = message(
                "Clause {number}: {subject} have no customer, so step {step} finds no account owner who could decide."
            )
            yield warning("NO_CUSTOMER", clause, text, step=index, **values)


def _lone_branches(clause: StoredClause, chain: ApprovalChain) -> Iterator[Finding]:
    """Branches beside which there is no other: steps one after the other, as if they named none."""
    for branched, group in groupby(enumerate(chain.steps, 1), lambda numbered: numbered[1].branch is not None):
        numbered = list(group)
        branches = {step.branch for _, step in numbered}
        if branched and len(branches) == 1:
            text = message("Clause {number}: the branch “{branch}” from step {step} on has no other branch beside it.")
            yield hint("LONE_BRANCH", clause, text, step=numbered[0][0], branch=numbered[0][1].branch)


def _left_to_administrator(
    clause: StoredClause, chain: ApprovalChain, facts: Mapping[str, FactType]
) -> Iterator[Finding]:
    """Cases that meet no step's conditions, so that only the last resort is left. Silent where conditions are more than
    comparisons, which may leave nothing out."""
    ways: list[list[Condition]] = []
    for step in chain.steps:
        simple = reachability.comparable(step.only_if, facts)
        said = reachability.wholly(step.when, facts) if step.when is not None else [[]]
        if said is None or not (simple or step.when):
            return
        ways += [[*simple, *way] for way in said]
    if reachability.leave_none_out(ways) is False:
        text = message(
            "Clause {number}: every step has a condition, and there are cases that meet none of them: those an "
            "administrator of approvals decides. Where that is not meant, write one step without any."
        )
        yield hint("LEFT_TO_ADMINISTRATOR", clause, text)


def _heads_of_nothing(clause: StoredClause, chain: ApprovalChain, facts: Collection[str]) -> Iterator[Finding]:
    """The head of the subject's department, of what has none: then it is the requester's."""
    if "department_id" in facts or chain.subject_kind in _OF_THE_REQUESTER:
        return
    for index, step in enumerate(chain.steps, 1):
        if any(each.by is ApproverKind.DEPARTMENT_HEAD and not each.value for each in step.approvers):
            text = message(
                "Clause {number}: {subject} belong to no department, so in step {step} the head of the requester's "
                "department decides. Name the department that is meant."
            )
            yield hint("HEAD_OF_REQUESTER", clause, text, step=index, subject=Labels((word(chain.subject_kind),)))


def never_followed(clauses: Iterable[StoredClause]) -> list[Refusal]:
    """Chains for what nothing asks the approval of. Whoever wrote one relies on a consent that nobody would ever be
    asked for, so a version with one isn't published."""
    found: list[Refusal] = []
    for clause in clauses:
        chain = clause.parsed
        if not isinstance(chain, ApprovalChain) or (chain.subject_kind, chain.purpose) in FACTS:
            continue
        purposes = [purpose for kind, purpose in FACTS if kind is chain.subject_kind]
        values = {
            "number": clause.number,
            "subject": Labels((word(chain.subject_kind),)),
            "purpose": chain.purpose or "—",
            "purposes": ", ".join(f"“{purpose}”" for purpose in purposes),
        }
        text = message("Clause {number}: nothing asks for the approval of {subject}, so the chain is never followed.")
        if purposes:
            text = message(
                "Clause {number}: nothing asks for the approval of {subject} for the purpose “{purpose}”, so the chain "
                "is never followed. There are: {purposes}."
            )
        found.append(Invalid(text, values, path=("clauses", clause.number), code="UNKNOWN_PURPOSE"))
    return found


def fixed_seats(named: Iterable[Approver], panels: Mapping[str, ExpertPanel]) -> int | None:
    """How many people these entries lead to at most, whoever comes, goes or asks: members by name, and whoever is one
    in each case. None where posts, roles and departments are among them, whose holders may become more."""
    people: set[UUID] = set()
    others = 0
    for approver in named:
        if approver.by is ApproverKind.MEMBER:
            people.add(UUID(approver.value or ""))
        elif approver.by in ONE_EACH:
            others += 1
        elif approver.by is ApproverKind.EXPERT_PANEL and (panel := panels.get(approver.value or "")) is not None:
            members = panel.members
            if any(member.by is not ApproverKind.MEMBER for member in members):
                return None
            people |= {UUID(member.value or "") for member in members}
        else:
            return None
    return len(people) + others


def never_reached(clauses: Iterable[StoredClause]) -> list[Refusal]:
    """Quorums of more people than can ever sit there, so that a version with one isn't published."""
    parsed = [(clause.number, clause.parsed) for clause in clauses]
    panels = {panel.name: panel for _, panel in parsed if isinstance(panel, ExpertPanel)}
    found: list[Refusal] = []
    for number, value in parsed:
        asked: list[tuple[int | None, str, int | None, dict[str, Any]]] = []
        if isinstance(value, ApprovalChain):
            text = message(
                "Clause {number}: step {step} needs the consent of {quorum}, but names at most {seats} who may decide."
            )
            for index, step in enumerate(value.steps, 1):
                asked.append((step.quorum, text, fixed_seats(step.approvers, panels), {"step": index}))
        elif isinstance(value, ExpertReview) and value.panel in panels:
            text = message(
                "Clause {number}: {quorum} experts are to agree, but the panel “{panel}” has {seats} who may."
            )
            seats = fixed_seats(panels[value.panel].members, panels)
            asked.append((value.least_experts, text, seats, {"panel": value.panel}))
        for quorum, text, seats, more in asked:
            if quorum is not None and seats is not None and quorum > seats:
                values = {"number": number, "quorum": quorum, "seats": seats, **more}
                found.append(Invalid(text, values, path=("clauses", number), code="QUORUM_ABOVE_SEATS"))
    return found


def _not_asked_for(clause: StoredClause, index: int, step: Step, unsure: Collection[str]) -> Iterator[Finding]:
    """Facts that may be missing, on which a condition turns without asking whether they are there."""
    for fact in dict.fromkeys(each.fact for each in step.only_if if each.fact in unsure):
        text = message(
            "Clause {number}: step {step} compares “{fact}” in “only_if”, and there are records without it, whose "
            "cases stop there. Write it as “when” with has({fact}) && … instead."
        )
        yield warning("FACT_MAY_BE_MISSING", clause, text, step=index, fact=fact)
    if step.when is None:
        return
    for fact in sorted(conditions.words(step.when) & set(unsure) - conditions.asked_for(step.when)):
        text = message(
            "Clause {number}: the condition of step {step} turns on “{fact}”, and there are records without it, whose "
            "cases stop there. Ask first whether it is there: has({fact}) && …"
        )
        yield warning("FACT_MAY_BE_MISSING", clause, text, step=index, fact=fact)


def _blind_to_currency(clause: StoredClause, index: int, compared: Sequence[Condition]) -> Iterator[Finding]:
    """Amounts compared by their number alone, below which what is in a dearer currency slips. Nothing is nothing in
    every currency."""
    if any(each.fact == "currency" for each in compared):
        return
    blind = {each.fact for each in compared if each.compares_amounts and each.currency is None and each.value != 0}
    for fact in sorted(blind):
        text = message(
            "Clause {number}: step {step} compares “{fact}” without its currency, so that 100 of a dear one pass for "
            "less than 101 of a cheap one. Give the comparison in “only_if” its “currency”, or write in “when” "
            "currency != 'CNY' || {fact} …: what is in another currency then takes the step."
        )
        yield warning("AMOUNT_WITHOUT_CURRENCY", clause, text, step=index, fact=fact)


def _unknown_words(clause: StoredClause, index: int, compared: Sequence[Condition]) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for condition in compared:
        known = words_of(condition.fact)
        for value in condition.value if isinstance(condition.value, tuple) else (condition.value,):
            if known is None or value in known or (condition.fact, str(value)) in told:
                continue
            told.add((condition.fact, str(value)))
            values = {"step": index, "fact": condition.fact, "word": str(value)[:60]}
            if len(known) <= MOST_LISTED:
                text = message(
                    "Clause {number}: step {step} compares “{fact}” with “{word}”, which it never is. "
                    "It is one of: {words}."
                )
                yield warning("UNKNOWN_WORD", clause, text, **values, words=", ".join(sorted(known)))
            else:
                text = message("Clause {number}: step {step} compares “{fact}” with “{word}”, which it never is.")
                yield warning("UNKNOWN_WORD", clause, text, **values)
