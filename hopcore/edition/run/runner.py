"""The process that executes one chapter: ``python -m hopcore.edition.run.runner``.

It reads a job, one line of JSON, from its standard input and runs it with papermill. The input stays open
as long as the command that started it lives; when it closes, this process ends at once, and the kernel
with it (an IPython kernel ends when its parent does). So a killed build leaves nothing running.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hopcore._processes import end_with_parent


def main() -> int:
    """Execute the job on standard input; write the outcome as JSON to the file that the job names."""
    job = json.loads(sys.stdin.readline())
    end_with_parent()
    failure = run(job)
    Path(job["result"]).write_text(json.dumps(failure), encoding="utf-8")
    return 0 if failure is None else 1


def run(job: dict[str, Any]) -> dict[str, Any] | None:
    """Execute ``job["input"]`` into ``job["output"]``; None, or what failed and where."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        notebook = papermill.execute_notebook(
            job["input"],
            job["output"],
            parameters=job["parameters"],
            kernel_name="python3",
            cwd=job["cwd"],
            progress_bar=False,
            start_timeout=120,
            execution_timeout=job["cell_timeout"],
        )
    except PapermillExecutionError as error:
        return {"error": f"{error.ename}: {error.evalue}", **_running(job["output"])}
    except CellTimeoutError:
        return {"error": f"the cell took longer than {job['cell_timeout']} s", **_running(job["output"])}
    except DeadKernelError:
        return {"error": "the kernel died (out of memory?)", **_running(job["output"])}
    # papermill takes sys.exit(0) in a cell for a success, and leaves the cells after it unexecuted.
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.source.strip() and cell.execution_count is None:
            return {"error": "the cell was not executed", "cell": number, "source": cell.source}
    return None


def _running(output: str) -> dict[str, Any]:
    """Number (among the code cells, from 1) and source of the cell that papermill had not completed."""
    import nbformat

    code = [cell for cell in nbformat.read(output, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.metadata.get("papermill", {}).get("status") in ("failed", "running"):
            return {"cell": number, "source": cell.source}
    return {"cell": None, "source": ""}


if __name__ == "__main__":
    sys.exit(main())
