"""The tables of files and of where they are attached."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenancy.models import TenantModel, references


class File(TenantModel, kw_only=True, eq=False):
    """Something that somebody uploaded: a name and a kind for a content, which other files may have too (KD-5)."""

    __tablename__ = "files"
    __table_args__ = (
        references("blob_id", "blobs"),
        references("uploader_id", "members"),
        references("uploading_client_id", "oauth_clients"),
        references("uploading_contact_id", "contacts"),
        Index("ix_files_blob", "tenant_id", "blob_id"),
        Index("ix_files_uploader", "tenant_id", "uploader_id"),
        Index("ix_files_uploading_client", "tenant_id", "uploading_client_id"),
        Index("ix_files_uploading_contact", "tenant_id", "uploading_contact_id"),
        Index("ix_files_unattached", "tenant_id", "unattached_at"),
    )

    blob_id: Mapped[UUID]
    # As it is shown and offered for saving; in the store it has another.
    name: Mapped[str]
    media_type: Mapped[str]
    uploaded_at: Mapped[datetime]
    # Since when it has been attached to nothing; none while it is.
    unattached_at: Mapped[datetime | None]
    # One of the three; none of them for what came in by itself.
    uploader_id: Mapped[UUID | None] = mapped_column(default=None)
    uploading_client_id: Mapped[UUID | None] = mapped_column(default=None)
    uploading_contact_id: Mapped[UUID | None] = mapped_column(default=None)


class Attachment(TenantModel, kw_only=True, eq=False):
    """A file at a record."""

    __tablename__ = "attachments"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject_kind", "subject_id", "file_id"),
        references("file_id", "files"),
        references("attached_by_id", "members"),
        references("attaching_client_id", "oauth_clients"),
        Index("ix_attachments_file", "tenant_id", "file_id"),
        Index("ix_attachments_attached_by", "tenant_id", "attached_by_id"),
        Index("ix_attachments_attaching_client", "tenant_id", "attaching_client_id"),
    )

    file_id: Mapped[UUID]
    # A word of `SubjectKind`, not checked by the table: kinds are added without a migration here.
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    note: Mapped[str]
    attached_by_id: Mapped[UUID | None] = mapped_column(default=None)
    attaching_client_id: Mapped[UUID | None] = mapped_column(default=None)
