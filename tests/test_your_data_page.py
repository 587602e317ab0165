"""The examples of the page on one's own data run when pasted into a file."""

import subprocess
import sys

import pytest
from test_exercises import examples


@pytest.mark.parametrize(
    ("example", "told"),
    list(zip(examples("your_data"), ["80 images of 765 pixels", "{'n': "], strict=True)),
    ids=["anndata", "estimator"],
)
def test_example_runs(tmp_path, example, told):
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
