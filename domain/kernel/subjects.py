"""A pointer to any record: what approvals decide on, decisions are about and journal entries tell of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from babel.numbers import list_currencies

from domain.kernel.terms import CustomerTier, Priority
from tenancy.refusals import message


class SubjectKind(StrEnum):
    """The records that others may point at; the word is the record's table."""

    REQUEST = "service_requests"
    REQUEST_MESSAGE = "request_messages"
    CLOCK = "clocks"
    RESIGNATION = "resignations"
    INVOICE = "invoices"
    DUNNING = "dunning_steps"
    DUNNING_LETTER = "dunning_letters"
    PAYMENT = "payments"
    APPROVAL = "approvals"
    HANDBOOK_VERSION = "handbook_versions"
    QUALITY_RESULT = "quality_results"
    ARCHIVE = "archives"
    SURVEY = "surveys"
    COMPLAINT = "complaints"
    VISIT = "return_visits"
    EXTRA_STAFF = "request_helpers"
    QUOTATION = "quotations"
    INBOUND_MAIL = "inbound_mails"
    CONTRACT = "contracts"
    AMENDMENT = "contract_amendments"
    INQUIRY = "inquiries"
    EVALUATION = "inquiry_evaluations"
    CONTACT = "contacts"
    DEMAND = "technology_demands"
    EXPORT = "exports"
    SOLUTION = "solutions"
    WORK_PLAN = "work_plans"
    SCHEDULED_WORK = "scheduled_works"
    TIME_RECORD = "time_records"
    BANK_STATEMENT = "bank_statements"
    IMPORT = "imports"
    SITE_VISIT = "site_visits"
    BANK_LINE = "bank_lines"
    MEMBER = "members"
    CLIENT = "oauth_clients"


@dataclass(frozen=True)
class Subject:
    """One record of one kind."""

    kind: SubjectKind
    id: UUID


