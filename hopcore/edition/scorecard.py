"""The scorecard: every claim of the paper beside what the executed chapters measured."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from hopcore.claims import Answer, Beyond, ClaimsTable, Verdict
from hopcore.edition.errors import EditionError
from hopcore.edition.execute import Parameters, Run
from hopcore.edition.markdown import plain, table
from hopcore.paper import CLAIMS

NOT_MEASURED = "not measured"


def scorecard(runs: Iterable[Run]) -> str:
    """Both tables in Markdown: the paper's claims, in its order, and results beyond the paper.

    They come from the records of the executed chapters.  A chapter that is also kept, unchanged, from a run
    with other parameters than those of its page has a row for each.  A claim that no chapter answered is not
    measured.
    """
    tables = [found for run in runs for found in _tables(run)]
    rows = []
    for claim in CLAIMS.values():
        answers = [(each, found) for found in tables for each in found.answers if each.claim == claim.id]
        figure = "supplement" if claim.figure == "S" else f"Figure {claim.figure}"
        says = f"{_text(claim.statement)} ({figure})"
        for answer, found in answers:
            rows.append((claim.id, says, _measured(answer, found), _verdict(answer.verdict)))
        if not answers:
            rows.append((claim.id, says, "by no chapter of this build", _verdict(NOT_MEASURED)))
    beyond = [(_text(each.question), _measured(each, found)) for found in tables for each in found.beyond]
    parts = [
        _summary(tables),
        table(("claim", "the paper says", "measured here", "verdict"), rows, kind="scorecard"),
        "## Beyond the paper",
        "Results for which the paper has no statement to compare with.",
        table(("question", "measured here"), beyond, kind="scorecard beyond")
        if beyond
        else "No chapter has recorded one yet.",
    ]
    return "\n\n".join(parts)


def _tables(run: Run) -> Iterator[ClaimsTable]:
    """The answers of the chapter's page, then those of its other finished runs."""
    others = []
    for record in sorted((run.book.output / "executed").glob(f"*/{run.chapter.name}.json")):
        scale, _, seed = record.parent.name.rpartition("-")
        try:
            others.append(Run(run.book, run.chapter, Parameters(scale, int(seed))))
        except (EditionError, ValueError):
            continue  # a folder that is not one of runs
    for each in (run, *(other for other in others if other != run and other.finished())):
        content = json.loads(each.record.read_text(encoding="utf-8")).get("claims")
        if content is not None:
            yield ClaimsTable.parse(content)


def _measured(result: Answer | Beyond, found: ClaimsTable) -> str:
    shown = f"{{numref}}`{result.figure}` in " if result.figure else ""
    return (
        f"{_text(result.measured)}<br>{shown}[](/book/{found.chapter}.md); "
        f"scale {plain(found.scale)}, seed {found.seed}"
    )


def _text(sentence: str) -> str:
    return plain(sentence).replace(r"T\_r", "$T_r$")


def _verdict(verdict: str) -> str:
    kinds = {each.value: each.name.lower().replace("_", "-") for each in Verdict}
    return f'<strong class="verdict-{kinds.get(verdict, "none")}">{verdict}</strong>'


def _summary(tables: Iterable[ClaimsTable]) -> str:
    """How many claims have which verdict; the first answer to a claim is the one that counts."""
    first: dict[str, str] = {}
    for found in tables:
        for answer in found.answers:
            first.setdefault(answer.claim, answer.verdict)
    counts = Counter(first.get(claim, NOT_MEASURED) for claim in CLAIMS)
    words = {
        Verdict.HOLDS: "hold",
        Verdict.IN_PART: "hold in part",
        Verdict.FAILS: "do not hold",
        NOT_MEASURED: "were not measured",
    }
    told = ", ".join(f"{counts[each]} {word}" for each, word in words.items() if counts[each])
    return f"Of {len(CLAIMS)} claims, {told}."
