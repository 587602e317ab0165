"""Pages made while the book is staged: a line ``% generated: NAME`` of a page is replaced by its content."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from hopcore import live
from hopcore.edition.chapters import Book
from hopcore.edition.compare.robustness import verdicts
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.markdown import plain
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
    """The text of a page with its generated parts."""

    def content(line: re.Match[str]) -> str:
        if line[1] not in CONTENTS:
            raise EditionError(f"a page asks for {line[0]!r}, but there is only: {', '.join(CONTENTS)}")
        return CONTENTS[line[1]](book, runs)

    return re.sub(r"^% generated: (\S+)$", content, text, flags=re.MULTILINE)


def cite(book: Book) -> str:
    """What CITATION.cff asks for, and an entry of BibTeX for the software and for each of its references."""
    content = yaml.safe_load((book.root / "CITATION.cff").read_text(encoding="utf-8"))
    if book.address:
        content["url"] = book.address
    entries = [_entry("software", content), *(_entry(each["type"], each) for each in content["references"])]
    return "\n\n".join([plain(content["message"]), *(f"```bibtex\n{entry}\n```" for entry in entries)])


def _entry(kind: str, work: dict[str, Any]) -> str:
    """One entry of BibTeX."""
    names = [
        f"{each['family-names']}, {each['given-names']}" if "family-names" in each else f"{{{each['name']}}}"
        for each in work["authors"]
    ]
    first = (work["authors"][0].get("family-names") or work["title"].split(":")[0]).lower()
    fields = {"title": f"{{{work['title']}}}", "author": " and ".join(names)}
    fields |= {name: str(work[name]) for name in ("version", "year", "url", "doi") if name in work}
    if kind == "article":
        fields["journal"] = ", ".join(
            each["value"].replace(":", " preprint ") for each in work["identifiers"]
        )
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{first}{work.get('year', '')},\n{lines}\n}}"
