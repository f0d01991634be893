"""Layers 1 and 2: what PostgreSQL's catalogue says of every table, and what is proved of every policy."""

from pathlib import Path

import asyncpg
import pytest

from tests.isolation import declarations, proof
from tests.isolation.catalog import declared, findings, read
from tests.isolation.conftest import Ground
from tests.isolation.declarations import agree


async def test_every_table_keeps_its_companies_apart(superuser: asyncpg.Connection) -> None:
    found = findings(await read(superuser), declared())
    agree(found, declarations.CATALOG)


async def test_pgrls_finds_nothing_that_is_not_meant(ground: Ground, tmp_path: Path) -> None:
    found = proof.lint(ground.url, tmp_path)
    excused = declarations.lint_exceptions(declared())
    everywhere = {rule for rule, _ in found} & declarations.LINT_EVERYWHERE.keys()
    assert everywhere == declarations.LINT_EVERYWHERE.keys(), "a rule that says nothing any more needs no exception"
    particular = {finding for finding in found if finding[0] not in everywhere}
    agree(particular, excused)


@pytest.mark.parametrize("mode", sorted(declarations.UNPROVEN))
async def test_every_policy_is_proved(ground: Ground, mode: str) -> None:
    verdicts = proof.verify(ground.url, mode)
    assert {table for table, _ in verdicts} == declared().tenant, "a table without a policy is proved nothing of"
    unproven = [policy for policy, verdict in verdicts.items() if verdict != "isolated"]
    agree(unproven, declarations.UNPROVEN[mode])
