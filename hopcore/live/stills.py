"""The still pictures: what an instrument shows where scripts do not run, and in print."""

from functools import lru_cache
from typing import Any

import numpy as np

from hopcore import plotting
from hopcore.data import TrainingSet, paper_pair
from hopcore.reduced import ReducedSystem
from hopcore.training import train

from .page import kinds

_SHOWN = 36


def still_of(name: str, data: TrainingSet, given: dict[str, Any]) -> tuple[bytes, str]:
    """The picture (PNG) and what it shows, in words."""
    if name == "nullclines":
        system = ReducedSystem(**given)
        count = system.fixed_points().sizes["point"]
        words = f"Nullclines of the reduced system at n = {system.n:g} with {count} fixed points."
        return plotting.nullcline_frame(system, paper_pair().images).data(), words
    digits = tuple(given.get("digits", sorted(set(data.digits.tolist()))))
    memories = _learnt(data, digits, given["n"], given["seed"])
    shape = kinds(data)["picture"]
    memories = memories if shape is None else memories.reshape(-1, *shape)
    picture = plotting.image_blocks([[memories]], [""], [""], side=6)
    learnt = ", ".join(data.names[digit] for digit in digits)
    learnt = f"{kinds(data)['kind']} {learnt}, n = {given['n']:g}"
    words = f"{_SHOWN} memories of a network that has learnt the {learnt}."
    return picture.data(), words


@lru_cache(maxsize=8)
def _learnt(data: TrainingSet, digits: tuple[int, ...], n: float, seed: int) -> np.ndarray:
    """Some memories of a network that has learnt, ordered by their digit."""
    chosen = np.isin(data.digits, digits)
    kept = TrainingSet(data.images[chosen], data.digits[chosen], **data.kinds)
    # rate × epochs = 18: when the standard network has learnt
    run = train(kept, n=n, rate=0.02, epochs=900, seed=seed, dtype="float32")
    order = np.argsort(run.labels[-1].values.argmax(axis=1), kind="stable")
    return run.memories[-1].values[order[np.linspace(0, len(order) - 1, _SHOWN).astype(int)]]
