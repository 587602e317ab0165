"""Answers to the paper's claims: one call measures, quotes, judges and feeds the scorecard."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np

from hopcore.paper.claims import CLAIMS

MIME = "application/vnd.hopcore.answer+json"
"""The kind of a cell's output that holds an answer: the scorecard looks for it in executed chapters."""


class Verdict(StrEnum):
    """How a measurement answers a claim."""

    HOLDS = "holds"
    IN_PART = "holds in part"
    FAILS = "does not hold"


@dataclass(frozen=True)
class Answer:
    """What was measured for a claim of the paper, or for a question that the paper does not ask.

    Attributes
    ----------
    id : of the claim, or the question's name.
    says : the claim's statement, or the question.
    measured : a sentence for the reader, with the numbers in it.
    numbers : the same for programs.
    parts : what the verdict rests on, each with one bool, or one for each draw. A question needs none.
    figure : the figure of the chapter that shows it (`name:` under `mystnb: figure:`), "" for none.
    """

    id: str
    says: str
    measured: str
    numbers: Mapping[str, float]
    parts: Mapping[str, tuple[bool, ...]]
    figure: str = ""

    @property
    def draws(self) -> int:
        """Over how many draws of images and starts the claim was measured."""
        return max((len(part) for part in self.parts.values()), default=1)

    @property
    def held(self) -> int:
        """In how many of the draws every part holds."""
        return int(np.all([np.broadcast_to(part, self.draws) for part in self.parts.values()], axis=0).sum())

    @property
    def verdict(self) -> Verdict | None:
        """*Holds* if every part does in every draw, *does not hold* if none does in any, else *in part*."""
        found = [held for part in self.parts.values() for held in part]
        if not found:
            return None
        if all(found):
            return Verdict.HOLDS
        return Verdict.IN_PART if any(found) else Verdict.FAILS

    @property
    def kind(self) -> str:
        """The verdict as the style sheet names it: "holds", "in-part", "fails" or "none"."""
        return "none" if self.verdict is None else self.verdict.name.lower().replace("_", "-")

    @property
    def said(self) -> str:
        """The verdict in words: "holds in 7 of 8 draws"."""
        if self.verdict is None or self.draws == 1:
            return self.verdict or ""
        if self.verdict is Verdict.FAILS:
            return f"does not hold in any of {self.draws} draws"
        return f"holds in {self.held} of {self.draws} draws" if self.held else "holds in part"

    def lines(self) -> list[tuple[str, str]]:
        """Each part's answer, "yes", "no" or "6 of 8 draws", and the part."""
        return [
            (("yes" if held[0] else "no") if len(held) == 1 else f"{sum(held)} of {len(held)} draws", part)
            for part, held in self.parts.items()
        ]

    def __str__(self) -> str:
        return "\n".join([f"{self.id} {self.said}", *(f"  {word}: {part}" for word, part in self.lines())])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": str(self), "text/html": self._html(), MIME: asdict(self)}

    def _html(self) -> str:
        name, asked = "<strong>Beyond the paper</strong>", ""
        if self.id in CLAIMS:
            name, asked = f"<strong>{self.id}</strong> {self.said}", "The paper says: "
        parts = "".join(f"<li>{_typeset(part)}: <em>{word}</em></li>" for word, part in self.lines())
        return (
            f'<div class="hopcore-claim verdict-{self.kind}"><p>{name}</p>'
            f"<p>{asked}{_typeset(self.says)}</p>"
            f"<p>Measured here: {_typeset(self.measured)}</p><ul>{parts}</ul></div>"
        )

    @classmethod
    def parse(cls, content: Any) -> Answer:
        """The answer from the content of its output.

        Raises
        ------
        ValueError
            If it is not what an answer shows.
        """
        try:
            answer = cls(**content)
            texts = (answer.id, answer.says, answer.measured, answer.figure)
            right = all(isinstance(text, str) for text in texts)
            numbers = {str(name): float(value) for name, value in answer.numbers.items()}
            parts = {str(part): tuple(held) for part, held in answer.parts.items()}
            right &= all(held and all(type(each) is bool for each in held) for held in parts.values())
        except (TypeError, AttributeError, ValueError, OverflowError) as error:
            raise ValueError(f"not an answer: {type(error).__name__}: {error}") from error
        if not right or (answer.id in CLAIMS and not parts):
            raise ValueError("not an answer: a text, a part or the claim's name is of another kind")
        return cls(*texts[:3], numbers, parts, answer.figure)


