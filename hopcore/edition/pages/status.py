"""The status page: how, where and with what every chapter was executed, and its files to download."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hopcore.edition.pages.markdown import plain, table
from hopcore.edition.run.execute import Run

SOURCES = "sources"
"""Folder of the staged book, beside its pages, that holds the chapters' sources."""


def status(runs: Iterable[Run]) -> str:
    """The tables in Markdown, from the records of the executed chapters."""
    records = [(run, json.loads(run.record.read_text(encoding="utf-8"))) for run in runs]
    if not records:
        return "No chapter was executed."
    chapters = [_chapter(run, record) for run, record in records]
    seconds = sum(record["seconds"] for _, record in records)
    parts = [
        f"{len(records)} chapters took {_time(seconds)} of execution, added up.",
        table(("chapter", "parameters", "time", "threads", "downloads"), chapters, kind="status"),
    ]
    for kind in ("hardware", "versions"):
        rows = [(plain(name), plain(_all(records, kind, name))) for name in records[0][1][kind]]
        parts += [f"## {kind.capitalize()}", table(("what", kind), rows, kind="status")]
    return "\n\n".join(parts)


def _all(records: list[tuple[Run, dict[str, Any]]], kind: str, name: str) -> str:
    """What all chapters were executed on or with; usually one thing."""
    return "; ".join(dict.fromkeys(str(record[kind].get(name)) for _, record in records))


def copy_sources(runs: Iterable[Run], folder: Path) -> None:
    """Put the sources of the executed chapters into the staged book, for downloading."""
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        shutil.copy(run.chapter.source, folder / run.chapter.source.name)


def _chapter(run: Run, record: dict[str, Any]) -> tuple[str, ...]:
    name = run.chapter.name
    return (
        f"[](/{run.chapter.document}.md)",
        plain(str(run.parameters)) if record["parameters"] else "none",
        _time(record["seconds"]),
        str(record["threads"]),
        f"{{download}}`notebook <{name}.ipynb>`, {{download}}`source <{SOURCES}/{name}.md>`",
    )


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
