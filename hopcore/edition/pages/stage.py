"""Lays out what the book is built from: pages, executed notebooks, pictures, and what pages load."""

import base64
import importlib.util
import io
import re
import shutil
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

import nbformat
import yaml
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from PIL import Image

from hopcore import live
from hopcore._files import data_address, remove
from hopcore.edition.chapters import CONFIG, STAGE, Book
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.generated import SOURCES, filled
from hopcore.edition.run.execute import Run

MATHJAX = (
    "startup.js", "core.js", "input/tex-base.js", "input/tex/extensions/ams.js", "a11y/assistive-mml.js",
    "output/chtml.js", "output/chtml/fonts/tex.js",
)  # fmt: skip
"""The parts of MathJax 3 that `_config.yml` asks for: the book's formulas, also read aloud, and no menu."""

FONTS = "output/chtml/fonts/woff-v2"
USED_FONTS = (
    "Main-Regular", "Main-Bold", "Math-Italic", "Size1-Regular", "Size2-Regular", "Size3-Regular",
    "Size4-Regular", "AMS-Regular", "Calligraphic-Regular", "Zero",
)  # fmt: skip
"""Where MathJax has its fonts, and those that formulas of the book use."""

ICONS = (
    "angle-left", "angle-right", "arrow-up", "bars", "chevron-down", "circle-half-stroke", "code", "download",
    "expand", "file", "file-pdf", "lightbulb", "list", "magnifying-glass", "moon", "sun", "xmark",
)  # fmt: skip
"""The icons of the theme's buttons that the book has."""

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
    (folder / "book" / SOURCES).mkdir(exist_ok=True)
    for run in runs:  # for downloading
        shutil.copy(run.chapter.source, folder / "book" / SOURCES)
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


def write_assets(folder: Path) -> None:
    """Write what pages load into the folder of static files.

    It is MathJax and the theme's icons, no more of either than is used, and the script of the instruments.
    """
    _write_mathjax(_package("sphinx-mathjax-offline") / "static" / "mathjax", folder / "mathjax")
    theme = _package("pydata_sphinx_theme") / "theme" / "pydata_sphinx_theme" / "static"
    (folder / "icons.css").write_text(_icons(theme), encoding="utf-8")
    (folder / "live.js").write_text(live.script(), encoding="utf-8")


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EditionError(
            f"{name} is not installed: install the project with its extra `book`, "
            "pip install 'hopcore[book]', or run `make env`"
        )
    return Path(found.origin).parent


def _write_mathjax(source: Path, target: Path) -> None:
    """Copy the parts; fonts become text in them: browsers refuse font files to a page from a disk."""
    fonts = {f"%%URL%%/MathJax_{name}.woff": source / FONTS / f"MathJax_{name}.woff" for name in USED_FONTS}
    for name in MATHJAX:
        text = (source / name).read_text(encoding="utf-8")
        for address, file in fonts.items():
            if address in text:
                text = text.replace(address, data_address("font/woff", file.read_bytes()))
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")


def _icons(theme: Path) -> str:
    """A style sheet with the theme's own font of icons, of which only those in use are left."""
    style = (theme / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    buttons = [re.search(rf'\.fa-{name}:before[^{{]*{{content:"\\(\w+)"', style) for name in ICONS]
    characters = {int(each[1], 16) for each in buttons if each}
    characters |= {ord(each) for each in re.findall(r'--pst-[\w-]+:"(.)"', style)}
    font = TTFont(theme / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf")
    subsetter = Subsetter()
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    packed = io.BytesIO()
    font.flavor = "woff"
    font.save(packed)
    [rule] = re.findall(r"@font-face{[^}]*font-weight:900[^}]*}", style)
    return re.sub(r"src:[^;}]*", f"src:url({data_address('font/woff', packed.getvalue())})", rule)
