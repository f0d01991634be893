"""Everything that can be changed, module by module."""

import strawberry

from api.results import mutation
from api.schema.organisation import mutations as organisation
from api.schema.organisation.types import Department, Post, Staff


@strawberry.type(description="Everything that can be changed. Each field is one transaction: all of it, or a reason.")
class Mutation:
    """The root of changing."""

    create_department = mutation(organisation.create_department, department=Department)
    appoint_head = mutation(organisation.appoint_head, department=Department)
    create_post = mutation(organisation.create_post, post=Post)
    engage = mutation(organisation.engage, staff=Staff)
    move_staff = mutation(organisation.move_staff, staff=Staff)
