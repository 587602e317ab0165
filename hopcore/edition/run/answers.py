"""What executed chapters answered: the results of `hopcore.paper.claim` and `beyond` in their notebooks."""

import nbformat

from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Run
from hopcore.paper.verdicts import MIME, Answer


def answers(run: Run) -> list[Answer]:
    """The answers in the finished notebook of a run, in its order.

    Raises
    ------
    EditionError
        If an output that should be an answer is none.
    """
    notebook = nbformat.read(run.notebook, as_version=4)
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    try:
        return [Answer.parse(dict(data[MIME])) for data in outputs if MIME in data]
    except (ValueError, TypeError) as error:
        raise EditionError(f"{run.notebook}: {error}") from error
