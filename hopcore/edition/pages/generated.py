"""Pages made while the book is staged: a line ``% generated: NAME`` of a page is replaced by its content."""

import base64
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import nbformat
import yaml
from PIL import Image, ImageOps

from hopcore import live
from hopcore._files import data_address
from hopcore.edition.chapters import Book
from hopcore.edition.compare.robustness import CIRCUMSTANCES, read_verdicts
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters, Run
from hopcore.paper import CLAIMS, Answer, Verdict

SOURCES = "sources"
"""Folder of the staged book, beside its pages, that holds the chapters' sources."""

CONTENTS: dict[str, Callable[[Book, Sequence[Run]], str]] = {
    "scorecard": lambda book, runs: scorecard(runs),
    "status": lambda book, runs: status(runs),
    "cite": lambda book, runs: cite(book),
    "network": lambda book, runs: f"```{{raw}} html\n{live.network().html()}\n```",
    "verdicts": lambda book, runs: verdicts(book),
    "valley": lambda book, runs: figure(runs, "fig-valley"),
    "chapters": lambda book, runs: overview(book, runs),
}


def filled(text: str, book: Book, runs: Sequence[Run]) -> str:
    """The text of a page with its generated parts."""

    def content(line: re.Match[str]) -> str:
        if line[1] not in CONTENTS:
            raise EditionError(f"a page asks for {line[0]!r}, but there is only: {', '.join(CONTENTS)}")
        return CONTENTS[line[1]](book, runs)

    return re.sub(r"^% generated: (\S+)$", content, text, flags=re.MULTILINE)


def _plain(text: str) -> str:
    """Text to be taken literally, on one line: what Markdown could read as markup is escaped."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str) -> str:
    """A table of cells in Markdown; `kind` is its class for the style sheet."""
    lines = ["::::{list-table}", ":header-rows: 1", f":class: {kind}", ""]
    for row in (header, *rows):
        lines += [f"{'  -' if column else '* -'} {cell}" for column, cell in enumerate(row)]
    return "\n".join([*lines, "::::"])


def scorecard(runs: Iterable[Run]) -> str:
    """Two tables: the paper's claims, in its order, beside what was measured, and results beyond the paper.

    They come from the executed chapters.  A chapter that is also kept, unchanged, from a run with other
    parameters than those of its page has a row for each.  A claim that no chapter answered is not measured.
    """
    found = [(answer, kept) for run in runs for kept in _kept(run) for answer in kept.answers()]
    rows = []
    for claim in CLAIMS.values():
        figure = "supplement" if claim.figure == "S" else f"Figure {claim.figure}"
        own = [(_measured(*each), _verdict(each[0])) for each in found if each[0].id == claim.id]
        nothing = "by no chapter of this build", '<strong class="verdict-none">not measured</strong>'
        rows += [(claim.id, f"{_text(claim.statement)} ({figure})", *each) for each in own or [nothing]]
    beyond = [
        (_text(each.says), _measured(each, run), _verdict(each) if each.parts else "no bars")
        for each, run in found
        if each.id not in CLAIMS
    ]
    first = dict(reversed([(answer.id, (answer, run)) for answer, run in found]))  # those that count
    parts = [
        _summary({name: answer.verdict for name, (answer, _) in first.items()}),
        _strip(first),
        _table(("claim", "the paper says", "measured here", "verdict"), rows, kind="scorecard"),
        "## Beyond the paper",
        "Results for which the paper has no statement to compare with. Bars are this book's own, and were "
        "kept in its history before the first full run.",
        _table(("question", "measured here", "by our bars"), beyond, kind="scorecard beyond")
        if beyond
        else "No chapter has recorded one yet.",
    ]
    return "\n\n".join(parts)


def _kept(run: Run) -> Iterator[Run]:
    """The run of the chapter's page, then its other finished ones."""
    yield run
    for record in sorted((run.book.output / "executed").glob(f"*/{run.chapter.name}.json")):
        try:
            other = Run(run.book, run.chapter, Parameters.of_folder(record.parent.name))
        except EditionError:
            continue  # a folder that is not one of runs
        if other != run and other.finished():
            yield other


def _measured(answer: Answer, run: Run) -> str:
    shown = f"{{numref}}`{answer.figure}` in " if answer.figure else ""
    said = f"{_text(answer.measured)}<br>{shown}[](/{run.chapter.document}.md)"
    return said if run.parameters == Parameters() else f"{said}; {_plain(str(run.parameters))}"


def _verdict(answer: Answer) -> str:
    return f'<strong class="verdict-{answer.kind}">{answer.said}</strong>'


def _text(sentence: str) -> str:
    return _plain(sentence).replace(r"T\_r", "$T_r$")


def _summary(found: Mapping[str, Verdict | None]) -> str:
    """How many claims have which verdict."""
    counts = Counter(map(found.get, CLAIMS))
    words = zip((*Verdict, None), ("hold", "hold in part", "do not hold", "were not measured"), strict=True)
    told = ", ".join(f"{counts[each]} {word}" for each, word in words if counts[each])
    return f"Of {len(CLAIMS)} claims, {told}."


def _strip(found: Mapping[str, tuple[Answer, Run]]) -> str:
    """A square for each claim that was measured, in its verdict's colour, which leads to where it was."""
    squares = []
    for name in filter(found.get, CLAIMS):
        answer, run = found[name]
        place = run.chapter.name + ".html" + (answer.figure and f"#{answer.figure}")
        said = f"{answer.said}: {html.escape(answer.says)}"
        squares.append(f'<a class="verdict-{answer.kind}" href="{place}" title="{said}">{name}</a>')
    return f'```{{raw}} html\n<p class="hopcore-strip">{"".join(squares)}</p>\n```'


