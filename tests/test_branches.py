"""The share of branches is counted by package, and too few fail."""

import json
from pathlib import Path

import branches
import pytest


@pytest.mark.parametrize(("taken", "status"), [(88, 0), (87, 1)])
def test_less_than_95_percent_of_the_branches_fail(tmp_path: Path, capsys, taken: int, status: int) -> None:
    files = {"hopcore/model.py": (7, 10), "hopcore/splits/tree.py": (taken, 90), "hopcore/data.py": (0, 0)}
    counted = {
        path: {"summary": {"covered_branches": found, "num_branches": there}}
        for path, (found, there) in files.items()
    }
    (tmp_path / "coverage.json").write_text(json.dumps({"files": counted}))
    assert branches.main(str(tmp_path / "coverage.json")) == status
    told = capsys.readouterr().out
    assert "hopcore                 7 of   10 branches,  70.0 %" in told
    assert f"all science modules    {taken + 7} of  100 branches,  {taken + 7}.0 %" in told
