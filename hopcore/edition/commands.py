"""What the commands ``hopcore book``, ``check`` and ``reference`` do, from first to last."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from hopcore.edition.chapters import Book
from hopcore.edition.compare.reference import compare, orphans, planned, write_reference
from hopcore.edition.compare.robustness import measure
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.build import build_html
from hopcore.edition.run.execute import Failure, Parameters, Run, execute
from hopcore.edition.run.lock import only_one


def book(
    root: Path | None, chapters: Sequence[str], parameters: Parameters, *, jobs: int = 2, force: bool = False
) -> Path:
    """Execute chapters and build the HTML; give its first page.

    Chapters that are not named are executed with the default parameters, unless they are finished so.
    """
    opened = Book.open(root)
    chosen = [Run(opened, chapter, parameters) for chapter in opened.choose(chapters)]
    named = {run.chapter.name for run in chosen}
    others = [
        Run(opened, chapter, Parameters()) for chapter in opened.executable if chapter.name not in named
    ]
    with only_one(opened.output):
        _execute([*chosen, *others], anew=chosen if force else (), jobs=jobs)
        _say("building the HTML ...")
        return build_html(opened, [*chosen, *others])


def check(root: Path | None, chapters: Sequence[str], *, jobs: int = 2, force: bool = False) -> None:
    """Execute chapters as their references were made, and compare; an `EditionError` lists what differs."""
    opened = Book.open(root)
    chosen = opened.choose(chapters)
    with only_one(opened.output):
        problems = orphans(opened) if not chapters else []
        runs, unplanned = planned(opened, chosen)
        failures = _try(runs, anew=runs if force else (), jobs=jobs)
        failed = {failure.run for failure in failures}
        problems += [*unplanned, *map(str, failures)]
        problems += compare(opened, [run for run in runs if run not in failed])
    if problems:
        raise EditionError("\n".join(problems))


def reference(
    root: Path | None, chapters: Sequence[str], *, jobs: int = 2, force: bool = False
) -> list[Path]:
    """Execute chapters with the default parameters and write their references; give the files."""
    opened = Book.open(root)
    runs = [Run(opened, chapter, Parameters()) for chapter in opened.choose(chapters)]
    with only_one(opened.output):
        _execute(runs, anew=runs if force else (), jobs=jobs)
        return [write_reference(run) for run in runs]


def verdicts(root: Path | None, chapters: Sequence[str], *, under: Sequence[str] = (), jobs: int = 2) -> Path:
    """Execute chapters under other circumstances and keep the verdicts of their claims; give the file."""
    opened = Book.open(root)
    with only_one(opened.output):
        return measure(opened, chapters, under=under, jobs=jobs, say=_say)


def _try(runs: Sequence[Run], *, anew: Sequence[Run], jobs: int) -> list[Failure]:
    for run in anew:
        run.forget()
    return execute(runs, jobs=jobs, say=_say)


def _execute(runs: Sequence[Run], *, anew: Sequence[Run], jobs: int) -> None:
    failures = _try(runs, anew=anew, jobs=jobs)
    if failures:
        raise EditionError("\n".join(map(str, failures)))


def _say(line: str) -> None:
    tqdm.write(line)  # above the lines that are rewritten
    sys.stdout.flush()
