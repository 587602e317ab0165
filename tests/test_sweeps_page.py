"""The examples of the page on sweeps run when pasted into a file."""

import subprocess
import sys

import pytest
from test_exercises import examples

EXAMPLES = examples("sweeps")


@pytest.mark.parametrize("example", EXAMPLES, ids=["serial", "processes", "dask"])
def test_example_runs(tmp_path, example):
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "'pixel': 784" in done.stdout
