"""The house's own rules: rooms stay small, names are kept, exceptions carry their reason, doors have few callers."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("api", "domain", "press", "tenancy", "workers", "migrations", "zhidu")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "base", "common"}


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "__pycache__" not in path.parts)


def product() -> list[Path]:
    return [path for path in sources() if "versions" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", product(), ids=name_of)
def test_a_room_stays_small_and_says_what_it_holds(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert len(source.splitlines()) <= LONGEST_FILE, "split the room"
    assert path.stem not in FORBIDDEN_NAMES
    if source.strip():
        assert ast.get_docstring(tree), "the module's docstring says what the room holds"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_every_exception_to_the_linters_carries_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{number}"
        for path in product()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"#\s*(type: ignore|noqa)", line)
        and not re.search(r"#\s*(type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)\s+(#|-|–)\s*\S+", line)
    ]
    assert bare == []


def test_the_rooms_contract_names_every_module() -> None:
    """A contract that matches nothing stays green, so each module must be named."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = next(contract for contract in contracts if contract["name"].startswith("Order of rooms"))
    modules = {f"domain.{path.name}" for path in (ROOT / "domain").iterdir() if (path / "__init__.py").exists()}
    assert set(rooms["containers"]) == modules - {"domain.kernel"}


def test_nothing_names_a_registry_or_this_machine() -> None:
    for path in (*ROOT.glob("requirements*.lock"), ROOT / "Makefile", ROOT / "Dockerfile", ROOT / "README.md"):
        if path.exists():
            assert "pypi.org" not in path.read_text(), path
    for path in (*ROOT.glob("requirements*.lock"), ROOT / "benchmarks/postgraphile/package-lock.json"):
        assert "://" not in path.read_text(), path


def test_the_environment_is_read_in_one_place() -> None:
    readers = [name_of(path) for path in product() if re.search(r"os\.(environ|getenv)", path.read_text())]
    # The keeper hands the environment on to the processes it starts.
    assert {name for name in readers if not name.startswith("zhidu/")} <= {"tenancy/config.py"}
