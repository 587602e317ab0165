"""The scorecard: every claim of the paper beside what the executed chapters measured."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hopcore.edition.errors import EditionError
from hopcore.edition.pages.markdown import plain, table
from hopcore.edition.run.execute import Parameters, Run
from hopcore.paper import CLAIMS, Answer, Verdict

NOT_MEASURED = "not measured"


def scorecard(runs: Iterable[Run]) -> str:
    """Both tables in Markdown: the paper's claims, in its order, and results beyond the paper.

    They come from the executed chapters.  A chapter that is also kept, unchanged, from a run with other
    parameters than those of its page has a row for each.  A claim that no chapter answered is not measured.
    """
    found = [(answer, kept) for run in runs for kept in _kept(run) for answer in kept.answers()]
    rows = []
    for claim in CLAIMS.values():
        own = [(answer, run) for answer, run in found if answer.id == claim.id]
        figure = "supplement" if claim.figure == "S" else f"Figure {claim.figure}"
        says = f"{_text(claim.statement)} ({figure})"
        for answer, run in own:
            rows.append((claim.id, says, _measured(answer, run), _verdict(answer.verdict, answer.said)))
        if not own:
            rows.append((claim.id, says, "by no chapter of this build", _verdict(None, NOT_MEASURED)))
    beyond = [(_text(each.says), _measured(each, run)) for each, run in found if each.verdict is None]
    parts = [
        _summary(answer for answer, _ in found),
        table(("claim", "the paper says", "measured here", "verdict"), rows, kind="scorecard"),
        "## Beyond the paper",
        "Results for which the paper has no statement to compare with.",
        table(("question", "measured here"), beyond, kind="scorecard beyond")
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
    return f"{said}; {plain(str(run.parameters))}"


def _text(sentence: str) -> str:
    return plain(sentence).replace(r"T\_r", "$T_r$")


def _verdict(verdict: Verdict | None, said: str) -> str:
    kind = "none" if verdict is None else verdict.name.lower().replace("_", "-")
    return f'<strong class="verdict-{kind}">{said}</strong>'


def _summary(found: Iterable[Answer]) -> str:
    """How many claims have which verdict; the first answer to a claim is the one that counts."""
    first: dict[str, Verdict | None] = {}
    for answer in found:
        first.setdefault(answer.id, answer.verdict)
    counts = Counter(first.get(claim) for claim in CLAIMS)
    words = {
        Verdict.HOLDS: "hold",
        Verdict.IN_PART: "hold in part",
        Verdict.FAILS: "do not hold",
        None: "were not measured",
    }
    told = ", ".join(f"{counts[each]} {word}" for each, word in words.items() if counts[each])
    return f"Of {len(CLAIMS)} claims, {told}."
