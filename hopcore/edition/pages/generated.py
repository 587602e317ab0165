"""Pages made while the book is staged: a line ``% generated: NAME`` of a page is replaced by its content."""

import re
from collections.abc import Callable, Sequence

from hopcore import live
from hopcore.edition.chapters import Book
from hopcore.edition.compare.robustness import verdicts
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.cite import cite
from hopcore.edition.pages.scorecard import scorecard
from hopcore.edition.pages.status import status
from hopcore.edition.run.execute import Run

CONTENTS: dict[str, Callable[[Book, Sequence[Run]], str]] = {
    "scorecard": lambda book, runs: scorecard(runs),
    "status": lambda book, runs: status(runs),
    "cite": lambda book, runs: cite(book),
    "network": lambda book, runs: f"```{{raw}} html\n{live.network().html()}\n```",
    "verdicts": lambda book, runs: verdicts(book),
}


def filled(text: str, book: Book, runs: Sequence[Run]) -> str:
    """The text of a page with its generated parts.

    Raises
    ------
    EditionError
        If there is nothing of that name to generate.
    """

    def content(line: re.Match[str]) -> str:
        if line[1] not in CONTENTS:
            raise EditionError(f"a page asks for {line[0]!r}, but there is only: {', '.join(CONTENTS)}")
        return CONTENTS[line[1]](book, runs)

    return re.sub(r"^% generated: (\S+)$", content, text, flags=re.MULTILINE)
