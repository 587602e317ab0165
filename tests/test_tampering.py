"""What `make test` makes of a number, a constant or a reference that somebody has changed.

In a folder with the project's Makefile, a copy of hopcore and a book of one chapter, `make test` is run as by
a reader. Its first parts, lint and unit tests, which know nothing of this book, always pass here; the part
that compares chapters with their references is the real one, down to nbval.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_book import REPOSITORY, chapter, make_book

CHAPTER = chapter(
    "Alpha",
    "import hopcore\n\nn = 20\ntemperature = hopcore.mixture_temperature(n, aa=753, ab=494)",
    'print(f"T = {temperature:.3f} at n = {n}")',
)
REFERENCE = "tests/references/alpha.ipynb"
RIGHT, WRONG = "T = 763.983 at n = 20", "T = 763.984 at n = 20"
DIFFER = "outputs differ from the references"

PASSES = "#!/bin/sh\necho passed: $(basename $0) $@\n"
HOPCORE = f'#!/bin/sh\nexec "{sys.executable}" -P -m hopcore "$@"\n'


def make(root: Path, target: str) -> tuple[int, str]:
    """The status of `make` in this folder, and what it and its commands printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["make", target, "JOBS=1"], cwd=root, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it should be: with a reference, with which the chapter agrees."""
    root = tmp_path_factory.mktemp("sound") / "clone"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "hopcore", root / "hopcore", ignore=ignored)
    make_book(root, {"alpha": CHAPTER})
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    makes_environment = re.search(r"^\$\(READY\): *(.+)$", makefile, flags=re.MULTILINE)
    assert makes_environment is not None
    for name in ("Makefile", *makes_environment.group(1).split()):
        shutil.copy(REPOSITORY / name, root)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in {
        "hopcore": HOPCORE,
        **dict.fromkeys(("python", "ruff", "lint-imports", "mypy"), PASSES),
    }.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (root / ".venv" / ".hopcore-ready").touch()  # the environment needs no making
    status, printed = make(root, "reference")
    assert status == 0, printed
    assert RIGHT in (root / REFERENCE).read_text()
    status, printed = make(root, "check")
    assert status == 0, printed
    assert "alpha: finished before" in printed and "passed" in printed
    return root


@pytest.mark.parametrize(
    ("file", "old", "new", "executed", "told"),
    [
        ("book/alpha.md", "ab=494", "ab=495", True, ["alpha is stale: code cell"]),
        ("hopcore/reduced/mixtures.py", "np.log(2)", "np.log(2.1)", True, [RIGHT, "T = 761.412", DIFFER]),
        (REFERENCE, RIGHT, WRONG, False, [RIGHT, WRONG, DIFFER]),
        (REFERENCE, ":.3f}", ":.2f}", False, ["alpha is stale: code cell"]),
    ],
    ids=["number of the chapter", "constant", "number of the reference", "code of the reference"],
)
def test_make_test_ends_at_what_was_changed(
    sound: Path, tmp_path: Path, file: str, old: str, new: str, executed: bool, told: list[str]
) -> None:
    root = tmp_path / "clone"
    shutil.copytree(sound, root)
    text = (root / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    status, printed = make(root, "test")
    assert status != 0
    assert "passed: ruff" in printed and "passed: python -m pytest" in printed  # lint and unit came before
    assert ("alpha: executing" in printed) == executed
    assert [text for text in told if text not in printed] == []
    assert "building the HTML" not in printed  # nothing is made of a book that is not right