def figure(runs: Sequence[Run], name: str) -> str:
    """The HTML of a chapter's figure, for another page."""
    for run in runs:
        for cell in nbformat.read(run.notebook, as_version=4).cells:
            if _figure_of(cell) == name:
                return f"```{{raw}} html\n{cell.outputs[0].data['text/html']}\n```"
    return ""  # of a chapter that this build does not have


def _figure_of(cell: nbformat.NotebookNode) -> str:
    return cell.metadata.get("mystnb", {}).get("figure", {}).get("name", "")


def overview(book: Book, runs: Sequence[Run]) -> str:
    """A map of the executed chapters: title, message and a small picture of each, from the chapter itself."""
    order = [chapter.document for chapter in book.chapters]
    cards = [_card(run) for run in sorted(runs, key=lambda run: order.index(run.chapter.document))]
    return "\n".join(["```{raw} html", '<ul class="hopcore-map">', *cards, "</ul>", "```"])


def _card(run: Run) -> str:
    title = re.search(r"^# (.+)", run.chapter.text, re.M)
    message = re.search(r"^\*\*(.+?)\*\*", run.chapter.text, re.M | re.S)
    name = _italic(title[1] if title else run.chapter.name)
    size, picture = f'alt="A picture of: {name}" width="160" height="120"', _thumbnail(run)
    shown = f'<img src="{data_address("image/webp", picture)}" {size}>' if picture else ""
    told = f"<p>{_italic(' '.join(message[1].split()))}</p>" if message else ""
    return f'<li>{shown}<div><a href="{run.chapter.name}.html">{name}</a>{told}</div></li>'


def _italic(text: str) -> str:
    """A sentence with simple formulas as HTML, which needs no MathJax."""
    letters = re.sub(r"\$(\w+?)_(\w)\$", r"<em>\1<sub>\2</sub></em>", html.escape(text))
    return re.sub(r"\$(\w+)\$", r"<em>\1</em>", letters)


def _thumbnail(run: Run) -> bytes | None:
    """The first picture of pixels of a chapter's figures, or of its instruments, as a small WebP."""
    cells = nbformat.read(run.notebook, as_version=4).cells
    for cell in sorted(cells, key=lambda cell: not _figure_of(cell)):  # figures first
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            within = re.search(r"data:image/(?:png|webp);base64,([A-Za-z0-9+/=]+)", data.get("text/html", ""))
            if packed := data.get("image/png") or (within and within[1]):
                image: Image.Image = Image.open(io.BytesIO(base64.b64decode(packed))).convert("RGBA")
                small = io.BytesIO()
                ImageOps.fit(image.crop(image.getbbox()), (240, 180)).save(small, "WEBP", quality=70)
                return small.getvalue()
    return None


def verdicts(book: Book) -> str:
    """The verdicts under other circumstances: a sentence that counts, and a table, the paper's first."""
    found = read_verdicts(book)
    order = dict.fromkeys([*CLAIMS, *found["verdicts"]])
    given = {name: found["verdicts"][name] for name in order if name in found["verdicts"]}
    columns = [name for name in CIRCUMSTANCES if any(name in row for row in given.values())]
    rows = [
        (name.replace("_", " "), *(_plain(row.get(each, "–")) for each in columns))
        for name, row in given.items()
    ]
    same = sum(len(set(row[1:])) == 1 for row in rows)
    counted = f"Of {len(rows)} claims and questions, {same} have the same verdict in all"
    parts = [f"{counted} of these circumstances (on {_plain(found['on'])})."]
    missing = [name for name in CIRCUMSTANCES if name not in columns]
    if missing:
        parts.append(f"Not measured yet: {', '.join(missing)}.")
    return "\n\n".join([*parts, _table(("claim", *columns), rows, kind="verdicts")])


def status(runs: Iterable[Run]) -> str:
    """How, where and with what every chapter was executed, and its files to download, from the records."""
    records = [(run, json.loads(run.record.read_text(encoding="utf-8"))) for run in runs]
    if not records:
        return "No chapter was executed."
    seconds = sum(record["seconds"] for _, record in records)
    header = ("chapter", "parameters", "time", "threads", "downloads")
    parts = [
        f"{len(records)} chapters took {_time(seconds)} of execution, added up.",
        _table(header, [_executed(run, record) for run, record in records], kind="status"),
    ]
    for kind in ("hardware", "versions"):
        # What all chapters were executed on or with; usually one thing.
        rows = [
            (_plain(name), _plain("; ".join(dict.fromkeys(str(each[kind].get(name)) for _, each in records))))
            for name in records[0][1][kind]
        ]
        parts += [f"## {kind.capitalize()}", _table(("what", kind), rows, kind="status")]
    return "\n\n".join(parts)


def _executed(run: Run, record: dict[str, Any]) -> tuple[str, ...]:
    name = run.chapter.name
    return (
        f"[](/{run.chapter.document}.md)",
        _plain(str(run.parameters)) if record["parameters"] else "none",
        _time(record["seconds"]),
        str(record["threads"]),
        f"{{download}}`notebook <{name}.ipynb>`, {{download}}`source <{SOURCES}/{name}.md>`",
    )


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def cite(book: Book) -> str:
    """What CITATION.cff asks for, and an entry of BibTeX for the software and for each of its references."""
    content = yaml.safe_load((book.root / "CITATION.cff").read_text(encoding="utf-8"))
    if book.address:
        content["url"] = book.address
    entries = [_entry("software", content), *(_entry(each["type"], each) for each in content["references"])]
    return "\n\n".join([_plain(content["message"]), *(f"```bibtex\n{entry}\n```" for entry in entries)])


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
