"""Lays out what the book is built from: pages, executed notebooks, pictures, and what pages load."""

import base64
import io
import re
import shutil
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

import nbformat
import yaml
from PIL import Image

from hopcore._files import remove
from hopcore.edition.chapters import CONFIG, STAGE, Book
from hopcore.edition.pages.assets import write_assets
from hopcore.edition.pages.generated import filled
from hopcore.edition.pages.status import SOURCES, copy_sources
from hopcore.edition.run.execute import Run

_PROGRAMS = "application/vnd."
"""Begins kinds of outputs that are for programs: widgets, which have no kernel on a page, and answers."""

_HEAVY, _COLOURS = 20_000, 128
"""Characters of a picture in a notebook (base64) beyond which a page gets one in so many colours."""


def stage(book: Book, runs: Iterable[Run]) -> Path:
    """Lay the book out afresh, with the finished notebooks of ``runs``; give the folder."""
    folder = book.output / STAGE
    remove(folder)
    runs = list(runs)
    executed = {run.chapter.name: run for run in runs}
    shutil.copytree(book.root / "book", folder / "book", ignore=shutil.ignore_patterns("*.md", ".*"))
    configure(book, folder / CONFIG)
    for chapter in book.chapters:
        target = folder / chapter.document
        target.parent.mkdir(parents=True, exist_ok=True)
        if chapter.name in executed:
            notebook = page(executed[chapter.name].notebook)
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = relinked(cell.source, executed)
            nbformat.write(notebook, f"{target}.ipynb")
        else:
            text = relinked(filled(chapter.text, book, runs), executed)
            Path(f"{target}.md").write_text(text, encoding="utf-8")
    copy_sources(runs, folder / "book" / SOURCES)
    write_assets(folder / "book" / "_static")
    return folder


def page(path: Path) -> nbformat.NotebookNode:
    """A finished notebook as a page.

    The parameters that were passed stand in for the chapter's own: shown, folded or removed as those.
    """
    notebook = nbformat.read(path, as_version=4)
    own = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in [kind for kind in data if kind.startswith(_PROGRAMS)]:
                del data[kind]
            lighten(data)
        if own and "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.removeprefix("# Parameters\n").strip()
            cell.metadata["tags"] = [tag for tag in own[0].metadata["tags"] if tag != "parameters"]
            own[0].metadata["tags"] = ["remove-cell"]
    notebook.metadata.pop("papermill", None)  # paths of this machine
    notebook.metadata.pop("widgets", None)
    return notebook


def lighten(data: dict[str, Any]) -> None:
    """Make the pictures of an output lighter: its own, a glued one, and those within its HTML."""
    for kind, content in data.items():
        if kind.endswith("image/png"):
            data[kind] = _lighter(content)
        elif kind == "text/html":
            within = r"(?<=data:image/png;base64,)[A-Za-z0-9+/=]+"
            data[kind] = re.sub(within, lambda found: _lighter(found[0]), content)


def _lighter(picture: str) -> str:
    """A heavy picture (base64) in fewer colours, which the eye does not miss, if that makes it lighter."""
    if len(picture) <= _HEAVY:
        return picture
    small, image = io.BytesIO(), Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(small, "PNG", optimize=True)
    return min(picture, base64.b64encode(small.getvalue()).decode(), key=len)


def relinked(text: str, executed: Container[str]) -> str:
    """Links to the sources of executed chapters, ``](chapter.md)``, as links to their notebooks."""

    def replace(link: re.Match[str]) -> str:
        extension = "ipynb" if Path(link[1]).name in executed else "md"
        return f"]({link[1]}.{extension}{link[2] or ''})"

    return re.sub(r"\]\(([^()\s:]+)\.md(#[^()\s]*)?\)", replace, text)


def configure(book: Book, target: Path) -> None:
    """Copy the configuration; where the repository's address is known, with links to the repository.

    Its pages are then taken to be published as GitHub does, unless `html_baseurl` says otherwise.  There are
    no buttons for Binder and Colab: they open notebooks of the repository, which has the chapters as text.
    """
    settings = yaml.safe_load((book.root / CONFIG).read_text(encoding="utf-8"))
    if book.address:
        settings["repository"]["url"] = book.address
        settings["html"] |= {"use_repository_button": True, "use_issues_button": True}
        on_github = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", book.address)
        if on_github:
            pages = f"https://{on_github[1].lower()}.github.io/{on_github[2]}/"
            settings["sphinx"]["config"].setdefault("html_baseurl", pages)
    target.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