class FactType(StrEnum):
    """What a fact about a subject is, so that a condition on it can be checked when it is written."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    DAY = "day"
    MEMBER = "member"
    DEPARTMENT = "department"
    CUSTOMER = "customer"

    def admits(self, value: Any) -> bool:
        """Whether a value, in its JSON form, is such a fact."""
        match self:
            case FactType.NUMBER:
                # What exceeds 64 bits has no form in CEL.
                return type(value) is int and -(2**63) <= value < 2**63
            case FactType.FLAG:
                return type(value) is bool
            case FactType.TEXT:
                return isinstance(value, str)
            case FactType.DAY:
                return isinstance(value, str) and _read(date.fromisoformat, value)
            case _:
                return isinstance(value, str) and _read(UUID, value)


def _read(form: Any, value: str) -> bool:
    try:
        form(value)
    except ValueError:
        return False
    return True


_INVOICE = {
    "invoice_number": FactType.TEXT,
    "customer_name": FactType.TEXT,
    "amount_minor": FactType.NUMBER,
    "open_minor": FactType.NUMBER,
    "currency": FactType.TEXT,
    "days_overdue": FactType.NUMBER,
    "customer_id": FactType.CUSTOMER,
    "customer_tier": FactType.TEXT,
    "account_owner_id": FactType.MEMBER,
}

# What approvers are shown of each kind of record, by purpose: a module that asks for approvals writes its facts here.
# Facts are only ever added: published chains name them.
FACTS: Mapping[tuple[SubjectKind, str], Mapping[str, FactType]] = {
    (SubjectKind.RESIGNATION, ""): {
        "department_id": FactType.DEPARTMENT,
        "post": FactType.TEXT,
        "key_post": FactType.FLAG,
        "on_probation": FactType.FLAG,
        "days_employed": FactType.NUMBER,
        "letter_on": FactType.DAY,
        "notice_days": FactType.NUMBER,
        "last_day_on": FactType.DAY,
        "waived_days": FactType.NUMBER,
        "staff_name": FactType.TEXT,
    },
    (SubjectKind.INVOICE, "write_off"): _INVOICE,
    (SubjectKind.INVOICE, "cancel"): _INVOICE,
    (SubjectKind.INVOICE, "credit"): {
        **_INVOICE,
        "credit_minor": FactType.NUMBER,
        "credit_tax_percent": FactType.TEXT,
        "reason": FactType.TEXT,
    },
    (SubjectKind.QUOTATION, ""): {
        "quotation_number": FactType.TEXT,
        "version_number": FactType.NUMBER,
        "customer_id": FactType.CUSTOMER,
        "customer_name": FactType.TEXT,
        "customer_tier": FactType.TEXT,
        "account_owner_id": FactType.MEMBER,
        "department_id": FactType.DEPARTMENT,
        "amount_minor": FactType.NUMBER,
        "discount_minor": FactType.NUMBER,
        "discount_basis_points": FactType.NUMBER,
        "currency": FactType.TEXT,
        "valid_days": FactType.NUMBER,
        "content": FactType.TEXT,
    },
    (SubjectKind.CONTRACT, ""): {
        "contract_number": FactType.TEXT,
        "customer_id": FactType.CUSTOMER,
        "customer_name": FactType.TEXT,
        "customer_tier": FactType.TEXT,
        "account_owner_id": FactType.MEMBER,
        "department_id": FactType.DEPARTMENT,
        "amount_minor": FactType.NUMBER,
        "expected_minor": FactType.NUMBER,
        "currency": FactType.TEXT,
        "starts_on": FactType.DAY,
        "ends_on": FactType.DAY,
        "notice_days": FactType.NUMBER,
        "from_quotation": FactType.FLAG,
        "content": FactType.TEXT,
    },
    (SubjectKind.AMENDMENT, ""): {
        "amendment_number": FactType.TEXT,
        "contract_number": FactType.TEXT,
        "customer_id": FactType.CUSTOMER,
        "customer_name": FactType.TEXT,
        "customer_tier": FactType.TEXT,
        "account_owner_id": FactType.MEMBER,
        "department_id": FactType.DEPARTMENT,
        "amount_minor": FactType.NUMBER,
        "difference_minor": FactType.NUMBER,
        "currency": FactType.TEXT,
        "effective_on": FactType.DAY,
        "ends_on": FactType.DAY,
        "cause": FactType.TEXT,
        "reason": FactType.TEXT,
        "changed_parts": FactType.TEXT,
        "content": FactType.TEXT,
    },
    (SubjectKind.EVALUATION, ""): {
        "inquiry_number": FactType.TEXT,
        "customer_id": FactType.CUSTOMER,
        "customer_name": FactType.TEXT,
        "customer_tier": FactType.TEXT,
        "account_owner_id": FactType.MEMBER,
        "department_id": FactType.DEPARTMENT,
        "difficulty": FactType.NUMBER,
        "risk_points": FactType.NUMBER,
        "effort_days": FactType.NUMBER,
        "is_complex": FactType.FLAG,
        "recommended": FactType.FLAG,
        "reason": FactType.TEXT,
        "content": FactType.TEXT,
    },
    (SubjectKind.DEMAND, ""): {
        "demand_number": FactType.TEXT,
        "department_id": FactType.DEPARTMENT,
        "effort_days": FactType.NUMBER,
        "reason": FactType.TEXT,
        "content": FactType.TEXT,
    },
    (SubjectKind.SOLUTION, ""): {
        "solution_number": FactType.TEXT,
        "version_number": FactType.NUMBER,
        "inquiry_number": FactType.TEXT,
        "customer_id": FactType.CUSTOMER,
        "customer_name": FactType.TEXT,
        "customer_tier": FactType.TEXT,
        "account_owner_id": FactType.MEMBER,
        "department_id": FactType.DEPARTMENT,
        "amount_minor": FactType.NUMBER,
        "currency": FactType.TEXT,
        "is_complex": FactType.FLAG,
        "expert_review": FactType.FLAG,
        "content": FactType.TEXT,
    },
    (SubjectKind.EXTRA_STAFF, ""): {
        "request_number": FactType.TEXT,
        "priority": FactType.TEXT,
        "helper_name": FactType.TEXT,
        "helper_id": FactType.MEMBER,
        "helper_department_id": FactType.DEPARTMENT,
        "department_id": FactType.DEPARTMENT,
        "customer_id": FactType.CUSTOMER,
        "customer_tier": FactType.TEXT,
        "reason": FactType.TEXT,
    },
    (SubjectKind.HANDBOOK_VERSION, "publish"): {
        "version_number": FactType.NUMBER,
        "document_number": FactType.TEXT,
        "clause_count": FactType.NUMBER,
        "changed_clauses": FactType.NUMBER,
        "changed_kinds": FactType.TEXT,
        "effective_on": FactType.DAY,
        "content": FactType.TEXT,
    },
}

_UNSAID_OF_INVOICES = frozenset({"invoice_number", "account_owner_id"})
_UNSAID_OF_AGREEMENTS = frozenset({"ends_on", "account_owner_id", "department_id"})

# The facts that a record may be without: a contract may have no last day, a customer nobody who looks after it. The
# others are there whenever an approval is asked for.
_MAY_BE_MISSING: Mapping[tuple[SubjectKind, str], frozenset[str]] = {
    (SubjectKind.INVOICE, "write_off"): _UNSAID_OF_INVOICES,
    (SubjectKind.INVOICE, "cancel"): _UNSAID_OF_INVOICES,
    (SubjectKind.INVOICE, "credit"): _UNSAID_OF_INVOICES,
    (SubjectKind.QUOTATION, ""): frozenset({"account_owner_id", "department_id"}),
    (SubjectKind.CONTRACT, ""): _UNSAID_OF_AGREEMENTS,
    (SubjectKind.AMENDMENT, ""): _UNSAID_OF_AGREEMENTS,
    (SubjectKind.EVALUATION, ""): frozenset({"account_owner_id", "department_id"}),
    (SubjectKind.DEMAND, ""): frozenset({"department_id"}),
    (SubjectKind.SOLUTION, ""): frozenset({"account_owner_id", "department_id"}),
    (SubjectKind.EXTRA_STAFF, ""): frozenset({"department_id"}),
}

# What people call each fact; the same name is the same thing everywhere.
FACT_LABELS: Mapping[str, str] = {
    "account_owner_id": message("who looks after the customer"),
    "amendment_number": message("the amendment's number"),
    "amount_minor": message("the amount in the smallest unit of its currency"),
    "changed_clauses": message("how many clauses change"),
    "cause": message("whether it is a change, or what was agreed is impossible"),
    "changed_parts": message("which parts change"),
    "changed_kinds": message("the kinds of the clauses that change"),
    "clause_count": message("how many clauses there are"),
    "content": message("the fingerprint of the whole text"),
    "contract_number": message("the contract's number"),
    "credit_minor": message("the amount of the credit note in the smallest unit of its currency"),
    "credit_tax_percent": message("the tax rate of the lines that are credited"),
    "currency": message("the currency"),
    "customer_id": message("the customer"),
    "customer_name": message("the customer's name"),
    "customer_tier": message("the customer's tier"),
    "days_employed": message("how many days the person has been employed"),
    "days_overdue": message("how many days it is overdue"),
    "department_id": message("the department"),
    "demand_number": message("the demand's number"),
    "difficulty": message("how difficult it is, in points"),
    "difference_minor": message("by how much the amount changes, in the smallest unit of its currency"),
    "discount_basis_points": message("the discount in hundredths of a per cent of the price without it"),
    "discount_minor": message("the discount in the smallest unit of its currency"),
    "document_number": message("the document number"),
    "effort_days": message("the effort in person-days"),
    "inquiry_number": message("the inquiry's number"),
    "is_complex": message("whether it is complex"),
    "expert_review": message("whether experts review it"),
    "recommended": message("whether it is recommended"),
    "risk_points": message("how risky it is, in points"),
    "effective_on": message("the day of taking effect"),
    "ends_on": message("the last day"),
    "expected_minor": message(
        "what usage and working time are expected to come to, in the smallest unit of its currency"
    ),
    "from_quotation": message("whether it comes of an accepted quotation"),
    "helper_department_id": message("the department of whoever is to help"),
    "helper_id": message("whoever is to help"),
    "helper_name": message("the name of whoever is to help"),
    "invoice_number": message("the invoice number"),
    "key_post": message("whether it is a key post"),
    "last_day_on": message("the last working day"),
    "letter_on": message("the day of the letter"),
    "notice_days": message("the days of notice"),
    "on_probation": message("whether the person is on probation"),
    "open_minor": message("what is still owed, in the smallest unit of its currency"),
    "post": message("the post"),
    "priority": message("the priority"),
    "quotation_number": message("the quotation's number"),
    "reason": message("the reason"),
    "request_number": message("the request's number"),
    "solution_number": message("the solution's number"),
    "starts_on": message("the first day"),
    "valid_days": message("for how many days it holds"),
    "staff_name": message("the person's name"),
    "version_number": message("the version's number"),
    "waived_days": message("the days of notice that are waived"),
}
# What people call each purpose.
PURPOSE_LABELS: Mapping[str, str] = {
    "cancel": message("cancellation"),
    "credit": message("credit note"),
    "publish": message("publication"),
    "write_off": message("write-off"),
}

# What a record is called where people are told of it. The blanks are facts of it, and `…_minor` is an amount in the
# fact `currency`; while one of them is not known, its kind alone is named.
TITLES: Mapping[tuple[SubjectKind, str], str] = {
    (SubjectKind.RESIGNATION, ""): message("Resignation of {staff_name}, {post}, as of {last_day_on}"),
    (SubjectKind.INVOICE, "write_off"): message("Write-off of invoice {invoice_number}, {customer_name}, {open_minor}"),
    (SubjectKind.INVOICE, "cancel"): message(
        "Cancellation of invoice {invoice_number}, {customer_name}, {amount_minor}"
    ),
    (SubjectKind.INVOICE, "credit"): message("Credit of {credit_minor} on invoice {invoice_number}, {customer_name}"),
    (SubjectKind.QUOTATION, ""): message("Quotation {quotation_number} for {customer_name}, {amount_minor}"),
    (SubjectKind.CONTRACT, ""): message("Contract {contract_number} with {customer_name}, {amount_minor}"),
    (SubjectKind.AMENDMENT, ""): message("Amendment {amendment_number} with {customer_name} as of {effective_on}"),
    (SubjectKind.EVALUATION, ""): message("Evaluation of inquiry {inquiry_number} of {customer_name}"),
    (SubjectKind.DEMAND, ""): message("Technology demand {demand_number}, {effort_days} person-days"),
    (SubjectKind.SOLUTION, ""): message("Solution {solution_number} for {customer_name}, {amount_minor}"),
    (SubjectKind.EXTRA_STAFF, ""): message("Help by {helper_name} with request {request_number}"),
    (SubjectKind.HANDBOOK_VERSION, "publish"): message("Version {version_number} of the handbook {document_number}"),
}


# The words of which a fact of this name is always one; other texts are free.
_WORDS: Mapping[str, frozenset[str]] = {
    "customer_tier": frozenset(tier.value for tier in CustomerTier),
    "currency": frozenset(list_currencies()),
    "priority": frozenset(priority.value for priority in Priority),
}

# The numbers that are nothing at the least. The others, such as the difference that an amendment makes, may be below.
_NEVER_NEGATIVE = frozenset(
    {
        *("amount_minor", "credit_minor", "discount_minor", "discount_basis_points"),
        *("version_number", "clause_count", "changed_clauses", "effort_days", "notice_days", "waived_days"),
    }
)


def is_amount(fact: str) -> bool:
    """Whether a fact of this name is an amount in the smallest unit of the fact `currency`."""
    return fact.endswith("_minor")


def is_never_negative(fact: str) -> bool:
    """Whether a number of this name is nothing at the least."""
    return fact in _NEVER_NEGATIVE


def words_of(fact: str) -> frozenset[str] | None:
    """The words of which a fact is always one; None for any other."""
    return _WORDS.get(fact)


def may_be_missing(kind: SubjectKind, purpose: str = "") -> frozenset[str]:
    """The facts that a kind of record may be without; conditions ask for them with has(…) first."""
    return _MAY_BE_MISSING.get((kind, purpose), frozenset())


def facts_of(kind: SubjectKind, purpose: str = "") -> Mapping[str, FactType]:
    """The facts of a kind of record that is approved for a purpose; none where nothing asks for such an approval."""
    return FACTS.get((kind, purpose), {})
