"""How to cite the software and the paper, from CITATION.cff."""

from typing import Any

import yaml

from hopcore.edition.chapters import Book
from hopcore.edition.pages.markdown import plain

FILE = "CITATION.cff"


def cite(book: Book) -> str:
    """What CITATION.cff asks for, and an entry of BibTeX for the software and for each of its references."""
    content = yaml.safe_load((book.root / FILE).read_text(encoding="utf-8"))
    if book.address:
        content["url"] = book.address
    entries = [_entry("software", content), *(_entry(each["type"], each) for each in content["references"])]
    return "\n\n".join([plain(content["message"]), *(f"```bibtex\n{entry}\n```" for entry in entries)])


def _entry(kind: str, work: dict[str, Any]) -> str:
    """One entry of BibTeX."""
    names = [_name(author) for author in work["authors"]]
    first = (work["authors"][0].get("family-names") or work["title"].split(":")[0]).lower()
    fields = {"title": f"{{{work['title']}}}", "author": " and ".join(names)}
    fields |= {name: str(work[name]) for name in ("version", "year", "url", "doi") if name in work}
    if kind == "article":
        fields["journal"] = ", ".join(
            each["value"].replace(":", " preprint ") for each in work["identifiers"]
        )
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{first}{work.get('year', '')},\n{lines}\n}}"


def _name(author: dict[str, str]) -> str:
    if "family-names" in author:
        return f"{author['family-names']}, {author['given-names']}"
    return f"{{{author['name']}}}"
