"""Everything that can be changed, module by module."""

import strawberry

from api.results import mutation
from api.schema.customers import mutations as customers
from api.schema.customers.types import Contact, Customer
from api.schema.organisation import mutations as organisation
from api.schema.organisation.types import Department, Post, Staff
from api.schema.policies import mutations as policies
from api.schema.policies.types import Clause, HandbookVersion


@strawberry.type(description="Everything that can be changed. Each field is one transaction: all of it, or a reason.")
class Mutation:
    """The root of changing."""

    create_department = mutation(organisation.create_department, department=Department)
    appoint_head = mutation(organisation.appoint_head, department=Department)
    create_post = mutation(organisation.create_post, post=Post)
    engage = mutation(organisation.engage, staff=Staff)
    move_staff = mutation(organisation.move_staff, staff=Staff)

    draft_version = mutation(policies.draft_version, version=HandbookVersion)
    put_clause = mutation(policies.put_clause, clause=Clause)
    remove_clause = mutation(policies.remove_clause, version=HandbookVersion)
    submit_version = mutation(policies.submit_version, version=HandbookVersion)
    review_version = mutation(policies.review_version, version=HandbookVersion)
    return_version = mutation(policies.return_version, version=HandbookVersion)
    publish_version = mutation(policies.publish_version, version=HandbookVersion)

    create_customer = mutation(customers.create_customer, customer=Customer)
    change_customer = mutation(customers.change_customer, customer=Customer)
    add_contact = mutation(customers.add_contact, contact=Contact)
