"""The claims' verdicts under other circumstances: other seeds, double precision, other numbers of threads."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from hopcore._files import write_whole
from hopcore.edition.chapters import Book
from hopcore.edition.errors import EditionError
from hopcore.edition.run.circumstances import circumstances, cores
from hopcore.edition.run.execute import Failure, Parameters, Run, execute, share

FILE = Path("book") / "verdicts.json"
"""Where the verdicts are kept, in the repository."""

ALL_THREADS = "all threads"
"""One chapter at a time has all cores, where in the book they share them."""

CIRCUMSTANCES = {
    "as in the book": Parameters(),
    "seed 1": Parameters(seed=1),
    "seed 2": Parameters(seed=2),
    "double precision": Parameters(dtype="float64"),
    ALL_THREADS: Parameters(),
    "published images": Parameters(images="published"),
    "paper scale": Parameters(scale="paper"),
}

USUAL = [name for name, each in CIRCUMSTANCES.items() if (each.scale, each.images) == ("quick", "embedded")]


def measure(
    book: Book,
    names: Sequence[str] = (),
    *,
    under: Sequence[str] = (),
    jobs: int = 2,
    say: Callable[[str], None] = print,
) -> Path:
    """Execute chapters under some circumstances and keep the verdicts in `FILE`; give its path.

    Without a name in ``under`` they are those at quick scale that need no other images. The file is written
    after each, and what was finished before is not executed again, so an interrupted measurement goes on
    where it was. Verdicts of chapters that are not named, and under other circumstances, stay as they are; if
    these cannot be read, nothing is executed. A chapter that fails is told after all others.
    """
    path = book.root / FILE
    unknown = [name for name in under if name not in CIRCUMSTANCES]
    if unknown:
        raise EditionError(f"under is {unknown[0]!r}; it must be one of: {', '.join(CIRCUMSTANCES)}")
    found = read_verdicts(book)["verdicts"] if path.exists() else {}
    failures: list[Failure] = []
    for name in under or USUAL:
        parameters = CIRCUMSTANCES[name]
        say(f"{name}:")
        # The number of threads is no parameter of a notebook: these are kept elsewhere.
        place = replace(book, output=book.output / "all-threads") if name == ALL_THREADS else book
        runs = [Run(place, chapter, parameters) for chapter in book.choose(names)]
        failures += execute(runs, jobs=1 if name == ALL_THREADS else jobs, say=say)
        for answer in (answer for run in runs if run.finished() for answer in run.answers()):
            if answer.verdict is not None:
                found.setdefault(answer.id, {})[name] = answer.said
        if parameters.scale == "paper":
            for run in filter(Run.finished, runs):
                _keep_tables(run)
        content = {"on": _machine(share(jobs)), "verdicts": found}
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        write_whole(path, partial(Path.write_text, data=text, encoding="utf-8"))
    if failures:
        raise EditionError("\n".join(map(str, failures)))
    return path


def _keep_tables(run: Run) -> None:
    """Write the chapter's tables into the package, with what they were made by."""
    record = json.loads(run.record.read_text(encoding="utf-8"))
    asked = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(asked, cwd=run.book.root, capture_output=True, text=True, check=False).stdout
    for table in run.tables():
        table.write(
            hours=round(record["seconds"] / 3600, 2),
            machine=f"{record['hardware']['processor']}, {record['threads']} threads",
            versions=", ".join(map(" ".join, record["versions"].items())),
            commit=commit.strip() or "unknown",
        )


def _machine(threads: int) -> str:
    """In words, what is decisive for last digits."""
    here = circumstances()
    packages = ", ".join(f"{name} {here['versions'][name]}" for name in ("hopcore", "torch", "numpy"))
    kernels = f"{cores()} threads, of which a kernel of the book has {threads}"
    return f"{here['hardware']['processor']}, {kernels}; {packages}"


def read_verdicts(book: Book) -> dict[str, Any]:
    """What the file of verdicts holds."""
    path = book.root / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        texts = [found["on"], *(said for row in found["verdicts"].values() for said in row.values())]
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a verdict is no text")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EditionError(
            f"{path} does not hold verdicts ({error}): remove it; `hopcore verdicts` makes it"
        ) from error
    return found
