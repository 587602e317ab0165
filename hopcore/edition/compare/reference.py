"""The committed references: what the checked outputs of each chapter were.

A reference is a small notebook: the code cells, the parameters, the outputs that are compared, and the time
that the execution took.
"""

import json
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from hopcore._files import write_whole
from hopcore.edition.chapters import KERNEL, Book, Chapter
from hopcore.edition.compare.outputs import code_cells, compared, is_checked
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters, Run


def make_reference(run: Run) -> NotebookNode:
    """The reference of a chapter from its finished notebook; one without anything to compare is refused."""
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
    return notebook


def write_reference(run: Run) -> Path:
    """Write the reference of a chapter; give its path."""
    notebook = make_reference(run)
    path = run.book.reference(run.chapter)
    write_whole(path, lambda temporary: nbformat.write(notebook, temporary))
    return path


def read_reference(book: Book, chapter: Chapter) -> tuple[NotebookNode, Parameters]:
    """The reference of a chapter, and the parameters it was made with."""
    path = book.reference(chapter)
    advice = f"run `hopcore reference {chapter.name}`, look at what changed, and commit it"
    if not path.is_file():
        raise EditionError(f"chapter {chapter.name} has no reference {path}; {advice}")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)  # reading alone only logs what is wrong
        parameters = Parameters(**notebook.metadata["papermill"]["parameters"])
    except Exception as error:  # whatever nbformat and the contents of the file make of it
        raise EditionError(f"{path} is not a reference ({error}); {advice}") from error
    return notebook, parameters


def refuse_stale(reference: NotebookNode, current: NotebookNode, chapter: Chapter) -> None:
    """Refuse a reference of which a code cell, or whether it is checked, is not as in the chapter now."""
    kept, now = (
        [(cell.source, is_checked(cell)) for cell in code_cells(each)] for each in (reference, current)
    )
    for number, (then, here) in enumerate(zip_longest(kept, now), start=1):
        if then != here:
            raise EditionError(
                f"the reference of chapter {chapter.name} is stale: code cell {number} has changed since it "
                f"was made; run `hopcore reference {chapter.name}`, look at what changed, and commit it"
            )
