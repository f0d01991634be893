"""`zhidu backup` and `zhidu restore`: archives from the operator's terminal."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from domain.backups import commands as backups
from domain.backups import queries
from domain.backups.rules import DrillState, State
from domain.consequences import settle
from tenancy import archives, claims, logs, provisioning
from tenancy.actor import Actor
from tenancy.agenda import Task
from tenancy.archives import Restored
from tenancy.config import settings
from tenancy.database import database, open_database, reading, writing
from tenancy.language import translate
from tenancy.refusals import Invalid, NotFound, Unavailable
from tenancy.tenants import Tenant
from workers.attempts import attempt
from workers.performing import DOING
from zhidu import pasting, printing
from zhidu.failures import Failure

LOOK_AGAIN_SECONDS = 0.2
KEY_BEGINS = "AGE-SECRET-KEY-1"


def backup(slug: str, *, print_key: bool = False) -> int:
    """Make an archive of a company now and wait for it, or print the key that opens its archives."""
    return _with_database(lambda: _print_key(slug) if print_key else _back_up(slug))


def restore(archive: Path, slug: str, *, key: Path | None = None) -> int:
    """Make a new company from an archive; the key is this installation's own unless a file with another is given."""
    return _with_database(lambda: _restore(archive, slug, key))


async def _back_up(slug: str) -> None:
    actor = Actor.system((await _tenant(slug)).id)
    async with writing(actor, settle=settle, while_suspended=True) as work:
        id = (await backups.run_backup(work)).id
    said = None
    while True:
        # Whoever is free does it: this process too, in case no worker runs.
        for claim in (await claims.claim_of(actor.tenant_id, [Task.RUN])).claims:
            await attempt(claim, DOING)
        async with reading(actor) as work:
            archive = await queries.archive(work, id)
        if archive.state is not State.RUNNING and archive.drill is not DrillState.RUNNING:
            break
        if archive.problem != said:
            said = archive.problem
            print(f"not yet: {translate(said or '', 'en', archive.problem_values)}")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    if archive.state is State.FAILED:
        raise Failure(translate(archive.problem or "", "en", archive.problem_values))
    print(f"archive {archive.number} of {slug}: {archive.row_count} rows, {archive.size_bytes} bytes, checked")
    print(f"object  {settings().archive_url or settings().data / 'archives'}/{actor.tenant_id}/{archive.object_name}")
    print(f"sha256  {archive.sha256}")
    if archive.drill is DrillState.FAILED:
        raise Failure(translate(archive.drill_problem or "", "en", archive.drill_problem_values))
    if archive.drill is DrillState.PASSED:
        print(f"drill   passed: {archive.drill_rows} rows restored, compared and undone")
    show = pasting.command("backup", slug, "--print-key", data=settings().data)
    print(f"It opens with this installation only, unless you keep its key elsewhere: {show}")


async def _print_key(slug: str) -> None:
    async with reading(Actor.system((await _tenant(slug)).id)) as work:
        identities = await queries.identities(work)
    if not identities:
        raise Failure(f"{slug} has no key yet: it is made with the first archive.")
    for identity in identities:
        print(identity)


async def _restore(archive: Path, slug: str, key: Path | None) -> None:
    if not await asyncio.to_thread(archive.is_file):
        raise Failure(f"There is no file {archive}.")
    identity = _read_key(key) if key is not None else await _find_key(archive)
    try:
        if not await _opens(archive, identity):
            raise Failure(f"{archive} was made with another key than the one in {key}.")
    except ValueError as error:
        raise Failure(f"{key} holds no key: {error}.") from None
    heading = await archives.heading(archive, identity=identity)
    # Only an archive that the company itself made, here, speaks for whom its passwords belong to.
    own = identity in await _identities(heading.company.id)
    restored = await archives.restore(archive, slug, identity=identity, link_accounts=own)
    # First of all, and whoever reads no further has read it: it is shown this once.
    await _admit(restored, slug)
    company = heading.company
    print(f"{slug}  {restored.tenant_id}  from {company.slug} of {heading.created_at.isoformat(timespec='seconds')}")
    found = f"{restored.rows} rows in {len(restored.tables)} tables and {restored.files} files"
    print(f"{found}, every digest as it should be")
    print(f"{restored.held} deadlines, facts and letters are held: nothing is sent until an administrator releases it")
    print(
        f"{restored.linked} people sign in with their password; tokens, sessions and clients' secrets are left behind"
    )


async def _admit(restored: Restored, slug: str) -> None:
    """Let an administrator in, unless one of those who manage access has a password that is good here."""
    try:
        admitted = await provisioning.admit_where_nobody_can_sign_in(
            restored.tenant_id,
            token_name="restore",  # noqa: S106  # what the token is called
            settle=settle,
        )
    except NotFound as refusal:
        print(f"{slug} is there, but nobody can be let in: {refusal}")
        return
    if admitted is not None:
        printing.once(f"token of {admitted.email}, shown this once: {admitted.token}")


async def _tenant(slug: str) -> Tenant:
    for tenant in await provisioning.list_tenants():
        if tenant.slug == slug:
            return tenant
    listing = pasting.command("tenant", "list", data=settings().data)
    raise Failure(f"There is no company with the short name “{slug}”: {listing} shows them.")


def _read_key(path: Path) -> str:
    try:
        lines = path.read_text().split()
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}") from None
    found = [line for line in lines if line.startswith(KEY_BEGINS)]
    if len(found) != 1:
        raise Failure(f"{path} must hold one key, which begins with {KEY_BEGINS}; it holds {len(found)}.")
    return found[0]


async def _find_key(archive: Path) -> str:
    """The key among this installation's that opens the archive; the company in whose folder it lies is asked first."""
    # With a key that opens nothing, so that a file which no key could open is told by its own fault.
    await _opens(archive, archives.new_identity())
    tenants = [tenant.id for tenant in await provisioning.list_tenants()]
    for tenant_id in sorted(tenants, key=lambda id: str(id) not in archive.resolve().parts):
        for identity in await _identities(tenant_id):
            if await _opens(archive, identity):
                return identity
    raise Failure(
        f"{archive} was made with a key that is not this installation's: give it with --key FILE (where the archive was"
        " made: zhidu backup COMPANY --print-key). If it was made here, its beginning is damaged."
    )


async def _opens(archive: Path, identity: str) -> bool:
    try:
        await archives.heading(archive, identity=identity)
    except Invalid as refusal:
        if refusal.code != archives.OTHER_KEY:
            raise
        return False
    return True


async def _identities(tenant_id: UUID) -> list[str]:
    try:
        async with reading(Actor.system(tenant_id)) as work:
            return await queries.identities(work)
    except Unavailable:
        # The company is not here, or not any more.
        return []


def _with_database(act: Callable[[], Awaitable[None]]) -> int:
    logs.keep_silent()

    async def run() -> None:
        await open_database()
        try:
            await act()
        finally:
            await database.close()

    asyncio.run(run())
    return 0
