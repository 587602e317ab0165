"""Answers to the paper's claims: what a chapter measured, its verdict, and a table of both."""

from __future__ import annotations

import html
import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hopcore._files import write_whole
from hopcore.paper import CLAIMS


class Verdict(StrEnum):
    """How a measurement answers a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "does not hold"

    @classmethod
    def of(cls, *parts: bool) -> Verdict:
        """The verdict on a claim of several parts: all of them, some of them or none."""
        if not parts:
            raise ValueError("parts must hold at least one answer, got none")
        if all(parts):
            return cls.HOLDS
        return cls.IN_PART if any(parts) else cls.FAILS


@dataclass(frozen=True)
class Answer:
    """What was measured for one claim.

    `measured` is a sentence for the reader with the numbers in it; `numbers` holds them for programs.
    `figure` names the figure of the chapter that shows it (`name:` under `mystnb: figure:`), "" for none.
    """

    claim: str
    measured: str
    verdict: Verdict
    numbers: dict[str, float]
    figure: str = ""

    def __post_init__(self) -> None:
        if self.claim not in CLAIMS:
            raise ValueError(f"claim must be one of {', '.join(CLAIMS)}, got {self.claim!r}")


@dataclass(frozen=True)
class Beyond:
    """A result that the paper does not have: the question, and what was measured, as in `Answer`."""

    question: str
    measured: str
    numbers: dict[str, float]
    figure: str = ""


@dataclass(frozen=True)
class ClaimsTable:
    """A chapter's answers; shown as a table in a notebook, as text in a terminal, kept as JSON.

    `chapter` is the chapter's file name without ending; `scale` and `seed` are its parameters.  `beyond`
    holds results that the paper does not have; the book's scorecard lists them in a table of their own.
    """

    chapter: str
    scale: str
    seed: int
    answers: tuple[Answer, ...]
    beyond: tuple[Beyond, ...] = ()

    def __post_init__(self) -> None:
        for name in ("chapter", "scale"):
            value = getattr(self, name)
            if not isinstance(value, str) or not re.fullmatch(r"\w[\w-]*", value):
                raise ValueError(f"{name} must be a name of letters, digits, _ and -, got {value!r}")

    def save(self, folder: str | os.PathLike) -> Path:
        """Write `<folder>/<chapter>.<scale>.json` whole or not at all; returns its path."""
        path = Path(folder) / f"{self.chapter}.{self.scale}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.content(), indent=2, ensure_ascii=False) + "\n"
        write_whole(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))
        return path

    def content(self) -> dict[str, Any]:
        """What `save` writes, for JSON."""
        return {
            "chapter": self.chapter,
            "scale": self.scale,
            "seed": self.seed,
            "answers": [
                {
                    "claim": each.claim,
                    "measured": each.measured,
                    "verdict": each.verdict.value,
                    "numbers": _plain(each.numbers),
                    "figure": each.figure,
                }
                for each in self.answers
            ],
            "beyond": [
                {
                    "question": each.question,
                    "measured": each.measured,
                    "numbers": _plain(each.numbers),
                    "figure": each.figure,
                }
                for each in self.beyond
            ],
        }

    @classmethod
    def load(cls, path: str | os.PathLike) -> ClaimsTable:
        """Read a table that `save` wrote.

        Raises
        ------
        ValueError
            If the file holds anything else.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not a table of answers: {error}") from error
        try:
            return cls.parse(content)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, content: dict[str, Any]) -> ClaimsTable:
        """The table from the content of its JSON.

        Raises
        ------
        ValueError
            If it is not what `save` writes.
        """
        try:
            answers = tuple(
                Answer(**{**each, "verdict": Verdict(each["verdict"]), "numbers": _plain(each["numbers"])})
                for each in content["answers"]
            )
            beyond = tuple(
                Beyond(**{**each, "numbers": _plain(each["numbers"])}) for each in content.get("beyond", ())
            )
            table = cls(content["chapter"], content["scale"], content["seed"], answers, beyond)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise ValueError(f"not a table of answers: {type(error).__name__}: {error}") from error
        texts = [text for each in answers for text in (each.measured, each.figure)]
        texts += [text for each in beyond for text in (each.question, each.measured, each.figure)]
        if type(table.seed) is not int or not all(isinstance(text, str) for text in texts):
            raise ValueError("not a table of answers: a text or the seed is of another type")
        return table

    def __str__(self) -> str:
        return "\n".join(f"{each.claim}  {each.verdict.value}: {each.measured}" for each in self.answers)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr class="verdict-{each.verdict.name.lower().replace("_", "-")}">'
            f"<th scope='row'>{each.claim}</th>"
            f"<td data-title='The paper says'>{html.escape(CLAIMS[each.claim].statement)}</td>"
            f"<td data-title='Measured here'>{html.escape(each.measured)}</td>"
            f"<td data-title='Verdict'><strong>{each.verdict.value}</strong></td></tr>"
            for each in self.answers
        )
        return (
            '<table class="dataframe claims"><thead><tr><th>claim</th><th>the paper says</th>'
            f"<th>measured here</th><th>verdict</th></tr></thead><tbody>{rows}</tbody></table>"
            f'<p class="claims-scale">Scale: {html.escape(self.scale)}; seed {self.seed}.</p>'
        )


def _plain(numbers: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}
