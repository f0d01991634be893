"""Asking pgrls: its rules over the catalogue, and its proofs over the policies."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOW_TRUST = '["PUBLIC", "zhidu_app", "zhidu_backup"]'
CONFIG = "".join(
    f"[lint.rules.{rule}]\n{option} = {LOW_TRUST}\n"
    for rule, option in (
        ("SEC044", "grantees"),
        ("SEC045", "grantees"),
        ("SEC047", "low_trust_roles"),
        ("SEC049", "grantees"),
        ("SEC052", "grantees"),
        ("SEC053", "grantees"),
        ("SEC054", "grantees"),
    )
)


def lint(url: str, directory: Path) -> set[tuple[str, str]]:
    """Every finding as its rule and its place, such as ("SEC005", "agenda.claim_look")."""
    config = directory / "pgrls.toml"
    config.write_text(CONFIG)
    said = _run("lint", "--database-url", url, "--config", str(config))
    return {(item["rule_id"], item["location"].removeprefix("public.")) for item in said["violations"]}


def verify(url: str, mode: str) -> dict[tuple[str, str], str]:
    """The verdict on every policy, by table and policy: `isolated` is proved."""
    said = _run("verify", "--database-url", url, "--mode", mode)
    return {
        (table["table"].removeprefix("public."), policy["policy"]): policy["verdict"]
        for table in said["tables"]
        for policy in table["policies"]
    }


def _run(*arguments: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-m", "pgrls", *arguments, "--format", "json"], capture_output=True, text=True, check=False
    )
    # Its exit status tells that there are findings, which the caller judges; anything else than JSON is a failure.
    assert ran.stdout.startswith("{"), ran.stderr or ran.stdout
    return json.loads(ran.stdout)
