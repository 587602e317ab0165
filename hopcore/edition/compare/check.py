"""Checks with nbval that the chapters still give what their committed references say."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat

from hopcore._files import remove
from hopcore.edition.chapters import Book, Chapter
from hopcore.edition.compare import replay
from hopcore.edition.compare.outputs import code_cells, is_checked
from hopcore.edition.compare.reference import read_reference, refuse_stale
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Run, environment


def planned(book: Book, chapters: Iterable[Chapter]) -> tuple[list[Run], list[str]]:
    """The runs that the references ask for, each with its reference's parameters; and what forbids others."""
    runs, problems = [], []
    for chapter in chapters:
        try:
            runs.append(Run(book, chapter, read_reference(book, chapter)[1]))
        except EditionError as error:
            problems.append(str(error))
    return runs, problems


def orphans(book: Book) -> list[str]:
    """What is wrong with references that belong to no chapter: nothing compares them any more."""
    known = {book.reference(chapter) for chapter in book.executable}
    return [
        f"no chapter belongs to {path}: restore the chapter, or remove the reference"
        for path in sorted(set(book.references.glob("*.ipynb")) - known)
    ]


def compare(book: Book, runs: Iterable[Run]) -> list[str]:
    """Compare finished notebooks with the references by nbval; what is wrong, nothing if all agree.

    The references' cells show the outputs of the finished notebooks (:mod:`hopcore.edition.compare.replay`),
    which were executed from the present sources. nbval reports on its own what differs; missing or stale
    references are refused.
    """
    folder = book.output / "check"
    remove(folder)
    folder.mkdir(parents=True)
    notebooks, problems = [], []
    for run in runs:
        try:
            notebooks.append(_prepare(run, folder))
        except EditionError as error:
            problems.append(str(error))
    status = _nbval(book, folder, notebooks) if notebooks else 0
    if status > 1:
        problems.append(f"nbval failed (status {status}) before it compared all outputs: see above")
    elif status:
        problems.append(
            "outputs differ from the references (above): mend the cause, or, if the new numbers are right, "
            "run `hopcore reference`, look at what changed, and commit it"
        )
    return problems


def _nbval(book: Book, folder: Path, notebooks: list[str]) -> int:
    """Run nbval on the prepared references; 0 if all agree, 1 if not, more if it could not compare."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    ignored = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    settings = environment(book.output, threads=1)
    settings = {name: value for name, value in settings.items() if name not in ignored}
    command = [sys.executable, "-P", "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    command += [f"--color={'yes' if sys.stdout.isatty() else 'no'}"]
    command += ["-c", str(folder / "pytest.ini"), "--rootdir", str(folder)]
    return subprocess.run([*command, *notebooks], cwd=folder, env=settings, check=False).returncode


def _prepare(run: Run, folder: Path) -> str:
    """Write the reference of one chapter as nbval needs it: with cells that show what the run gave."""
    name = f"{run.chapter.name}.ipynb"
    reference, _ = read_reference(run.book, run.chapter)
    refuse_stale(reference, nbformat.read(run.notebook, as_version=4), run.chapter)
    for number, cell in enumerate(code_cells(reference)):
        cell.metadata["tags"] = ["nbval-check-output"] if is_checked(cell) else []
        cell.source = replay.marked(cell.source, str(run.notebook), number)
    reference.cells.insert(0, nbformat.v4.new_code_cell(f"%load_ext {replay.__name__}", id="replay"))
    nbformat.write(reference, folder / name)
    return name
