"""The tables of imports and of what became of their rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.imports.rules import ImportKind, ImportState, Outcome
from tenancy.models import TenantModel, references
from tenancy.tables.reading import Encoding


class Import(TenantModel, kw_only=True, eq=False):
    """A file whose rows become records, as whoever sent it could make them one by one."""

    __tablename__ = "imports"
    __table_args__ = (
        references("owner_id", "members"),
        references("source_id", "files"),
        references("report_id", "files"),
        Index("ix_imports_owner", "tenant_id", "owner_id", "id"),
        Index("ix_imports_source", "tenant_id", "source_id"),
        Index("ix_imports_report", "tenant_id", "report_id"),
        Index("ix_imports_kind", "tenant_id", "kind", "id"),
    )

    owner_id: Mapped[UUID]
    # What they might do by the token with which they asked; what they may not do any more is not theirs then.
    permissions: Mapped[list[str]]
    kind: Mapped[ImportKind]
    name: Mapped[str]
    encoding: Mapped[Encoding]
    # The file; none once it has served its time.
    source_id: Mapped[UUID | None]
    # What is in it, by which it is known when it comes again.
    sha256: Mapped[str]
    started_at: Mapped[datetime]
    state: Mapped[ImportState] = mapped_column(default=ImportState.CHECKING)
    # The headings; none until the file was read.
    columns: Mapped[list[str]] = mapped_column(default_factory=list)
    # By field the `column` it is, or the `value` it has in every row; none until it was given or guessed.
    mapping: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    total: Mapped[int | None] = mapped_column(default=None)
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    report_id: Mapped[UUID | None] = mapped_column(default=None)
    # Why it failed, or can't be run as it is mapped: a code, a marked sentence and its values.
    problem_code: Mapped[str | None] = mapped_column(default=None)
    problem: Mapped[str | None] = mapped_column(default=None)
    problem_values: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class ImportRow(TenantModel, kw_only=True, eq=False):
    """What became of a row, or would."""

    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("tenant_id", "import_id", "number"),
        references("import_id", "imports"),
        Index("ix_import_rows_outcome", "tenant_id", "import_id", "outcome", "number"),
    )

    import_id: Mapped[UUID]
    # As a spreadsheet counts them.
    number: Mapped[int]
    # Whether it was carried out; else it was only tried.
    done: Mapped[bool]
    outcome: Mapped[Outcome]
    # What it became or changed; a row that was only tried has none yet.
    record_id: Mapped[UUID | None] = mapped_column(default=None)
    # Why it is refused, and at which heading.
    code: Mapped[str | None] = mapped_column(default=None)
    heading: Mapped[str | None] = mapped_column(default=None)
    problem: Mapped[str | None] = mapped_column(default=None)
    problem_values: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
