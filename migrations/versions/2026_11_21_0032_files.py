"""Files: contents that are stored once, names for them, and the records they are attached to"""

import sqlalchemy as sa
from alembic import op

from migrations.security import guard

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_blobs")),
        sa.UniqueConstraint("tenant_id", "object_name", name=op.f("uq_blobs_tenant_id_object_name")),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_blobs_tenant_id_sha256")),
    )
    op.create_table(
        "files",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blob_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unattached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploader_id", sa.Uuid(), nullable=True),
        sa.Column("uploading_client_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "blob_id"], ["blobs.tenant_id", "blobs.id"], name=op.f("fk_files_tenant_id_blob_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "uploader_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_files_tenant_id_uploader_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "uploading_client_id"],
            ["oauth_clients.tenant_id", "oauth_clients.id"],
            name=op.f("fk_files_tenant_id_uploading_client_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_blob", "files", ["tenant_id", "blob_id"], unique=False)
    op.create_index("ix_files_unattached", "files", ["tenant_id", "unattached_at"], unique=False)
    op.create_index("ix_files_uploader", "files", ["tenant_id", "uploader_id"], unique=False)
    op.create_index("ix_files_uploading_client", "files", ["tenant_id", "uploading_client_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column(
            "tenant_id", sa.Uuid(), server_default=sa.text("(current_setting('app.tenant')::uuid)"), nullable=False
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attached_by_id", sa.Uuid(), nullable=True),
        sa.Column("attaching_client_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "attached_by_id"],
            ["members.tenant_id", "members.id"],
            name=op.f("fk_attachments_tenant_id_attached_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "attaching_client_id"],
            ["oauth_clients.tenant_id", "oauth_clients.id"],
            name=op.f("fk_attachments_tenant_id_attaching_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["files.tenant_id", "files.id"], name=op.f("fk_attachments_tenant_id_file_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attachments")),
        sa.UniqueConstraint(
            "tenant_id",
            "subject_kind",
            "subject_id",
            "file_id",
            name=op.f("uq_attachments_tenant_id_subject_kind_subject_id_file_id"),
        ),
    )
    op.create_index("ix_attachments_attached_by", "attachments", ["tenant_id", "attached_by_id"], unique=False)
    op.create_index(
        "ix_attachments_attaching_client", "attachments", ["tenant_id", "attaching_client_id"], unique=False
    )
    op.create_index("ix_attachments_file", "attachments", ["tenant_id", "file_id"], unique=False)
    guard("blobs")
    guard("files")
    guard("attachments")
