"""Everything that can be asked, module by module."""

import strawberry

from api.reading.mapping import Node, any_node, by_id, page
from api.schema.organisation.types import STAFF_ORDERS, Department, Staff, StaffFilter
from domain.kernel.permissions import Permission


@strawberry.type(description="Everything that can be asked.")
class Query:
    """The root of reading."""

    node = any_node("The record with this id, whatever it is; null when there is none or you may not see it.", Node)
    staff_member = by_id("One of the staff.", Staff, needs=Permission.ORGANISATION_READ)
    department = by_id("One department.", Department, needs=Permission.ORGANISATION_READ)
    staff = page("The staff.", Staff, orders=STAFF_ORDERS, filter=StaffFilter, needs=Permission.ORGANISATION_READ)
