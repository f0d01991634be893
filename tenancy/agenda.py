"""What is to be done and when: outbox and timers are rows of one table, so one claim is fair, fenced and bounded."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel


class Task(StrEnum):
    """What a worker does with an item."""

    # Follow a fact of the journal with its reactions (the outbox).
    DELIVER = "deliver"
    # A deadline is reached: record its fact (a timer).
    FIRE = "fire"
    # Let a planned effect leave: a mail, a webhook.
    SEND = "send"
    # Move a rehearsal tenant's clock to its target, firing what is due on the way.
    ADVANCE = "advance"
    # Do a long job by its name, such as writing an archive, outside any transaction.
    RUN = "run"


class Standing(StrEnum):
    """Waiting for its hour or its worker, or parked for a person to look at."""

    PENDING = "pending"
    PARKED = "parked"
    # Restored from an archive: nothing leaves until an admin releases it.
    HELD = "held"


class AgendaItem(TenantModel, kw_only=True, eq=False):
    """One thing to do. Timers are due by the tenant's clock, all else by the database's; a done item is deleted."""

    __tablename__ = "agenda"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        # One claim looks at the oldest few of every tenant and task, so no backlog hides another's work.
        Index("ix_agenda_due", "tenant_id", "task", "due_at", "id", postgresql_where=text("standing = 'pending'")),
        Index("ix_agenda_subject", "tenant_id", "subject_id"),
        Index(
            "ix_agenda_while_suspended",
            "tenant_id",
            "due_at",
            "id",
            postgresql_where=text("standing = 'pending' AND while_suspended"),
        ),
        Index("ix_agenda_parked", "tenant_id", "task", postgresql_where=text("standing = 'parked'")),
    )
    # A key is planned once; planning it again moves it, as when a deadline changes.
    upsert_on: ClassVar[str | None] = "(tenant_id, key)"
    fenced_by: ClassVar[str | None] = "fence"

    task: Mapped[Task]
    due_at: Mapped[datetime]
    # What the item is about: the record a timer watches, the journal entry, the effect.
    subject_id: Mapped[UUID]
    key: Mapped[str | None] = mapped_column(default=None)
    # The fact a timer records: its name and fields.
    name: Mapped[str | None] = mapped_column(default=None)
    payload: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    standing: Mapped[Standing] = mapped_column(default=Standing.PENDING)
    # Raised at every claim, so that an item which kills its workers is parked too.
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # A worker whose lease ran out carries an old fence, and its late writes are refused.
    fence: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(default=None)
    # Exporting goes on while a company is suspended; everything else waits until it works again.
    while_suspended: Mapped[bool] = mapped_column(default=False, server_default=false())
