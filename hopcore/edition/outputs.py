"""What of a chapter's outputs is compared: the text of checked cells, and glued values.

Pictures, tables as HTML, and messages on the error stream differ between machines and are left out.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

CHECKED = "checked"
GLUE = "application/papermill.record/text/plain"


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of a notebook that have code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_checked(cell: NotebookNode) -> bool:
    """Whether the text that a cell prints is compared."""
    return CHECKED in cell.metadata.get("tags", [])


def compared(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that are compared, without what varies from run to run."""
    kept = [_kept(output, is_checked(cell)) for output in cell.outputs]
    return [output for output in kept if output is not None]


def _kept(output: NotebookNode, checked: bool) -> NotebookNode | None:
    if output.output_type == "stream":
        if checked and output.name == "stdout":
            return new_output("stream", name="stdout", text=_text(output.text))
        return None
    data = output.get("data", {})
    if any("image/" in kind or "widget-view" in kind for kind in data):
        return None
    name = output.get("metadata", {}).get("scrapbook", {}).get("name")
    text = data.get(GLUE, data.get("text/plain"))
    if text is None or not (checked or name is not None):
        return None
    if name is not None:  # nbval does not look at the metadata, which hold the name
        return new_output("display_data", data={GLUE: f"{name} = {_text(text)}"})
    return new_output("display_data", data={"text/plain": _text(text)})


def _text(value: Any) -> str:
    """Text as one string (notebook files may hold it as a list of lines)."""
    return "".join(value) if isinstance(value, list) else str(value)
