"""The verdicts of claims under other circumstances."""

import copy
import json

import pytest
import tiny_book

from hopcore.edition.chapters import Book
from hopcore.edition.compare.robustness import CIRCUMSTANCES, FILE, measure
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.generated import verdicts
from hopcore.paper import CLAIMS, tables

DEPENDS = """
import os
from IPython.display import display
from hopcore.paper import claim
found = {
    "F1": True,
    "F2": seed < 2,
    "F3": dtype.endswith("32"),
    "P1": images == "embedded",
    "F4": os.environ["OMP_NUM_THREADS"] == "1",
}
for name, held in found.items():
    display(claim(name, parts={"measured": held}, numbers={}, measured="measured"))
import xarray as xr
from hopcore.paper.tables import on_the_papers_grid
on_the_papers_grid("5", xr.Dataset({"count": ("n", [1, 3])}), scale)"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    for module in ("run.execute", "compare.robustness"):
        monkeypatch.setattr(f"hopcore.edition.{module}.cores", lambda: 2)
    chapters = {"alpha": tiny_book.ALPHA, "gamma": tiny_book.chapter("Gamma", DEPENDS)}
    return Book.open(tiny_book.make_book(tmp_path, chapters))


def test_verdicts_are_measured_under_every_circumstance(book, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(tables, "FOLDER", tmp_path / "tables")
    measure(book, under=["published images", "paper scale"])
    kept = tables.published("5")  # what the chapter found at the paper's scale
    assert kept["count"].values.tolist() == [1, 3]
    assert 0 <= kept.attrs["hours"] < 0.1
    assert kept.attrs["commit"] == "unknown"
    measure(book, say=said.append)  # both, so that two share the cores and each has one thread
    found = json.loads((book.root / FILE).read_text(encoding="utf-8"))
    odd = {"F2": "seed 2", "F3": "double precision", "F4": "all threads", "P1": "published images"}
    for claim, row in found["verdicts"].items():
        assert set(row) == set(CIRCUMSTANCES)
        assert [name for name in row if row[name] != "holds"] == ([odd[claim]] if claim in odd else [])
    told = verdicts(book)
    assert told.startswith("Of 5 claims and questions, 1 have the same verdict in all of these circum")
    assert [claim for claim in CLAIMS if f"- {claim}\n" in told] == ["F1", "F2", "F3", "F4", "P1"]

    cut = copy.deepcopy(found)
    for row in cut["verdicts"].values():  # interrupted before the last circumstance
        del row["all threads"]
    (book.root / FILE).write_text(json.dumps(cut), encoding="utf-8")
    told = verdicts(book)
    assert "Not measured yet: all threads." in told
    assert told.startswith("Of 5 claims and questions, 2 have the same ")

    said.clear()  # what is finished is not executed again
    measure(book, ["gamma"], say=said.append)
    assert not any("executing" in line for line in said)
    assert json.loads((book.root / FILE).read_text(encoding="utf-8")) == found
    assert "Not measured yet" not in verdicts(book)


def test_a_file_that_is_not_of_verdicts_is_refused(book):
    for content in (None, "{", "[]", '{"verdicts": 3}', '{"verdicts": {"F1": []}}'):
        if content is not None:
            (book.root / FILE).write_text(content, encoding="utf-8")
        refused = pytest.raises(EditionError, match=r"verdicts\.json does not hold .* `hopcore verdicts`")
        with refused:
            verdicts(book)
        if content is not None:  # it is not completed either, and nothing is executed before it is refused
            with refused:
                measure(book, ["gamma"], say=pytest.fail)
    with pytest.raises(EditionError, match=r"under is 'rain'; it must be one of: as in the book, seed 1, "):
        measure(book, under=["rain"], say=pytest.fail)
