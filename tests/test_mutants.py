"""The list of mutants fits the package and its tests; to try them takes long (`tests/mutation/run.py`)."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "hopcore"

_spec = importlib.util.spec_from_file_location("mutation_run", TESTS / "mutation" / "run.py")
run = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = run  # where its dataclass looks for it
_spec.loader.exec_module(run)

MUTANTS = run.listed()
NOT_SCIENCE = {
    "__init__", "__main__", "_checks", "_files", "claims", "cli", "mnist", "paper", "prose", "provenance",
}  # fmt: skip
WITHOUT = {"training/graph.py", "training/files.py"}
"""A CUDA graph, which needs a GPU, and files, which hold no science."""


def science() -> set[str]:
    """The science modules, without those that only gather names."""
    modules = {path for path in PACKAGE.glob("*.py") if path.stem not in NOT_SCIENCE}
    for folder in ("training", "splits", "reduced"):
        modules |= {path for path in (PACKAGE / folder).glob("*.py") if path.stem != "__init__"}
    return {path.relative_to(PACKAGE).as_posix() for path in modules} - WITHOUT


def test_every_science_module_has_a_mutant() -> None:
    assert {mutant.file for mutant in MUTANTS} == science()
    assert len(MUTANTS) >= 70


def test_every_mutant_can_be_put_in_and_changes_the_program() -> None:
    for mutant in MUTANTS:
        text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
        changed = ast.dump(ast.parse(mutant.put_in(text)))
        assert changed != ast.dump(ast.parse(text)), mutant


def test_no_mutant_is_listed_twice() -> None:
    assert len({(mutant.file, mutant.find, mutant.replace) for mutant in MUTANTS}) == len(MUTANTS)


def test_the_tests_that_are_named_exist() -> None:
    there = {
        f"tests/{path.name}::{node.name}"
        for path in TESTS.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    named = {node for mutant in MUTANTS for node in mutant.nodes}
    assert named - there == set()


def test_few_may_survive() -> None:
    assert sum(bool(mutant.survives) for mutant in MUTANTS) <= (1 - run.WANTED) * len(MUTANTS)


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [("two", "three", "0 times"), ("one", "two", "2 times"), ("+ 1", "+ 1", "nothing else")],
)
def test_a_mutant_that_does_not_fit_is_refused(find: str, replace: str, message: str) -> None:
    with pytest.raises(run.Refused, match=message):
        run.Mutant("file.py", "", find, replace, ()).put_in("one = 0\nhere = one + 1\n")
