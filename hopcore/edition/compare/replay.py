"""A Jupyter kernel that answers with the outputs of a run that has already taken place.

nbval compares a reference with what a kernel sends. Chapters take minutes, and the book has executed
them already from the present sources: with this kernel nbval compares those outputs, cell by cell,
instead of computing all of it again. Code that the recorded run did not execute, in its order, is an error.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

RECORD = "HOPCORE_REPLAY"
"""The environment variable that names the notebook to replay."""


class ReplayKernel(Kernel):
    """Sends the outputs of the recorded notebook, one code cell for each request."""

    implementation = "hopcore-replay"
    implementation_version = "1"
    banner = "replays an executed notebook"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.language_info = {"name": "python", "mimetype": "text/x-python", "file_extension": ".py"}
        notebook = nbformat.read(os.environ[RECORD], as_version=4)
        self._cells = iter([cell for cell in notebook.cells if cell.cell_type == "code"])

    def do_execute(self, code: str, silent: bool, *_: Any, **__: Any) -> dict[str, Any]:  # type: ignore[override]
        """Send the outputs of the next recorded cell."""
        cell = next(self._cells, None)
        if cell is None or cell.source != code:
            return self._refuse(code)
        for output in cell.outputs:
            content = {name: value for name, value in output.items() if name != "output_type"}
            if output.output_type == "display_data":
                content["transient"] = {}
            self.send_response(self.iopub_socket, output.output_type, content)
        return {
            "status": "ok",
            "execution_count": self.execution_count,
            "payload": [],
            "user_expressions": {},
        }

    def _refuse(self, code: str) -> dict[str, Any]:
        error = {
            "ename": "NotRecorded",
            "evalue": "the recorded run has another cell here",
            "traceback": [code],
        }
        self.send_response(self.iopub_socket, "error", error)
        return {"status": "error", "execution_count": self.execution_count, **error}


def describe_kernel(folder: Path, name: str, record: Path) -> None:
    """Describe, in a folder of ``JUPYTER_PATH``, a kernel ``name`` that replays the notebook ``record``."""
    target = folder / "kernels" / name
    target.mkdir(parents=True, exist_ok=True)
    description = {
        "argv": [sys.executable, "-P", "-m", "hopcore.edition.compare.replay", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "env": {RECORD: str(record)},
    }
    (target / "kernel.json").write_text(json.dumps(description, indent=1), encoding="utf-8")


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=ReplayKernel)
