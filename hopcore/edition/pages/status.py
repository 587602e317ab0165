"""The status page: how, where and with what every chapter was executed, and its files to download."""

from __future__ import annotations

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
        table(("chapter", "scale and seed", "time", "threads", "downloads"), chapters, kind="status"),
    ]
    for title, kind in (("Hardware", "hardware"), ("Versions", "versions")):
        parts += [f"## {title}", *_circumstances([(run, record[kind]) for run, record in records], kind)]
    return "\n\n".join(parts)


def copy_sources(runs: Iterable[Run], folder: Path) -> None:
    """Put the sources of the executed chapters into the staged book, for downloading."""
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        shutil.copy(run.chapter.source, folder / run.chapter.source.name)


def _chapter(run: Run, record: dict[str, Any]) -> tuple[str, ...]:
    name = run.chapter.name
    passed = ", ".join(f"{key} {value}" for key, value in record["parameters"].items())
    return (
        f"[](/{run.chapter.document}.md)",
        plain(passed) or "none",
        _time(record["seconds"]),
        str(record["threads"]),
        f"{{download}}`notebook <{name}.ipynb>`, {{download}}`source <{SOURCES}/{name}.md>`",
    )


def _circumstances(found: list[tuple[Run, dict[str, str]]], kind: str) -> list[str]:
    """One table for all chapters that share their circumstances; usually one in all."""
    groups: dict[str, list[tuple[Run, dict[str, str]]]] = {}
    for run, values in found:
        groups.setdefault(json.dumps(values, sort_keys=True), []).append((run, values))
    parts = []
    for group in groups.values():
        if len(groups) > 1:
            parts.append(", ".join(f"[](/{run.chapter.document}.md)" for run, _ in group) + ":")
        rows = [(plain(name), plain(value)) for name, value in group[0][1].items()]
        parts.append(table(("what", kind), rows, kind="status"))
    return parts


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
