"""The examples under "Change it" in the chapters run when pasted in order, and give what is expected."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

BOOK = Path(__file__).parents[1] / "book"


def examples(chapter: str) -> list[str]:
    text = (BOOK / f"{chapter}.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def numbers(text: str) -> np.ndarray:
    """The numbers in a text, in their order; inf and nan as well."""
    return np.array([float(each) for each in re.findall(r"-?(?:\d+\.?\d*|inf|nan)\b\.?", text)])


def arrest(fewer: str, thresholds: str, hurried: str) -> None:
    assert np.flatnonzero(numbers(fewer).reshape(11, 9 + 1)[8]).tolist() == [9]
    one, five = numbers(thresholds).reshape(2, 10)
    # How many vanish earlier is left to rounding, which learning in float32 multiplies: four with PyTorch's
    # step, five with the compiled one before it.
    assert (five <= one).all() and (five < one).sum() >= 4
    assert np.argsort(five).tolist() != np.argsort(one).tolist()
    assert (numbers(hurried) < one).sum() > 5


def feature_to_prototype(other_digits: str, more_images: str) -> None:
    assert 6 < float(other_digits) < 12
    assert float(more_images) > 3 * 8


def path_dependence(fours: str, fewer_memories: str, noise: str) -> None:
    n, *starts = table(fours)
    single = abs(starts[0] - starts[1]) < 0.05
    assert n[single].min() > 17 and 35 <= n[single].max() <= 47
    assert (np.diff(starts[0][single]) < 0).all()
    n, *starts = table(fewer_memories)
    single = abs(starts[0] - starts[1]) < 0.1
    assert n[single].min() == 11 and n[single].max() == 35
    usual, noisy = numbers(noise).reshape(2, -1)
    assert (usual[0], noisy[0]) == (0.01, 0.1) and (noisy[1:] < usual[1:]).all()


def table(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n, and the row of each start, of a printed frame."""
    rows = [numbers(line) for line in text.splitlines() if re.match(r"(n|\d) ", line)]
    return rows[0], rows[1][1:], rows[2][1:]


def real_size(fewer: str, longer: str) -> None:
    (_, few), (_, more) = numbers(fewer).reshape(2, 2)
    assert few < more
    (_, short), (_, long) = numbers(longer).reshape(2, 2)
    assert 0.3 < short < long < 0.95


def splitting(epochs: str, five: str) -> None:
    _, spread = numbers(epochs)
    assert 0.008 < spread < 0.016
    assert {*numbers(five)} == {0, 3, 5, 8}


def stem_state(held: str, morphogen: str, hysteresis: str) -> None:
    spreads = numbers(" ".join(re.findall(r"spread (\S+)", held)))
    assert len(spreads) == 3 and spreads.min() == 0 < spreads.max()
    leaders = numbers(morphogen)
    assert leaders.sum() == 100 and 40 < leaders[1] < 60 and (leaders > 0).sum() > 5
    (_, lost, found), (_, lost_fast, found_fast) = numbers(hysteresis).reshape(2, 3)
    assert lost_fast - found_fast > lost - found > 0


def three_categories(leaders: str, branches: str) -> None:
    assert len(set(re.findall(r"leader (\d)", leaders))) > 1
    assert branches.count("(3,)") > 0 and branches.count("(2, 2)") > 0


def two_memory_bifurcation(pairs: str, copies: str) -> None:
    first = [numbers(line.split("[")[1])[0] for line in pairs.splitlines()]
    assert len(first) == 5 and sum(each > 25 for each in first) >= 3
    found = [numbers(line.split("[")[1]) for line in copies.splitlines()]
    assert [len(each) for each in found] == [3, 2, 2, 2]
    assert (np.diff([each[-2:] for each in found], axis=0) > 0).all()


def two_memory_prototypes(lines: str, patience: str) -> None:
    one, four, eight = (numbers(line)[1:] for line in lines.splitlines())
    assert (eight < one).all() and (eight < four).all()
    assert numbers(patience)[1] > 0.5 > numbers(patience)[-1]


def waddington(tree: str, fewer: str, clock: str) -> None:
    appear = numbers(tree.splitlines()[-1])
    assert (np.sort(appear)[-5:][:, None] == appear[[0, 2]]).any(axis=0).all()
    assert "1 3 4 7 part" in fewer.splitlines()[0]
    coarse = [numbers(line.partition(" ")[2]) for line in clock.splitlines()]
    assert (coarse[0] == 2).all() and coarse[-1].max() > 2


EXPECTED: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        arrest, feature_to_prototype, path_dependence, real_size, splitting, stem_state, three_categories,
        two_memory_bifurcation, two_memory_prototypes, waddington,
    )
}  # fmt: skip


def test_every_chapter_with_examples_is_here() -> None:
    elsewhere = {"intro", "sweeps", "your_data"}  # test_readme, test_sweeps_page, test_your_data_page
    assert {page.stem for page in BOOK.glob("*.md") if examples(page.stem)} == {*EXPECTED, *elsewhere}


@pytest.mark.parametrize("chapter", EXPECTED)
def test_examples_run_and_give_what_is_expected(chapter: str, tmp_path: Path) -> None:
    border = "=" * 9
    script = tmp_path / "examples.py"
    script.write_text(f"\nprint('{border}')\n".join(examples(chapter)), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=900, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(f"{border}\n")
    assert len(printed) == len(examples(chapter))
    EXPECTED[chapter](*printed)
