"""The schema: every module's queries and mutations, written out."""

import strawberry

from api.reading.plain import attach
from api.schema import scalars
from api.schema.mutations import Mutation
from api.schema.queries import Query
from api.schema.subscriptions import Subscription


def build() -> strawberry.Schema:
    """The schema with our own scalars: ids are UUIDs, instants are written as PostgreSQL writes them."""
    schema = strawberry.Schema(Query, Mutation, Subscription, config=scalars.config())
    attach(schema._schema)
    return schema


SCHEMA = build()


def sdl() -> str:
    """The schema as text: what partners generate their clients from."""
    return SCHEMA.as_str() + "\n"
