"""The library flows one way: data, model, training, analysis, then pictures and widgets, then the book."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hopcore.edition.chapters import Book

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "hopcore"

LAYERS = (
    {"_checks", "_files", "dispatch", "paper", "prose"},
    {"mnist", "store", "claims"},
    {"data"},
    {"decomposition", "embedding", "model", "reduced", "training"},
    {"grids", "partings", "prototypes", "provenance"},
    {"stacks"},
    {"pairs", "splits", "sweeps"},
    {"arrest", "categories", "starts", "transition"},
    {"stem"},
    {"plotting"},
    {"widgets"},
    {"bench", "edition"},
    {"cli"},
    {"__main__"},
)
"""The modules of hopcore from the first to the last; each imports from those before it, or from itself."""

FOREIGN = {"matplotlib": "plotting", "ipywidgets": "widgets"}
"""Packages that only the layer of this module, and those after it, may import."""


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def imported(source: str, package: str) -> Iterator[str]:
    """The full names of what a module's source imports, anywhere in it; relative ones in their package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def modules() -> list[tuple[str, str, str]]:
    """Of each source of hopcore: its first name below hopcore, its package, and its text."""
    found = []
    for path in sorted(LIBRARY.rglob("*.py")):
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        package = ".".join(["hopcore", *parts[:-1]])
        if parts != ("__init__",):  # it imports what is asked of it, when that is asked
            found.append((parts[0], package, path.read_text(encoding="utf-8")))
    return found


def upwards(name: str, package: str, source: str) -> list[str]:
    """What a module imports that it must not."""
    own, wrong = layer(name), []
    for full in imported(source, package):
        first, _, rest = full.partition(".")
        of = rest.split(".")[0]
        if first == "hopcore" and any(of in names for names in LAYERS):
            wrong += [full] if of != name and layer(of) >= own else []
        elif first in FOREIGN and own < layer(FOREIGN[first]):
            wrong.append(full)
    return wrong


def test_every_module_has_its_layer() -> None:
    assert {name for name, _, _ in modules()} == set().union(*LAYERS)
    assert sum(map(len, LAYERS)) == len(set().union(*LAYERS))
    assert LAYERS[layer("plotting")] == {"plotting"}


def test_every_module_imports_from_the_layers_before_it() -> None:
    assert {name: wrong for name, *rest in modules() if (wrong := upwards(name, *rest))} == {}


@pytest.mark.parametrize(
    ("name", "package", "source"),
    [
        ("training", "hopcore.training", "def f():\n    from hopcore.splits import splits"),
        ("training", "hopcore.training", "from hopcore import stacks"),
        ("training", "hopcore.training", "from ..splits import recognition"),
        ("training", "hopcore.training", "from .. import sweeps"),
        ("splits", "hopcore.splits", "import matplotlib.pyplot as plt"),
        ("plotting", "hopcore.plotting", "from ipywidgets import HTML"),
        ("plotting", "hopcore.plotting", "import hopcore.widgets.canvas"),
        ("widgets", "hopcore.widgets", "from hopcore.edition.run.execute import Run"),
    ],
)
def test_what_goes_the_other_way_is_seen(name: str, package: str, source: str) -> None:
    assert len(upwards(name, package, source)) == 1


def test_chapters_use_no_part_of_what_builds_the_book() -> None:
    every = set()
    for chapter in Book.open(ROOT).chapters:
        code = "\n".join(cell.source for cell in chapter.notebook().cells if cell.cell_type == "code")
        used = {full.split(".")[1] for full in imported(code, "") if full.startswith("hopcore.")}
        assert used.isdisjoint({"edition", "bench", "cli"}), chapter.name
        every |= used
    assert {"paper", "plotting", "reduced"} <= every
