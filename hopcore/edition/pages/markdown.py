"""Small pieces of MyST Markdown for pages that are generated."""

import re
from collections.abc import Iterable, Sequence


def plain(text: str) -> str:
    """Text to be taken literally, on one line: what Markdown could read as markup is escaped."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str) -> str:
    """A table of cells in Markdown; `kind` is its class for the style sheet."""
    lines = ["::::{list-table}", ":header-rows: 1", f":class: {kind}", ""]
    for row in (header, *rows):
        lines += [f"{'  -' if column else '* -'} {cell}" for column, cell in enumerate(row)]
    return "\n".join([*lines, "::::"])
