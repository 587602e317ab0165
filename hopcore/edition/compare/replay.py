"""A cell magic that shows the outputs of a run that has already taken place.

nbval compares a reference with what a kernel sends. Chapters take minutes, and the book has executed
them already from the present sources: with this magic before its code, a cell sends those outputs instead of
computing all of it again.
"""

import shlex
from functools import lru_cache

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import publish_display_data

from hopcore.edition.compare.outputs import code_cells, compared


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
def _cells(path: str) -> list[nbformat.NotebookNode]:
    return code_cells(nbformat.read(path, as_version=4))
