"""Docstrings (NumPy style, with code in backticks) as MyST Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from hopcore.edition.markdown import escaped

_CODE = re.compile(r"(?::\w+:)?(`{1,2})~?([^`]+)\1")


def rendered(text: str) -> str:
    """A docstring in Markdown: paragraphs, lists, formulas and examples; sections with their items."""
    lines = inspect.cleandoc(text).splitlines()
    parts: list[str] = []
    for title, body in _sections(lines):
        if title:
            parts.append(f"**{title}**")
        parts += _items(body) if title and _itemized(body) else _blocks(body)
    return "\n\n".join(parts)


def inline(text: str) -> str:
    """A piece of text: code stays code, everything else is taken literally."""
    parts, last = [], 0
    for code in _CODE.finditer(text):
        parts += [escaped(text[last : code.start()]), f"`{code[2]}`"]
        last = code.end()
    return "".join([*parts, escaped(text[last:])])


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Title ("" before the first) and lines of every section; a title is underlined with dashes."""
    starts = [
        i for i, line in enumerate(lines[1:]) if re.fullmatch(r"-{3,}", line) and len(line) == len(lines[i])
    ]
    for start, end in zip([None, *starts], [*starts, len(lines)], strict=True):
        yield ("", lines[:end]) if start is None else (lines[start], lines[start + 2 : end])


def _itemized(lines: list[str]) -> bool:
    """Whether a section names things: with indented descriptions, or as "name : description"."""
    if lines and lines[0].startswith(">>>"):
        return False
    return any(line.startswith(" ") for line in lines) or all(" : " in line for line in lines if line)


def _items(lines: list[str]) -> Iterator[str]:
    """Names at the margin, their descriptions indented or behind a colon: a list of definitions."""
    heads = [i for i, line in enumerate(lines) if line and not line.startswith(" ")]
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        body = "\n\n".join(_blocks(inspect.cleandoc("\n".join(["", *lines[head + 1 : end]])).splitlines()))
        name = lines[head]
        if not body:
            name, _, body = name.partition(" : ")
            body = inline(body)
        indented = body.replace("\n", "\n  ")
        yield f"{inline(name)}\n: {indented}" if body else inline(name)


def _blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs, lists, examples and indented formulas."""
    for block in re.split(r"\n(?:\s*\n)+", "\n".join(lines).strip("\n")):
        if not block.strip():
            continue
        first = block.lstrip()
        if first.startswith(">>>"):
            yield f"```pycon\n{inspect.cleandoc(block)}\n```"
        elif all(line.startswith("  ") for line in block.splitlines()):
            yield f"```text\n{inspect.cleandoc(block)}\n```"
        elif first.startswith("- "):
            yield "\n".join(
                f"- {inline(' '.join(item.split()))}" for item in re.split(r"^- ", block, flags=re.M)[1:]
            )
        else:
            yield inline(" ".join(block.split()))
