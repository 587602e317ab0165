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
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from tiny_book import REPOSITORY, chapter, make_book

CHAPTER = chapter(
    "Alpha",
    "import hopcore\n\nn = 20\ntemperature = hopcore.mixture_temperature(n, aa=753, ab=494)",
    'print(f"T = {temperature:.3f} at n = {n}")',
)
RIGHT = "T = 763.983 at n = 20"

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


def source(root: Path) -> Path:
    return root / "book" / "alpha.md"


def reference(root: Path) -> Path:
    return root / "tests" / "references" / "alpha.ipynb"


def exchange(path: Path, old: str, new: str) -> None:
    """Put new text in the place of old text, which is there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


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
    assert RIGHT in reference(root).read_text()
    status, printed = make(root, "check")
    assert status == 0, printed
    assert "alpha: finished before" in printed and "passed" in printed
    return root


def a_number_in_the_chapter(root: Path) -> None:
    exchange(source(root), "ab=494", "ab=495")


def a_constant_of_the_library(root: Path) -> None:
    exchange(root / "hopcore" / "reduced" / "mixtures.py", "-np.log(2) / (2 * n)", "-np.log(2.1) / (2 * n)")


def a_number_in_the_reference(root: Path) -> None:
    exchange(reference(root), RIGHT, RIGHT.replace("763.983", "763.984"))


def the_code_of_the_reference(root: Path) -> None:
    kept = nbformat.read(reference(root), as_version=4)
    kept.cells[-1].source = kept.cells[-1].source.replace(".3f", ".2f")
    nbformat.write(kept, reference(root))


@pytest.mark.parametrize(
    ("tamper", "executed", "told"),
    [
        (a_number_in_the_chapter, True, ["alpha is stale: code cell"]),
        (a_constant_of_the_library, True, [RIGHT, "T = 761.412", "outputs differ from the references"]),
        (a_number_in_the_reference, False, [RIGHT, "T = 763.984", "outputs differ from the references"]),
        (the_code_of_the_reference, False, ["alpha is stale: code cell"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_make_test_ends_at_what_was_changed(
    sound: Path, tmp_path: Path, tamper: Callable[[Path], None], executed: bool, told: list[str]
) -> None:
    root = tmp_path / "clone"
    shutil.copytree(sound, root)
    tamper(root)
    status, printed = make(root, "test")
    assert status != 0
    assert "passed: ruff" in printed and "passed: python -m pytest" in printed  # lint and unit came before
    assert ("alpha: executing" in printed) == executed
    assert [text for text in told if text not in printed] == []
    assert "building the HTML" not in printed  # nothing is made of a book that is not right
