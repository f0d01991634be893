"""What a request asks for by the catalogue: its offering with the lines above that, and the answers to its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.catalogue import queries as catalogue
from domain.catalogue import rules as catalogue_rules
from domain.customers import queries as customers
from domain.kernel.terms import CustomerTier
from domain.policies.rules.scopes import Case
from domain.requests import queries
from tenancy.refusals import Invalid, message
from tenancy.work import Work


@dataclass(frozen=True)
class Asked:
    """What a request keeps of its offering; nothing for one without."""

    # Who is responsible for the offering.
    department_id: UUID | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    # What a decision says of it.
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def case(self, department_id: UUID | None, tier: CustomerTier) -> Case:
        """Where a request for it stands before it has a priority."""
        return queries.case_of(
            department_id,
            tier,
            service_lines=self.columns.get("service_lines", ()),
            sla_class=self.columns.get("sla_class"),
        )


async def asked_for(work: Work, offering_id: UUID | None, answers: Any, customer_id: UUID) -> Asked:
    """The offering as it is now, and the answers to its present form (RQ-1).

    Refuses an offering that is not offered any more, and answers that do not fit, with the path `answers.<code>`.
    """
    if offering_id is None:
        if answers:
            text = message("Answers are for the form of an offering, and none is named.")
            raise Invalid(text, path=("answers",))
        return Asked()
    offered = await catalogue.offered(work, offering_id, "offeringId")
    offering = offered.offering
    kept = catalogue_rules.check_answers(offered.fields, answers)
    for code, contact_id in catalogue_rules.contacts_in(offered.fields, kept):
        contact = await customers.contact(work, contact_id, "answers", code)
        if contact.customer_id != customer_id:
            raise Invalid(message("This contact belongs to another customer."), path=("answers", code))
    return Asked(
        department_id=offered.department_id,
        columns={
            "offering_id": offering_id,
            "service_line_id": offering.line_id,
            "service_lines": list(offered.lines),
            "sla_class": offering.sla_class,
            "form_id": offering.form_id,
            "answers": kept,
        },
        inputs={"offering": offering.code, "service_line": offered.lines[0], "sla_class": offering.sla_class},
    )
