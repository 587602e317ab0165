"""The committed references: what the checked outputs of each chapter were, and whether they still are.

A reference is a small notebook: the code cells, the parameters, the outputs that are compared, and the time
that the execution took. nbval compares.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from hopcore._files import remove, write_whole
from hopcore.edition.chapters import KERNEL, Book, Chapter
from hopcore.edition.compare import outputs
from hopcore.edition.compare.outputs import code_cells, compared, is_checked
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters, Run, environment


def write_reference(run: Run) -> Path:
    """Write the reference of a chapter from its finished notebook; give its path.

    A chapter without anything to compare is refused.
    """
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": dict(KERNEL)})
    notebook.metadata["papermill"] = {"parameters": run.passed()}
    record = json.loads(run.record.read_text(encoding="utf-8"))
    notebook.metadata["hopcore"] = {"seconds": record["seconds"]}
    for number, cell in enumerate(code_cells(nbformat.read(run.notebook, as_version=4)), start=1):
        kept = nbformat.v4.new_code_cell(cell.source, id=f"code-{number}", outputs=compared(cell))
        kept.execution_count = number
        if is_checked(cell):
            kept.metadata["tags"] = ["checked"]
        notebook.cells.append(kept)
    if not any(cell.outputs for cell in notebook.cells):
        raise EditionError(
            f"chapter {run.chapter.name} has nothing to check: "
            "tag a cell that prints or glues its results `checked`"
        )
    path = run.book.reference(run.chapter)
    write_whole(path, lambda temporary: nbformat.write(notebook, temporary))
    return path


def read_reference(book: Book, chapter: Chapter) -> tuple[NotebookNode, Parameters]:
    """The reference of a chapter, and the parameters it was made with."""
    path = book.reference(chapter)
    if not path.is_file():
        raise EditionError(f"chapter {chapter.name} has no reference {path}; {_advice(chapter)}")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)  # reading alone only logs what is wrong
        parameters = Parameters(**notebook.metadata["papermill"]["parameters"])
    except Exception as error:  # whatever nbformat and the contents of the file make of it
        raise EditionError(f"{path} is not a reference ({error}); {_advice(chapter)}") from error
    return notebook, parameters


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

    The references' cells show the outputs of the finished notebooks, which were executed from the
    present sources. nbval reports on its own what differs; missing or stale references are refused.
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
    """Write the reference of one chapter as nbval needs it: with cells that show what the run gave.

    Refused is one of which a code cell, or whether it is checked, is not as in the chapter now.
    """
    reference, _ = read_reference(run.book, run.chapter)
    then, now = map(code_cells, (reference, nbformat.read(run.notebook, as_version=4)))
    states = ([(cell.source, is_checked(cell)) for cell in cells] for cells in (then, now))
    for number, (kept, current) in enumerate(zip_longest(*states), start=1):
        if kept != current:
            raise EditionError(
                f"the reference of chapter {run.chapter.name} is stale: code cell {number} has changed since "
                f"it was made; {_advice(run.chapter)}"
            )
    for number, cell in enumerate(then):
        cell.metadata["tags"] = ["nbval-check-output"] if is_checked(cell) else []
        cell.source = outputs.marked(cell.source, str(run.notebook), number)
    reference.cells.insert(0, nbformat.v4.new_code_cell(f"%load_ext {outputs.__name__}", id="replay"))
    name = f"{run.chapter.name}.ipynb"
    nbformat.write(reference, folder / name)
    return name


def _advice(chapter: Chapter) -> str:
    return f"run `hopcore reference {chapter.name}`, look at what changed, and commit it"
