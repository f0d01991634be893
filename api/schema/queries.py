"""Everything that can be asked, module by module."""

import strawberry

from api.reading.mapping import Node, any_node, by_id, page
from api.schema.customers.types import CUSTOMER_ORDERS, Customer, CustomerFilter
from api.schema.organisation.types import STAFF_ORDERS, Department, Staff, StaffFilter
from api.schema.policies.types import (
    HANDBOOK_VERSION_ORDERS,
    ClauseKind,
    HandbookVersion,
    HandbookVersionFilter,
    clause_kinds,
)
from domain.kernel.permissions import Permission


@strawberry.type(description="Everything that can be asked.")
class Query:
    """The root of reading."""

    node = any_node("The record with this id, whatever it is; null when there is none or you may not see it.", Node)
    staff_member = by_id("One of the staff.", Staff, needs=Permission.ORGANISATION_READ)
    department = by_id("One department.", Department, needs=Permission.ORGANISATION_READ)
    staff = page("The staff.", Staff, orders=STAFF_ORDERS, filter=StaffFilter, needs=Permission.ORGANISATION_READ)

    handbook_version = by_id("One version of the handbook.", HandbookVersion, needs=Permission.POLICIES_READ)
    handbook_versions = page(
        "The versions of the handbook.",
        HandbookVersion,
        orders=HANDBOOK_VERSION_ORDERS,
        filter=HandbookVersionFilter,
        needs=Permission.POLICIES_READ,
    )
    clause_kinds: list[ClauseKind] = strawberry.field(
        resolver=clause_kinds, description="Every kind of clause a handbook can have, and the form of its value."
    )

    customer = by_id("One customer.", Customer, needs=Permission.CUSTOMERS_READ)
    customers = page(
        "The companies served.",
        Customer,
        orders=CUSTOMER_ORDERS,
        filter=CustomerFilter,
        needs=Permission.CUSTOMERS_READ,
    )
