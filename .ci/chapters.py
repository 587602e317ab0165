"""The code cells of the chapters, as ruff sees notebooks: ``.ci/chapters.py check`` or ``format``.

jupytext can hand a chapter to ruff by itself, but writes its text anew: folded captions become one line. Here
only the code is put in place of the code.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from hopcore.edition.chapters import Book

ROOT = Path(__file__).parent.parent
RUFF = [sys.executable, "-m", "ruff"]
SETTINGS = ["--config", str(ROOT / "book" / "ruff.toml")]


def sources(notebook: nbformat.NotebookNode) -> list[str]:
    """The code of each cell."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def main(what: str) -> int:
    """The status of the command."""
    chapters = Book.open(ROOT).executable
    with TemporaryDirectory() as folder:
        paths = {chapter: Path(folder) / f"{chapter.name}.ipynb" for chapter in chapters}
        for chapter, path in paths.items():
            nbformat.write(chapter.notebook(), path)
        if what == "check":
            commands = ["check", "--quiet"], ["format", "--check", "--quiet", "--diff"]
            return max(
                subprocess.run([*RUFF, *command, *SETTINGS, "."], cwd=folder, check=False).returncode
                for command in commands
            )
        subprocess.run(
            [*RUFF, "check", "--fix", "--exit-zero", "--silent", *SETTINGS, "."], cwd=folder, check=True
        )
        subprocess.run([*RUFF, "format", "--quiet", *SETTINGS, "."], cwd=folder, check=True)
        for chapter, path in paths.items():
            done, rest = "", chapter.text
            formatted = sources(nbformat.read(path, as_version=4))
            for old, new in zip(sources(chapter.notebook()), formatted, strict=True):
                before, _, rest = rest.partition(old)
                done += before + new
            chapter.source.write_text(done + rest, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
