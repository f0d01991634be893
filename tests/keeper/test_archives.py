"""`zhidu backup` and `zhidu restore`, as an operator types them."""

import gzip
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pyrage  # type: ignore[import-untyped]  # the wheel carries no type information
import pytest

from tenancy.actor import Actor
from tenancy.config import settings
from tests import forking
from tests.lived_in import digests, live_in

# Python loads a module of this name at its start: a disk without room for files of archives.
FULL = """
import builtins, errno, os
opened = builtins.open
class Full:
    def __init__(self, file): self._file = file
    def __getattr__(self, name): return getattr(self._file, name)
    def write(self, _): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
def open_(name, *given, **named):
    found = opened(name, *given, **named)
    return Full(found) if str(name).endswith(".unfinished") else found
builtins.open = open_
"""

Zhidu = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def zhidu(app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Zhidu:
    """Run a command of the terminal on the tests' database."""
    for name, value in {
        "ZHIDU_DATABASE_URL": app_url,
        "ZHIDU_BROKER_URL": "redis://unused",
        "ZHIDU_SECRET_KEY": "5a" * 32,
        "ZHIDU_DATA": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()

    def run(*arguments: object, into: str | None = None, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        if into is None and path is None:
            return forking.zhidu(*map(str, arguments))
        argv = [sys.executable, "-m", "zhidu", *map(str, arguments)]
        # `true` reads nothing and has left before the command has begun to print.
        piped = f"set -o pipefail; {{ sleep 0.1; {shlex.join(argv)}; }} | {into}"
        return subprocess.run(
            argv if into is None else ["bash", "-c", piped],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | ({"PYTHONPATH": str(path)} if path else {}),
            check=False,
        )

    return run


@pytest.fixture
async def slug(acme: Actor, owner_url: str) -> str:
    """The short name of a company that has lived a little."""
    return await slug_of(acme.tenant_id, owner_url)


async def slug_of(tenant_id: UUID, owner_url: str) -> str:
    connection = await asyncpg.connect(owner_url)
    try:
        return str(await connection.fetchval("SELECT slug FROM tenants WHERE id = $1", tenant_id))
    finally:
        await connection.close()


async def tenant_of(slug: str, owner_url: str) -> UUID:
    connection = await asyncpg.connect(owner_url)
    try:
        found = await connection.fetchval("SELECT id FROM tenants WHERE slug = $1", slug)
        return UUID(str(found))
    finally:
        await connection.close()


async def test_a_company_is_backed_up_and_comes_back_under_another_name(
    acme: Actor, slug: str, owner_url: str, zhidu: Zhidu, tmp_path: Path
) -> None:
    await live_in(acme)
    made = zhidu("backup", slug)
    assert made.returncode == 0, made.stderr
    assert f"archive 1 of {slug}" in made.stdout
    [archive] = (tmp_path / "archives" / str(acme.tenant_id) / "archives").iterdir()
    assert str(archive) in made.stdout
    again = f"again-{uuid4().hex[:8]}"
    restored = zhidu("restore", archive, "--as", again)
    assert restored.returncode == 0, restored.stderr
    assert "every digest as it should be" in restored.stdout
    assert "1 people sign in" in restored.stdout
    assert "shown this once" not in restored.stdout
    before, after = await digests(acme.tenant_id), await digests(await tenant_of(again, owner_url))
    assert {name for name in before if before[name][0] > after[name][0]} <= {"agenda", "journal_entries", "decisions"}
    refused = zhidu("restore", archive, "--as", again)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is taken" in refused.stderr


async def test_an_archive_opens_elsewhere_with_its_printed_key(
    acme: Actor, slug: str, zhidu: Zhidu, tmp_path: Path, owner_url: str
) -> None:
    await live_in(acme)
    zhidu("backup", slug)
    [archive] = (tmp_path / "archives" / str(acme.tenant_id) / "archives").iterdir()
    key = tmp_path / "key"
    key.write_text(f"# kept in the safe\n{zhidu('backup', slug, '--print-key').stdout}")
    # As if on another installation: there the company and its key do not exist.
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("DELETE FROM accounts WHERE tenant_id = $1", acme.tenant_id)
        await connection.execute("DELETE FROM archives WHERE tenant_id = $1", acme.tenant_id)
        await connection.execute("DELETE FROM archive_keys WHERE tenant_id = $1", acme.tenant_id)
    finally:
        await connection.close()
    unknown = zhidu("restore", archive, "--as", f"again-{uuid4().hex[:8]}")
    assert unknown.returncode == 1
    assert "--key FILE" in unknown.stderr
    restored = zhidu("restore", archive, "--as", f"again-{uuid4().hex[:8]}", "--key", key)
    assert restored.returncode == 0, restored.stderr
    assert "0 people sign in" in restored.stdout
    assert "shown this once: " in restored.stdout


async def test_a_token_is_printed_where_nobody_who_manages_access_can_sign_in(
    acme: Actor, slug: str, zhidu: Zhidu, tmp_path: Path, owner_url: str
) -> None:
    await live_in(acme)
    zhidu("backup", slug)
    [archive] = (tmp_path / "archives" / str(acme.tenant_id) / "archives").iterdir()
    # Somebody can sign in, but may manage nothing.
    connection = await asyncpg.connect(owner_url)
    try:
        [account] = await connection.fetch("SELECT member_id FROM accounts WHERE tenant_id = $1", acme.tenant_id)
        moved = (
            "UPDATE accounts SET member_id = $2, email = (SELECT email FROM members WHERE id = $2) WHERE member_id = $1"
        )
        other = await connection.fetchval(
            "SELECT id FROM members WHERE tenant_id = $1 AND id <> $2 AND active AND id NOT IN (SELECT member_id FROM"
            " member_roles m JOIN roles r ON r.id = m.role_id WHERE 'access.manage' = ANY (r.permissions)) LIMIT 1",
            acme.tenant_id,
            account["member_id"],
        )
        await connection.execute(moved, account["member_id"], other)
    finally:
        await connection.close()
    # Nobody reads: the token is not lost.
    again = f"again-{uuid4().hex[:8]}"
    restored = zhidu("restore", archive, "--as", again, into="true")
    assert restored.returncode == 141
    assert restored.stderr.startswith("token of ")
    assert "Traceback" not in restored.stderr
    restored = zhidu("restore", archive, "--as", f"{again}-2", into="head -1")
    assert "shown this once: zhp_" in restored.stdout
    assert "Traceback" not in restored.stderr
    more = zhidu("tenant", "token", again)
    assert "shown this once: zhp_" in more.stdout
    refused = zhidu("tenant", "token", again, "--email", "nobody@example.com")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1


def test_a_reader_who_leaves_is_no_fault(zhidu: Zhidu) -> None:
    for arguments in (("schema",), ("tenant", "list")):
        told = zhidu(*arguments, into="true")
        assert (told.returncode, told.stderr) == (141, ""), arguments


SAID = (
    "There is no company",
    "no key yet",
    "There is no file",
    "The file is empty",
    "The file is no archive",
    "damaged or cut short",
    "not this installation's",
    "another key than the one in",
    "holds no key",
    "must hold one key",
)


@pytest.mark.usefixtures("zhidu")
def test_what_cannot_be_is_refused_in_one_line(slug: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.age"
    broken.write_bytes(b"nothing of the kind")
    bad_key = tmp_path / "key"
    bad_key.write_text("AGE-SECRET-KEY-1NOT")
    cases = {
        ("backup", "nobody"): "There is no company",
        ("backup", slug, "--print-key"): "no key yet",
        ("restore", f"{tmp_path}/absent.age", "--as", "again"): "There is no file",
        ("restore", str(broken), "--as", "again"): "The file is no archive",
        ("restore", str(broken), "--as", "again", "--key", str(bad_key)): "holds no key",
        ("restore", str(broken), "--as", "again", "--key", str(broken)): "must hold one key",
    }
    assert refusals(list(cases)) == list(cases.values())


async def test_a_file_that_cannot_be_restored_says_what_is_wrong_with_it(
    acme: Actor, slug: str, zhidu: Zhidu, tmp_path: Path, owner_url: str
) -> None:
    await live_in(acme)
    assert zhidu("backup", slug).returncode == 0
    [good] = (tmp_path / "archives" / str(acme.tenant_id) / "archives").iterdir()
    whole = good.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    last = bytearray(whole)
    last[-1] ^= 1
    elsewhere = pyrage.x25519.Identity.generate()
    own_key = tmp_path / "key"
    own_key.write_text(str(elsewhere))
    files = {
        "empty": (b"", "The file is empty"),
        "text": (b"a shopping list\n" * 100, "The file is no archive"),
        "zipped": (gzip.compress(b"of another program"), "The file is no archive"),
        "cut-in-its-head": (whole[:60], "damaged or cut short"),
        "cut": (whole[: len(whole) // 2], "damaged or cut short"),
        "without-its-last-byte": (whole[:-1], "damaged or cut short"),
        "changed": (bytes(middle), "damaged or cut short"),
        "changed-at-the-end": (bytes(last), "damaged or cut short"),
        "of-another-zhidu": (pyrage.encrypt(b"rows", [elsewhere.to_public()]), "not this installation's"),
    }
    asked: list[tuple[str, ...]] = []
    expected: list[str] = []
    for name, (content, said) in files.items():
        (tmp_path / name).write_bytes(content)
        asked.append(("restore", str(tmp_path / name), "--as", "half-done"))
        expected.append(said)
    asked.append(("restore", str(good), "--as", "half-done", "--key", str(own_key)))
    expected.append("another key than the one in")
    # Opened by its key, and then no archive inside.
    asked.append(("restore", str(tmp_path / "of-another-zhidu"), "--as", "half-done", "--key", str(own_key)))
    expected.append("damaged or cut short")
    assert refusals(asked) == expected
    connection = await asyncpg.connect(owner_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM tenants WHERE slug = 'half-done'") == 0
    finally:
        await connection.close()


def refusals(commands: Sequence[tuple[str, ...]]) -> list[str]:
    """Which of the sentences known here each of several refused commands says, in one line; else the whole line."""
    lines = []
    for arguments in commands:
        done = forking.zhidu(*arguments)
        assert (done.returncode, done.stdout) == (1, ""), done
        [line] = done.stderr.splitlines()
        lines.append(line)
    return [next((said for said in SAID if said in line), line) for line in lines]


@pytest.mark.parametrize("process", ["api", "worker", "scheduler"])
def test_a_role_that_row_level_security_does_not_bind_is_refused_in_one_line(
    zhidu: Zhidu, owner_url: str, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    monkeypatch.setenv("ZHIDU_DATABASE_URL", owner_url)
    monkeypatch.setenv("ZHIDU_BROKER_URL", "redis://127.0.0.1:1")
    refused = zhidu(process)
    assert refused.returncode == 1
    # A worker may have told meanwhile that the broker is away.
    line = refused.stderr.splitlines()[-1]
    assert line.startswith("zhidu: The database's role can act as ")
    assert "Traceback" not in refused.stdout + refused.stderr, refused.stderr


async def test_a_backup_that_finds_no_room_says_so_in_one_line(
    acme: Actor, slug: str, zhidu: Zhidu, tmp_path: Path
) -> None:
    await live_in(acme)
    full = tmp_path / "sitecustomize.py"
    full.write_text(FULL)
    refused = zhidu("backup", slug, path=tmp_path)
    assert refused.returncode == 1, refused
    assert refused.stdout == ""
    assert refused.stderr == "zhidu: There is no space left to store this. Nothing was kept; free some and try again.\n"
