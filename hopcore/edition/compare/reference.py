"""The committed references: what the checked outputs of each chapter were.

A reference is a small notebook: the code cells, the parameters, the outputs that are compared, and the time
that the execution took.
"""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from hopcore._files import write_whole
from hopcore.edition.chapters import KERNEL, Book, Chapter
from hopcore.edition.compare.outputs import code_cells, compared, is_checked
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters, Run


def make_reference(run: Run) -> NotebookNode:
    """The reference of a chapter from its finished notebook.

    Raises
    ------
    EditionError
        If the chapter has nothing to compare: a check of it could not fail.
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
    return notebook


def write_reference(run: Run) -> Path:
    """Write the reference of a chapter; give its path."""
    notebook = make_reference(run)
    path = run.book.reference(run.chapter)
    write_whole(path, lambda temporary: nbformat.write(notebook, temporary))
    return path


def read_reference(book: Book, chapter: Chapter) -> tuple[NotebookNode, Parameters]:
    """The reference of a chapter, and the parameters it was made with.

    Raises
    ------
    EditionError
        If there is none, or it is not a reference.
    """
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
    """Refuse a reference whose code is not that of the chapter now.

    Raises
    ------
    EditionError
        If a code cell, or whether it is checked, differs.
    """
    kept = [(cell.source, is_checked(cell)) for cell in code_cells(reference)]
    now = [(cell.source, is_checked(cell)) for cell in code_cells(current)]
    if kept == now:
        return
    number = next((i for i, pair in enumerate(zip(kept, now, strict=False)) if pair[0] != pair[1]), None)
    number = min(len(kept), len(now)) if number is None else number
    raise EditionError(
        f"the reference of chapter {chapter.name} is stale: code cell {number + 1} has changed since it was "
        f"made; run `hopcore reference {chapter.name}`, look at what changed, and commit it"
    )
