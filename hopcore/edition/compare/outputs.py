"""What of a chapter's outputs is compared, and a cell magic that shows it of a run that has taken place.

It is the text and the glued values of cells tagged ``checked``. Pictures, tables as HTML, and messages on the
error stream differ between machines and are left out. So do the last digits of numbers: a checked cell prints
and glues them rounded to what is reproducible.

nbval compares a reference with what a kernel sends. Chapters take minutes, and the book has executed
them already from the present sources: with the magic before its code, a cell sends those outputs instead of
computing all of it again.
"""

import shlex
from functools import lru_cache

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import publish_display_data
from nbformat import NotebookNode
from nbformat.v4 import new_output

CHECKED = "checked"
GLUE = "application/papermill.record/text/plain"


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of a notebook that have code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_checked(cell: NotebookNode) -> bool:
    """Whether the text and the glued values of a cell are compared."""
    return CHECKED in cell.metadata.get("tags", [])


def compared(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that are compared: none unless it is checked."""
    kept = map(_kept, cell.outputs) if is_checked(cell) else ()
    return [output for output in kept if output is not None]


def _kept(output: NotebookNode) -> NotebookNode | None:
    """An output without what varies from run to run; None if nothing is left."""
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text) if output.name == "stdout" else None
    data = output.get("data", {})
    if any("image/" in kind or "widget-view" in kind for kind in data):
        return None
    text = data.get(GLUE, data.get("text/plain"))
    if text is None:
        return None
    name = output.get("metadata", {}).get("scrapbook", {}).get("name")
    if name is None:
        return new_output("display_data", data={"text/plain": text})
    if "." in name:  # a number of `hopcore.paper.claim`, whose verdict is compared
        return None
    # nbval does not look at the metadata, which hold the name of a glued value.
    return new_output("display_data", data={GLUE: f"{name} = {text}"})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Called by IPython for ``%load_ext``."""
    shell.register_magic_function(replay, "cell")  # type: ignore[arg-type]


def marked(code: str, notebook: str, number: int) -> str:
    """The code of a cell, not to be executed, but to show what code cell ``number`` of a notebook gave."""
    return f"%%replay {shlex.quote(notebook)} {number}\n{code}" if code.strip() else code


def replay(line: str, code: str) -> None:
    """The magic: send the outputs of a cell that are compared."""
    path, number = shlex.split(line)
    for output in compared(_cells(path)[int(number)]):
        if output.output_type == "stream":
            print(output.text, end="")
        else:
            publish_display_data(dict(output.data))


@lru_cache(maxsize=1)
def _cells(path: str) -> list[NotebookNode]:
    return code_cells(nbformat.read(path, as_version=4))
