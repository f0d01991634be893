"""Relay's connections: the types in which lists that grow are given, page by page."""

from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(description="Where a page stands among all rows.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more rows follow.")
    has_previous_page: bool = strawberry.field(description="Whether rows came before.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row of this page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row; send it as `after`.")


@strawberry.type(description="A row and its place in the order.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="The row's place; send it as `after` or `before`.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(description="A page of rows.")
class Connection(Generic[T]):
    """Relay's connection, with keyset cursors: rows that come or go don't shift the pages."""

    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="How many rows the filter admits; counted only when asked for.")
