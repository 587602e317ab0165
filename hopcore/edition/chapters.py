"""The book's pages in the order of the table of contents, and chapters as notebooks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml

from hopcore._files import as_path
from hopcore.edition.errors import EditionError

TOC = "_toc.yml"
CONFIG = "_config.yml"
STAGE = "stage"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def find_root(start: Path | None = None) -> Path:
    """The nearest folder, from ``start`` (default: the current one) upwards, with a table of contents."""
    start = Path.cwd() if start is None else as_path("start", start, "folder")
    for folder in (start, *start.parents):
        if (folder / TOC).is_file():
            return folder
    raise EditionError(
        f"no book here: neither {start} nor a folder above it holds {TOC}; "
        "run the command inside a clone of the repository, or name the clone with --root"
    )


@dataclass(frozen=True)
class Chapter:
    """One page of the book: its file's name without extension, its entry in the contents, and the file."""

    name: str
    document: str
    source: Path

    @cached_property
    def text(self) -> str:
        """The source, read once: what is executed is what is fingerprinted."""
        return self.source.read_text(encoding="utf-8")

    @property
    def executable(self) -> bool:
        """Whether the page has code to execute."""
        return any(cell.cell_type == "code" for cell in self.notebook().cells)

    def notebook(self) -> nbformat.NotebookNode:
        """A new notebook of the source, without outputs; the same source gives the same notebook.

        Fenced code is for reading only, unless it is a ``{code-cell}``.
        """
        notebook = jupytext.reads(self.text, fmt="md:myst")
        notebook.metadata["kernelspec"] = dict(KERNEL)
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"
        return notebook


@dataclass(frozen=True)
class Book:
    """The folder of the book, its pages in reading order, and the folder of everything generated."""

    root: Path
    chapters: tuple[Chapter, ...]
    output: Path

    @classmethod
    def open(cls, root: Path | None = None) -> Book:
        """Read the table of contents of the book at ``root``, or of the one around the current folder.

        An `EditionError` tells of a page that is missing, outside of the book, or named as another.
        """
        root = find_root() if root is None else as_path("root", root, "folder")
        if not (root / TOC).is_file():
            raise EditionError(f"no book in {root}: there is no {TOC}; give --root the folder of a clone")
        try:
            contents = yaml.safe_load((root / TOC).read_text(encoding="utf-8"))
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise EditionError(f"{root / TOC} is not a table of contents: {error}") from error
        chapters = tuple(_chapter(root, document) for document in _documents(contents))
        if not chapters:
            raise EditionError(f"{root / TOC} is not a table of contents: it lists no page")
        names = [chapter.name for chapter in chapters]
        for name in set(names):
            if names.count(name) > 1:
                raise EditionError(f"two pages of {TOC} are named {name!r}; page names must differ")
        return cls(root, chapters, root / "_build")

    @property
    def address(self) -> str:
        """Where the repository is published, from `[project.urls]` of pyproject.toml; "" where it is not."""
        project = self.root / "pyproject.toml"
        if not project.is_file():
            return ""
        urls = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("urls", {})
        return urls.get("Repository", "").rstrip("/")

    @property
    def references(self) -> Path:
        """The folder of the committed references."""
        return self.root / "tests" / "references"

    def reference(self, chapter: Chapter) -> Path:
        """Where the reference of a chapter is kept."""
        return self.references / f"{chapter.name}.ipynb"

    @property
    def executable(self) -> tuple[Chapter, ...]:
        """The pages that have code."""
        return tuple(chapter for chapter in self.chapters if chapter.executable)

    def choose(self, names: Iterable[str]) -> tuple[Chapter, ...]:
        """The executable chapters so named (a name, or the path of the source); all if none is named."""
        known = {chapter.name: chapter for chapter in self.executable}
        chosen: dict[str, Chapter] = {}
        for name in names:
            plain = Path(name).name.removesuffix(".md")
            if plain not in known:
                raise EditionError(f"no chapter with code is named {name!r}; there are: {', '.join(known)}")
            chosen[plain] = known[plain]
        return tuple((chosen or known).values())


def _documents(entry: Any) -> Iterator[str]:
    """The documents of a table of contents, in order (``root``, then each ``file`` as it comes)."""
    if isinstance(entry, list):
        for item in entry:
            yield from _documents(item)
    elif isinstance(entry, dict):
        for key in ("root", "file"):
            if key in entry:
                yield entry[key]
        for key in ("parts", "chapters", "sections", "entries", "subtrees"):
            yield from _documents(entry.get(key))


def _chapter(root: Path, document: Any) -> Chapter:
    # Pages are staged under the same path: one that leads out of the book would be written there.
    if not isinstance(document, str) or not re.fullmatch(r"(\w[\w.-]*/)*\w[\w.-]*", document):
        raise EditionError(f"{TOC} lists {document!r}: a page must be a path inside the book, as book/intro")
    source = root / f"{document}.md"
    if not source.is_file():
        raise EditionError(f"{TOC} lists {document!r}, but there is no {source}")
    return Chapter(source.stem, document, source)
