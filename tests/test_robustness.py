"""The verdicts of claims under other circumstances."""

import copy
import json

import pytest
import tiny_book

from hopcore.edition.chapters import Book
from hopcore.edition.errors import EditionError
from hopcore.edition.robustness import FILE, OTHERS, USUAL, measure, verdicts
from hopcore.paper import CLAIMS

DEPENDS = """
import os
from hopcore.claims import Answer, ClaimsTable, Verdict
dtype = "float32"
seeds = Verdict.HOLDS if seed < 2 else Verdict.FAILS
digits = Verdict.HOLDS if dtype.endswith("32") else Verdict.IN_PART
threads = Verdict.HOLDS if os.environ["OMP_NUM_THREADS"] == "1" else Verdict.FAILS
found = {"F1": Verdict.HOLDS, "F2": seeds, "F3": digits, "F4": threads}
answers = tuple(Answer(claim, "measured", verdict, {}) for claim, verdict in found.items())
ClaimsTable("gamma", scale, seed, answers).save("../_build/claims")"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    for module in ("execute", "robustness"):
        monkeypatch.setattr(f"hopcore.edition.{module}.cores", lambda: 2)
    chapters = {"alpha": tiny_book.ALPHA, "gamma": tiny_book.chapter("Gamma", DEPENDS)}
    return Book.open(tiny_book.make_book(tmp_path, chapters))


def test_verdicts_are_measured_under_every_circumstance(book):
    said = []
    measure(book, say=said.append)
    found = json.loads((book.root / FILE).read_text(encoding="utf-8"))
    columns = [each.name for each in (USUAL, *OTHERS)]
    for claim, odd in (
        ("F1", set()),
        ("F2", {"seed 2"}),
        ("F3", {"double precision"}),
        ("F4", {"all threads"}),
    ):
        row = found["verdicts"][claim]
        assert set(row) == set(columns)
        assert {name for name in columns if row[name] != "holds"} == odd
    told = verdicts(book)
    assert told.startswith("Of 4 claims, 1 have the same verdict in all of these: as in the book, seed 1, ")
    assert [claim for claim in CLAIMS if f"- {claim}\n" in told] == ["F2", "F3", "F4"]

    cut = copy.deepcopy(found)
    for row in cut["verdicts"].values():  # interrupted before the last circumstance
        del row["all threads"]
    (book.root / FILE).write_text(json.dumps(cut), encoding="utf-8")
    told = verdicts(book)
    assert "Not measured yet: all threads." in told
    assert [claim for claim in CLAIMS if f"- {claim}\n" in told] == ["F2", "F3"]

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
