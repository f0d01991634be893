"""The table of what can be found."""

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.search.rules import SearchKind
from tenancy.models import TenantModel


class SearchEntry(TenantModel, kw_only=True, eq=False):
    """By what a record is found; it has the record's id. Triggers write it, and no archive holds it."""

    __tablename__ = "search_entries"
    __table_args__ = (Index("ix_search_entries_keys", "keys", postgresql_using="gin"),)

    kind: Mapped[SearchKind]
    # The terms of its number, name or title, whole words among them; and of all of its text. Each is a number that
    # comes of the company and the term, so that those of two companies lie apart in one index.
    head: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    keys: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
