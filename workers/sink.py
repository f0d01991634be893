"""The local sink for webhooks of rehearsal tenants: one JSON file for each, in DATA/webhooks; nothing leaves."""

import tempfile
from pathlib import Path
from uuid import UUID

import orjson

from tenancy.config import settings


def directory() -> Path:
    """Where the files are."""
    return settings().data / "webhooks"


def keep_webhook(webhook_id: UUID, url: str, body: bytes) -> Path:
    """Write what would have been posted, whole or not at all; a repeated one replaces itself. Raises OSError."""
    content = {"webhook_id": str(webhook_id), "url": url, "body": orjson.loads(body)}
    target = directory() / f"{webhook_id}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as draft:
        try:
            draft.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
            draft.close()
            Path(draft.name).replace(target)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return target
