"""The pages of the book as ruff and JupyterLab leave them: ``.ci/chapters.py check`` or ``format``.

ruff sees the code of their cells. Then jupytext writes each page anew, so that a page that is opened as a
notebook and saved there changes in nothing but what was edited.
"""

from __future__ import annotations

import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import nbformat
from jupytext.config import load_jupytext_config

from hopcore.edition.chapters import Book

ROOT = Path(__file__).parent.parent
RUFF = [sys.executable, "-m", "ruff"]
SETTINGS = ["--quiet", "--config", str(ROOT / "book" / "ruff.toml"), "."]
HEAD = {
    "jupytext": {
        "text_representation": {"extension": ".md", "format_name": "myst"},
        "default_lexer": "ipython3",
    },
    # As JupyterLab writes it, once a kernel has been started.
    "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
}
"""The head of every page: with it JupyterLab opens the page as a notebook, and asks for no kernel."""


def main(what: str) -> int:
    """The status of the command."""
    pages = Book.open(ROOT).chapters
    how = {"fmt": "md:myst", "config": load_jupytext_config(str(ROOT / "book"))}
    with TemporaryDirectory() as folder:
        notebooks = {Path(folder, f"{page.name}.ipynb"): jupytext.reads(page.text, **how) for page in pages}
        for path, notebook in notebooks.items():
            notebook.metadata = nbformat.from_dict(HEAD)
            nbformat.write(notebook, path)
        mend = ["--fix", "--exit-zero"] if what == "format" else []
        status = subprocess.run([*RUFF, "check", *mend, *SETTINGS], cwd=folder, check=False).returncode
        subprocess.run([*RUFF, "format", *SETTINGS], cwd=folder, check=True)
        for page, (path, notebook) in zip(pages, notebooks.items(), strict=True):
            # Only the sources: options of cells keep their order here, and are sorted in the file.
            for cell, formatted in zip(notebook.cells, nbformat.read(path, as_version=4).cells, strict=True):
                cell.source = formatted.source
            text = jupytext.writes(notebook, **how)
            if what == "format":
                page.source.write_text(text, encoding="utf-8")
            elif text != page.text:
                old, new = (each.splitlines(keepends=True) for each in (page.text, text))
                print(*unified_diff(old, new, str(page.source), "formatted"), "run `make format`", sep="")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
