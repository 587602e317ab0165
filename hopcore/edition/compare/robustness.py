"""The claims' verdicts under other circumstances: other seeds, other numbers of threads, double precision."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hopcore._files import remove, write_whole
from hopcore.edition.chapters import TOC, Book
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.markdown import plain, table
from hopcore.edition.run.answers import answers
from hopcore.edition.run.circumstances import circumstances, cores
from hopcore.edition.run.execute import Failure, Parameters, Run, execute, share
from hopcore.paper import CLAIMS

_PACKAGES = ("hopcore", "torch", "numpy")
"""The packages whose versions the page names."""

FILE = Path("book") / "verdicts.json"
"""Where the verdicts are kept, in the repository."""


@dataclass(frozen=True)
class Circumstance:
    """One way to execute the quick scale: the seed, and what else differs from the book's own pages."""

    name: str
    seed: int = 0
    one_at_a_time: bool = False
    double: bool = False


USUAL = Circumstance("as in the book")
OTHERS = (
    Circumstance("seed 1", seed=1),
    Circumstance("seed 2", seed=2),
    Circumstance("double precision", double=True),
    Circumstance("all threads", one_at_a_time=True),
)
"""``one_at_a_time``: one chapter at a time has all cores, where in the book two share them."""


def measure(
    book: Book, names: Sequence[str] = (), *, jobs: int = 2, say: Callable[[str], None] = print
) -> Path:
    """Execute chapters under all circumstances and keep their verdicts in `FILE`; give its path.

    The file is written after each circumstance, and chapters that were finished before are not executed
    again, so an interrupted measurement goes on where it was. The verdicts of chapters that are not named
    stay as they are.

    Raises
    ------
    EditionError
        If a chapter fails, after all others; before any, if chapters are named and the file to be
        completed holds anything else.
    """
    path = book.root / FILE
    found = _read(path)["verdicts"] if names and path.exists() else {}
    failures: list[Failure] = []
    for each in (USUAL, *OTHERS):
        say(f"{each.name}:")
        copy = _copy(book, each) if each.one_at_a_time else book
        parameters = Parameters(seed=each.seed, dtype="float64" if each.double else "float32")
        runs = [Run(copy, chapter, parameters) for chapter in copy.choose(names)]
        failures += execute(runs, jobs=1 if each.one_at_a_time else jobs, say=say)
        for answer in (answer for run in runs if run.finished() for answer in answers(run)):
            if answer.verdict is not None:
                found.setdefault(answer.id, {})[each.name] = answer.said
        threads = {"usual": share(jobs), "all": cores()}
        _keep(path, {"threads": threads, **circumstances(), "verdicts": found})
    if failures:
        raise EditionError("\n".join(map(str, failures)))
    return path


def _read(path: Path) -> dict[str, Any]:
    """What a file of verdicts holds; refused if it is not as `_keep` writes it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        words = [word for row in found["verdicts"].values() for pair in row.items() for word in pair]
        words += [found["hardware"]["processor"], *(found["versions"][name] for name in _PACKAGES)]
        numbers = found["threads"]["usual"], found["threads"]["all"]
        if not (all(type(word) is str for word in words) and all(type(number) is int for number in numbers)):
            raise ValueError("a name is no text or a number no whole number")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EditionError(f"{path} does not hold verdicts ({error}); `hopcore verdicts` makes it") from error
    return found


def _keep(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def verdicts(book: Book) -> str:
    """The verdicts in Markdown: a sentence that counts, and a table of the claims whose verdict changes.

    Raises
    ------
    EditionError
        If there is no file of verdicts, or it holds anything else.
    """
    found = _read(book.root / FILE)
    given, threads = found["verdicts"], found["threads"]
    measured = {name for row in given.values() for name in row}
    columns = [each.name for each in (USUAL, *OTHERS) if each.name in measured]
    rows = {
        claim: [plain(given[claim].get(name, "not measured")) for name in columns]
        for claim in CLAIMS
        if claim in given
    }
    machine = f"{plain(found['hardware']['processor'])}, {threads['all']} threads"
    usual = f"of which a kernel of the book has {threads['usual']}"
    packages = ", ".join(f"{name} {plain(found['versions'][name])}" for name in _PACKAGES)
    changing = {claim: row for claim, row in rows.items() if len(set(row)) > 1}
    same = len(rows) - len(changing)
    counted = f"Of {len(rows)} claims, {same} have the same verdict in all of these: {', '.join(columns)}"
    parts = [f"{counted} (quick scale; {machine}, {usual}; {packages})."]
    missing = [each.name for each in OTHERS if each.name not in columns]
    if missing:
        parts.append(f"Not measured yet: {', '.join(missing)}.")
    if changing:
        lines = [(claim, *row) for claim, row in changing.items()]
        parts.append(table(("claim", *columns), lines, kind="verdicts"))
    return "\n\n".join(parts)


def _copy(book: Book, circumstance: Circumstance) -> Book:
    """The book's sources in a folder of their own, since the number of threads is no parameter."""
    root = book.output / "robustness" / circumstance.name.replace(" ", "_")
    for folder in ("book", "tests"):
        remove(root / folder)
    shutil.copytree(book.root / "book", root / "book", ignore=shutil.ignore_patterns(".*"))
    if book.references.exists():  # they tell which chapters take long
        shutil.copytree(book.references, root / "tests" / "references")
    shutil.copy(book.root / TOC, root / TOC)
    return Book.open(root)
