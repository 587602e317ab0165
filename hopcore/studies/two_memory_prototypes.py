"""From mixture to prototype with two images: networks, thresholds and steepness (paper, Fig. 6)."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore.data import CATEGORIES, TrainingSet, training_set
from hopcore.decomposition import coefficients
from hopcore.paper import FIGURE_6_MEANS_OF, FIGURE_6_START, FIGURES, PIXELS
from hopcore.reduced import mixture_temperature, same_digit_mixtures
from hopcore.splits import class_means
from hopcore.studies.crossings import stays_above
from hopcore.studies.two_memory_bifurcation import overlaps
from hopcore.sweeps import sweep


def one_memory(
    data: TrainingSet, n: Iterable[float], rescaled_temperature: Iterable[float], **how: Any
) -> xr.Dataset:
    """One memory trained on two images, over n and temperature (Fig. 6, left); `how` is for `hopcore.sweep`.

    Returns ``memories`` (n, rescaled_temperature, memory, pixel), ``labels`` (…, memory, category), and
    ``alpha`` (…, memory, image), the coefficients of the two images.
    """
    networks = sweep(data, n=n, rescaled_temperature=rescaled_temperature, **{"memories": 1, **how})
    return networks.isel(seed=0).assign(alpha=coefficients(networks.memories.isel(seed=0), data))


def two_memories(
    data: TrainingSet, n: Iterable[float], rescaled_temperature: Iterable[float], **how: Any
) -> xr.Dataset:
    """As `one_memory`, two memories from `opposed_start` (Fig. 6, right)."""
    return one_memory(data, n, rescaled_temperature, memories=2, start=opposed_start(data), **how)


def opposed_start(data: TrainingSet) -> tuple[np.ndarray, np.ndarray]:
    """Memories 0.5 A − 0.2 B and 0.5 B − 0.2 A (2, N), its own label +1, the others −1 (2, C)."""
    own, other = FIGURE_6_START
    labels = np.full((2, CATEGORIES), -1.0)
    labels[[0, 1], data.digits] = 1.0
    return np.array([[own, other], [other, own]]) @ data.images, labels


def mean_pair(seed: int, source: TrainingSet | None = None) -> TrainingSet:
    """The mean images of fifty 4s and of fifty 9s, drawn with a seed; of all in a source that has fewer."""
    digits, count = FIGURES["6 right"].digits, FIGURE_6_MEANS_OF
    if source is not None:
        count = min(count, *((source.digits == digit).sum() for digit in digits))
    return class_means(training_set(digits, count, seed, source))


def corners(
    seeds: Sequence[int],
    n: float,
    rescaled_temperature: float,
    source: TrainingSet | None = None,
    **how: Any,
) -> xr.Dataset:
    """`two_memories` at one n and temperature, for several pairs of mean images from a source.

    Returns
    -------
    xarray.Dataset
        Over draw: ``norms``, ⟨A|A⟩ − ⟨B|B⟩; ``other`` (…, memory), see `other_coefficient`; and ``share``
        (…, memory), that of the smaller coefficient.
    """
    found = []
    for seed in seeds:
        data = mean_pair(seed, source)
        networks = two_memories(data, [n], [rescaled_temperature], **how)
        aa, _, bb = overlaps(data)
        size = abs(networks.alpha)
        found.append(
            xr.Dataset(
                {
                    "norms": aa - bb,
                    "other": other_coefficient(networks).squeeze(drop=True),
                    "share": (size.min("image") / size.sum("image")).squeeze(drop=True),
                }
            )
        )
    return xr.concat(found, xr.IndexVariable("draw", list(seeds)))


def larger_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """The larger coefficient of `one_memory`: (n, rescaled_temperature)."""
    return networks.alpha.isel(memory=0).max("image")


def other_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """The coefficient of B in memory A and of A in memory B: (n, rescaled_temperature, memory)."""
    alpha = networks.alpha.transpose("n", "rescaled_temperature", "memory", "image")
    return alpha.isel(image=0, drop=True).copy(data=alpha.values[..., [0, 1], [1, 0]])


def thresholds(values: xr.DataArray, level: float) -> np.ndarray:
    """The n from which values (n, rescaled_temperature) stay above a level, at every temperature; or nan."""
    return np.array([stays_above(values.n, curve, level) for curve in values.transpose(..., "n").values])


def line_power(n: ArrayLike, line: ArrayLike, temperature: ArrayLike) -> np.ndarray:
    """The n at which a falling line T(n) (R,), nan where it does not exist, has each temperature; or nan."""
    powers, falling = np.asarray(n, dtype=float)[::-1], np.asarray(line, dtype=float)[::-1]
    there = np.isfinite(falling)
    sought = np.asarray(temperature, dtype=float)
    return np.interp(sought, falling[there], powers[there], left=np.nan, right=np.nan)


def line_errors(
    seeds: Iterable[int],
    n: Sequence[float],
    rescaled_temperature: Sequence[float],
    level: float,
    source: TrainingSet | None = None,
    **how: Any,
) -> np.ndarray:
    """How far in n one memory passes a level behind the line of equal costs: (P, T) for P pairs of 4s."""

    def error(seed: int) -> np.ndarray:
        data = training_set((4,), per_digit=2, seed=seed, source=source)
        aa, ab, bb = overlaps(data)
        line = mixture_temperature(n, (aa + bb) / 2, ab) / PIXELS
        passed = thresholds(larger_coefficient(one_memory(data, n, rescaled_temperature, **how)), level)
        return passed - line_power(n, line, rescaled_temperature)

    return np.array([error(seed) for seed in seeds])


def distance_to_rest(networks: xr.Dataset, data: TrainingSet) -> xr.DataArray:
    """How far α_A of `one_memory` is from the nearest stable state of rest: (n, rescaled_temperature)."""

    def distance(alpha: float, n: float, temperature: float) -> float:
        rests = same_digit_mixtures(*overlaps(data), n=n, temperature=temperature)
        return abs(rests.alpha[rests.stable] - alpha).min().item()

    first = networks.alpha.isel(memory=0, image=0)
    return xr.apply_ufunc(distance, first, networks.n, networks.temperature, vectorize=True)


def steepness(values: xr.DataArray) -> xr.DataArray:
    """Largest step over n of each curve over its mean step: 1 if straight, R − 1 for a single jump."""
    steps = abs(values.diff("n"))
    return steps.max("n") / steps.mean("n")


def refinement(networks: xr.Dataset, data: TrainingSet, **how: Any) -> list[float]:
    """Each memory's largest step of `other_coefficient` at a tenth of the spacing in n, over that at 1.

    About a tenth for a smooth curve, 1 for a jump.  `two_memories` are trained again between the two n of the
    largest step, at its temperature.
    """
    ratios = []
    for memory in (0, 1):
        other = other_coefficient(networks).isel(memory=memory)
        steps = abs(other.diff("n")).values
        at, column = np.unravel_index(steps.argmax(), steps.shape)
        between = np.linspace(other.n.values[at], other.n.values[at + 1], 11)
        finer = two_memories(data, between, other.rescaled_temperature[[column]], **how)
        inner = other_coefficient(finer).isel(memory=memory)
        ratios.append(float(abs(inner.diff("n")).max() / steps.max()))
    return ratios
