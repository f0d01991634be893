"""`zhidu migrate`: the database of this installation, brought to this version."""

from urllib.parse import unquote, urlsplit

from migrations.run import upgrade
from tenancy.config import settings
from zhidu.failures import Failure


def migrate() -> None:
    """Create roles and tables; the application's role gets the password that ZHIDU_DATABASE_URL names."""
    if not settings().migration_url:
        raise Failure("ZHIDU_MIGRATION_URL is not set: it names a role that may create roles and tables.")
    password = urlsplit(settings().database_url).password
    try:
        upgrade(settings().migration_url, unquote(password) if password else None)
    except OSError as error:
        raise Failure(f"The database does not answer: {error}") from None
