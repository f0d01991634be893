"""The settings of one installation: the only place that reads the environment."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# The data directory of an installation that names none, below the directory in which it is started.
DEFAULT_DATA = Path(".zhidu")


class Settings(BaseSettings):
    """Every `ZHIDU_…` variable; `zhidu up` sets those of the servers that it starts itself."""

    model_config = SettingsConfigDict(env_prefix="ZHIDU_", extra="ignore")

    database_url: Annotated[str, Field(description="PostgreSQL as the role `zhidu_app`: API, worker, scheduler")] = ""
    migration_url: Annotated[str, Field(description="PostgreSQL as a role that may become `zhidu_owner`: migrate")] = ""
    broker_url: Annotated[str, Field(description="Redis or Valkey; it only wakes, PostgreSQL remembers")] = ""
    smtp_url: Annotated[str, Field(description="smtp://user:password@host:port, or smtps://…; empty sends nothing")] = (
        ""
    )
    sink_smtp_url: Annotated[str, Field(description="Where the mail of rehearsal tenants goes, never elsewhere")] = ""
    mail_from: str = "Zhidu <no-reply@localhost>"
    mail_domain: Annotated[
        str, Field(description="Mail to NAME@COMPANY.<this> comes in; its MX, or that of *.<this>, leads to us")
    ] = "mail.localhost"
    mail_listen_host: Annotated[str, Field(description="The address the mail listener listens on")] = "127.0.0.1"
    mail_megabytes: Annotated[int, Field(ge=1, le=200, description="The largest mail that is taken, in MiB")] = 25
    inbound_smtp_url: Annotated[str, Field(description="Where the mail listener of `zhidu up` is reached")] = ""
    public_url: Annotated[str, Field(description="How clients reach this installation; issuer of its tokens")] = (
        "http://127.0.0.1:8000"
    )
    listen_host: Annotated[str, Field(description="The address the API listens on; 0.0.0.0 in a container")] = (
        "127.0.0.1"
    )
    secret_key: Annotated[
        SecretStr, Field(description="32 bytes as hex: wraps signing keys, tenants' archive keys and webhook secrets")
    ] = SecretStr("")
    operator_token: Annotated[
        SecretStr, Field(description="Bearer of the platform's own mutations (creating tenants); empty closes them")
    ] = SecretStr("")
    data: Annotated[
        Path, Field(description="Embedded servers, the mail sink; archives and files when no store is named")
    ] = DEFAULT_DATA
    archive_url: Annotated[str, Field(description="file:///… or s3://bucket/prefix; empty is DATA/archives")] = ""
    file_url: Annotated[
        str, Field(description="file:///… or s3://bucket/prefix for uploaded files, as API and worker reach it")
    ] = ""
    file_megabytes: Annotated[int, Field(ge=1, le=8000, description="The largest file anybody may upload, in MiB")] = (
        100
    )
    company_file_gigabytes: Annotated[int, Field(ge=1, description="How much all files of a company take, in GiB")] = 10
    pool_size: Annotated[int, Field(ge=1, description="Database connections of one process")] = 4
    statement_seconds: Annotated[int, Field(ge=0, description="The longest statement of the API; 0: no end")] = 30
    worker_threads: Annotated[int, Field(ge=1)] = 4
    log_level: str = "INFO"
    metrics: Annotated[
        Path | None,
        Field(
            validation_alias="PROMETHEUS_MULTIPROC_DIR",
            description="Where the processes of one machine keep their counters, so that /metrics tells of all of them",
        ),
    ] = None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, read once a process."""
    return Settings()


def provide(values: Mapping[str, str], *, override: Mapping[str, str] | None = None) -> dict[str, str]:
    """Set these variables for this process and all it starts, and return what holds.

    What is set already wins over `values` and gives way to `override`. Comes before the first `settings()`.
    """
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value
    os.environ.update(override or {})
    return {name: os.environ[name] for name in {**values, **(override or {})}}


def child_environment() -> dict[str, str]:
    """The environment for a process of this installation; its output appears line by line."""
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def terminal_locale() -> str:
    """The POSIX locale in which whoever sits at the terminal reads, such as `zh_CN.UTF-8`; empty when none is set."""
    return next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")


def terminal_directory() -> Path:
    """The directory in which whoever sits at the terminal is, also for a process that was started in another one."""
    named = Path(os.environ.get("PWD", ""))
    return named if named.is_absolute() and named.is_dir() else Path.cwd()
