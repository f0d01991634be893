"""The schema: every module's queries and mutations, written out."""

import dataclasses
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY

from api.reading.plain import attach
from api.schema import scalars
from api.schema.mutations import Mutation
from api.schema.queries import Query
from api.schema.subscriptions import Subscription


def build() -> strawberry.Schema:
    """The schema with our own scalars: ids are UUIDs, instants are written as PostgreSQL writes them."""
    scalars.make_ids_uuids()
    ids = DEFAULT_SCALAR_REGISTRY[strawberry.ID]
    instants = dataclasses.replace(DEFAULT_SCALAR_REGISTRY[datetime], serialize=scalars.instant)
    schema = strawberry.Schema(
        Query, Mutation, Subscription, config=StrawberryConfig(scalar_map={UUID: ids, datetime: instants})
    )
    attach(schema._schema)
    return schema


SCHEMA = build()


def sdl() -> str:
    """The schema as text: what partners generate their clients from."""
    return SCHEMA.as_str() + "\n"
