"""The still pictures: what an instrument shows where scripts do not run, and in print."""

from functools import lru_cache
from typing import Any

import numpy as np

from hopcore import plotting
from hopcore.data import TrainingSet, paper_pair
from hopcore.reduced import ReducedSystem
from hopcore.training import train

_TIME = 18.0  # rate times epochs: when the standard network has learnt
_RATE = 0.02
_SHOWN = 36


def still_of(name: str, data: TrainingSet, given: dict[str, Any]) -> tuple[bytes, str]:
    """The picture (PNG) and what it shows, in words."""
    if name == "nullclines":
        system = ReducedSystem(
            **{key: given[key] for key in ("aa", "ab", "bb", "n", "temperature", "copies")}
        )
        points = system.fixed_points()
        words = (
            f"Nullclines of the reduced system at n = {system.n:g} with {points.sizes['point']} fixed points."
        )
        return plotting.nullcline_frame(system, paper_pair().images).data(), words
    digits = tuple(given.get("digits", range(10)))
    memories = _learnt(data, digits, given["n"], 0.85, given["seed"])
    picture = plotting.image_blocks([[memories]], [""], [""], side=6)
    learnt = ", ".join(map(str, digits))
    words = f"{_SHOWN} memories of a network that has learnt the digits {learnt}, n = {given['n']:g}."
    return picture.data(), words


@lru_cache(maxsize=8)
def _learnt(
    data: TrainingSet, digits: tuple[int, ...], n: float, temperature: float, seed: int
) -> np.ndarray:
    """Some memories of a network that has learnt, ordered by their digit."""
    chosen = np.isin(data.digits, digits)
    kept = TrainingSet(data.images[chosen], data.digits[chosen])
    run = train(
        kept,
        n=n,
        rescaled_temperature=temperature,
        rate=_RATE,
        epochs=round(_TIME / _RATE),
        seed=seed,
        dtype="float32",
    )
    order = np.argsort(run.labels[-1].values.argmax(axis=1), kind="stable")
    return run.memories[-1].values[order[np.linspace(0, len(order) - 1, _SHOWN).astype(int)]]
