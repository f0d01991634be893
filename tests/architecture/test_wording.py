"""One word for one thing, wherever people read it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What is read in traditional Chinese: the catalogue, the starters, the demo's handbooks and its story.
READ = sorted(
    [
        ROOT / "tenancy/locale/zh_Hant.po",
        *(ROOT / "domain/policies/starters").glob("*.yaml"),
        *(ROOT / "zhidu/demo").rglob("*.toml"),
    ]
)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_an_approval_has_one_name_in_traditional_chinese(path: Path) -> None:
    """簽核, as offices in Taiwan call it, and never 審批."""
    assert "審批" not in path.read_text(encoding="utf8")
