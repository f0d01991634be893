"""A folder of somebody else's is left as it is, and one's own or an empty one is taken."""

from pathlib import Path

import pytest

from zhidu import installation
from zhidu.failures import Failure
from zhidu.up import up


def test_a_folder_with_other_files_is_refused_in_a_line_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("Chapter 1")
    with pytest.raises(Failure, match="files that are not Zhidu's"):
        up(0, tmp_path, demo=False)
    assert [left.name for left in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    "names", [[], ["lost+found"], ["lock"], ["postgres", "lock", "log"], ["secrets.json", "notes"]]
)
def test_an_empty_folder_and_one_s_own_are_taken(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert not installation.is_foreign(tmp_path)
    assert not installation.is_foreign(tmp_path / "new")