def _typeset(text: str) -> str:
    """Text as HTML, with the minus of numbers and T with its index."""
    minus = re.sub(r"(^|[\s(])-(?=\d)", r"\1−", html.escape(text))
    return re.sub(r"\bT_r\b", "<em>T</em><sub>r</sub>", minus)


def claim(
    name: str, *, parts: Mapping[str, Any], numbers: Mapping[str, Any], measured: str, figure: str = ""
) -> Answer:
    """Answer a claim of the paper; put it last in a cell tagged ``checked``, which then shows the answer.

    Parameters
    ----------
    name : the claim's id, one of `hopcore.paper.CLAIMS`.
    parts : what has to be true, in words, each with its answer: a bool, or one for each draw (D,).
    numbers : by name; the text quotes them as ``{glue:text}`W1.median:.0f```.
    measured : one sentence, in which ``{median:.0f}`` stands for a number.
    figure : the figure that shows it.

    Raises
    ------
    ValueError
        For an unknown claim, no part, parts over different numbers of draws, or an array as a number.
    """
    if name not in CLAIMS:
        raise ValueError(f"name must be one of {', '.join(CLAIMS)}, got {name!r}")
    if not parts:
        raise ValueError("parts must hold at least one")
    return _answer(name, CLAIMS[name].statement, numbers, measured, parts, figure)


def beyond(
    name: str,
    question: str,
    *,
    parts: Mapping[str, Any] = MappingProxyType({}),
    numbers: Mapping[str, Any],
    measured: str,
    figure: str = "",
) -> Answer:
    """Record a result that the paper does not have; the other parameters are those of `claim`.

    `name` is a plain word of the chapter's choice, before the dot in the names of quoted numbers; `parts` are
    bars that were set before measuring, if there were any.
    """
    if name in CLAIMS or not name.isidentifier():
        raise ValueError(f"name must be a plain word that is no claim's, got {name!r}")
    return _answer(name, question, numbers, measured, parts, figure)


def _answer(
    name: str, says: str, numbers: Mapping[str, Any], measured: str, parts: Mapping[str, Any], figure: str
) -> Answer:
    answers = {part: _answers(part, held) for part, held in parts.items()}
    if len({len(held) for held in answers.values()} - {1}) > 1:
        raise ValueError("parts must all be over the same number of draws")
    plain = {key: _plain_number(key, value) for key, value in numbers.items()}
    floats = {key: float(value) for key, value in plain.items()}
    answer = Answer(name, says, measured.format(**plain), floats, answers, figure)
    say(**{f"{name}.{key}": value for key, value in plain.items()})
    return answer


def _answers(part: str, held: Any) -> tuple[bool, ...]:
    held = np.atleast_1d(held)
    if held.dtype != bool or held.ndim != 1 or not held.size:
        raise ValueError(f"parts[{part!r}] must be a bool or one for each draw, got {held!r}")
    return tuple(held.tolist())


def say(**values: Any) -> None:
    """Keep values in the notebook for its text, which quotes them as ``{glue:text}`name:.2f```.

    Raises
    ------
    ValueError
        For an array of several elements, or a name that is not a plain word (or two with a dot between).
    """
    if find_spec("myst_nb") is None:  # without the extra `book` there is no page to quote them
        return
    from myst_nb import glue

    for name, value in values.items():
        if not all(word.isidentifier() for word in name.split(".", 1)):
            raise ValueError(f"names must be plain words, got {name!r}")
        glue(name, _plain_number(name, value), display=False)


def ranges(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The mean of each array under its name, and its ends as ``name_least`` and ``name_most``."""
    ends: dict[str, Any] = {"": np.mean, "_least": np.min, "_most": np.max}
    return {f"{name}{end}": of(each) for name, each in values.items() for end, of in ends.items()}


def _plain_number(name: str, value: Any) -> Any:
    """The plain Python number that a NumPy or xarray value of one element holds: only such has a format."""
    if not hasattr(value, "item"):
        return value
    if np.size(value) != 1:
        raise ValueError(f"{name} must be one number, got {np.size(value)}")
    return value.item()
