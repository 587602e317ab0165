"""Docstrings (NumPy style, with code in backticks) as MyST Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from hopcore.edition.pages.markdown import escaped

_MARKED = re.compile(r"(?::\w+:)?(`{1,2})~?(?P<code>[^`]+)\1|(?<![^\s(])\*(?P<word>\w[^*]*)\*(?!\w)")

_NAMED = ("Parameters", "Attributes", "Returns", "Raises", "Warns", "Yields")
"""Sections that are lists of names with descriptions."""


def rendered(text: str) -> str:
    """A docstring in Markdown: paragraphs, lists, formulas and examples; sections with their items."""
    lines = inspect.cleandoc(text).splitlines()
    parts: list[str] = []
    for title, body in _sections(lines):
        if title:
            parts.append(f"**{title}**")
        named = title in _NAMED and any(line.startswith(" ") or " : " in line for line in body)
        parts += _items(body) if named else _blocks(body)
    return "\n\n".join(parts)


def inline(text: str) -> str:
    """A piece of text: code and stressed words stay so, everything else is taken literally."""
    parts, last = [], 0
    for found in _MARKED.finditer(text):
        marked = f"`{found['code']}`" if found["code"] else f"*{escaped(found['word'])}*"
        parts += [escaped(text[last : found.start()]), marked]
        last = found.end()
    return "".join([*parts, escaped(text[last:])])


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Title ("" before the first) and lines of every section; a title is underlined with dashes."""
    starts = [
        i for i, line in enumerate(lines[1:]) if re.fullmatch(r"-{3,}", line) and len(line) == len(lines[i])
    ]
    for start, end in zip([None, *starts], [*starts, len(lines)], strict=True):
        yield ("", lines[:end]) if start is None else (lines[start], lines[start + 2 : end])


def _items(lines: list[str]) -> Iterator[str]:
    """Names at the margin, their descriptions indented or behind a colon: a list of definitions."""
    heads = [i for i, line in enumerate(lines) if line and not line.startswith(" ")]
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        name, _, kind = lines[head].partition(" : ")
        body = inspect.cleandoc("\n".join(["", *lines[head + 1 : end]]))
        if kind and (not body or body[0].islower()):  # the description begins on the line of the name
            body = f"{kind}\n{body}"
        elif kind:
            name = lines[head]
        indented = "\n\n".join(_blocks(body.splitlines())).replace("\n", "\n  ")
        yield f"{inline(name)}\n: {indented}" if indented else inline(name)


def _blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs, lists, examples and indented formulas or programs."""
    language = "text"
    for block in re.split(r"\n(?:\s*\n)+", "\n".join(lines).strip("\n")):
        first = block.lstrip()
        if first.startswith(">>>"):
            yield f"```pycon\n{inspect.cleandoc(block)}\n```"
        elif first and all(line.startswith("  ") for line in block.splitlines()):
            yield f"```{language}\n{inspect.cleandoc(block)}\n```"
        elif first.startswith("- "):
            items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
            yield "\n".join(f"- {inline(' '.join(item.split()))}" for item in items)
        elif first:
            yield inline(" ".join(block.split()).replace("::", ":"))
        language = "python" if block.endswith("::") else "text"
