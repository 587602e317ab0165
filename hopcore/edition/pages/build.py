"""Builds the HTML with Jupyter Book, warnings as errors."""

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

from hopcore._files import remove, write_whole
from hopcore.edition.chapters import CONFIG, TOC, Book
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.stage import stage
from hopcore.edition.run.execute import Run, bound, environment


def build_html(book: Book, runs: Iterable[Run]) -> Path:
    """Build the whole book from its pages and the finished ``runs``; give the first page's path.

    The book is built afresh beside ``_build/html`` and takes its place only when it is whole: Sphinx
    would otherwise not repeat the warnings of pages that it has read before. An `EditionError` holds them.
    """
    staged = stage(book, runs)
    work = book.output / "html.building"
    remove(work)
    command = bound(
        "jupyter_book.cli.main", "main", "build", str(staged), "-W", "-n", "--keep-going",
        "--config", str(staged / CONFIG), "--toc", str(book.root / TOC), "--path-output", str(work),
    )  # fmt: skip
    status, output = _run(command, book)
    log = book.output / "html.log"
    write_whole(log, lambda path: path.write_text(output, encoding="utf-8"))
    first = book.chapters[0].document
    if status != 0:
        raise EditionError(f"Jupyter Book failed; its last words (all of them: {log}):\n{_warnings(output)}")
    if not (work / "_build" / "html" / f"{first}.html").is_file():
        raise EditionError(f"Jupyter Book made no page {first}.html; what it said: {log}")
    unpack(work / "_build" / "html")
    _replace(work / "_build" / "html", book.output / "html")
    remove(work)
    return book.output / "html" / "index.html"


def unpack(html: Path) -> None:
    """Make files of the frames and videos of figures, so that a page loads those that its reader asks for."""

    def as_file(found: re.Match[str]) -> str:
        content = base64.b64decode(found[2])
        name = f"{hashlib.sha256(content).hexdigest()[:20]}.{found[1]}"
        (html / "_static" / name).write_bytes(content)
        return f"{to_root}_static/{name}"

    for page in html.rglob("*.html"):
        to_root = "../" * (len(page.relative_to(html).parts) - 1)
        text = page.read_text(encoding="utf-8")
        carried = r"data:(?:image|video)/(webp|mp4);base64,([A-Za-z0-9+/=]+)"
        page.write_text(re.sub(carried, as_file, text), encoding="utf-8")


def _run(command: list[str], book: Book) -> tuple[int, str]:
    """Run a command that ends when this process does; its status and all that it said."""
    with subprocess.Popen(
        command,
        cwd=book.root,
        env={**environment(book.output, threads=1), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        output = cast(IO[str], process.stdout).read()
        return process.wait(), output


def _warnings(output: str) -> str:
    """The warnings and errors in Jupyter Book's output; the end of it if there are none."""
    lines = output.splitlines()
    found = [line for line in lines if "WARNING" in line or "ERROR" in line]
    return "\n".join(dict.fromkeys(found)) if found else "\n".join(lines[-20:])


def _replace(new: Path, place: Path) -> None:
    """Put a folder in the place of another; a moment without either is the most an interruption leaves."""
    old = place.with_name(place.name + ".old")
    remove(old)
    if place.exists():
        os.rename(place, old)
    os.rename(new, place)
    remove(old)
