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
from hopcore.studies.grid import Source
from hopcore.studies.two_memory_bifurcation import overlaps
from hopcore.sweeps import sweep
from hopcore.training import RandomStart, train


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


def mean_pair(seed: int, source: Source = None) -> TrainingSet:
    """The mean images of fifty 4s and of fifty 9s, drawn with a seed; of all in a source that has fewer."""
    digits, count = FIGURES["6 right"].digits, FIGURE_6_MEANS_OF
    if source is not None:
        count = min(count, *((source.digits == digit).sum() for digit in digits))
    return class_means(training_set(digits, count, seed, source))


def corners(
    seeds: Sequence[int],
    n: Iterable[float],
    rescaled_temperature: Iterable[float],
    source: Source = None,
    **how: Any,
) -> xr.Dataset:
    """`two_memories` of several pairs of mean images: ends at the highest n and temperature.

    Returns, over draw: ``norms``, ⟨A|A⟩ − ⟨B|B⟩; at the corner ``other`` (…, memory), see
    `other_coefficient`, and ``share`` (…, memory), that of the smaller coefficient; ``behind``, the mean
    distance of the zeros of `other_coefficient` from the line of equal costs, see `behind_line`.
    """
    found = []
    for seed in seeds:
        data = mean_pair(seed, source)
        networks = two_memories(data, n, rescaled_temperature, **how)
        aa, _, bb = overlaps(data)
        other, size = other_coefficient(networks), abs(networks.alpha)
        share = size.min("image") / size.sum("image")
        behind = np.nanmean(abs(behind_line(other, equal_costs(data, networks.n), 0)))
        ends = xr.Dataset({"other": other, "share": share}).isel(n=-1, rescaled_temperature=-1, drop=True)
        found.append(ends.assign(norms=aa - bb, behind=behind))
    return xr.concat(found, xr.IndexVariable("draw", list(seeds)))


def equal_costs(data: TrainingSet, n: ArrayLike) -> np.ndarray:
    """The line of equal costs T_r(n) of two images, with the mean of their norms."""
    aa, ab, bb = overlaps(data)
    return mixture_temperature(n, (aa + bb) / 2, ab) / PIXELS


def behind_line(values: xr.DataArray, line: ArrayLike, level: float) -> xr.DataArray:
    """How far in n values (n, rescaled_temperature, …) pass a level behind a line T_r(n); or nan."""

    def behind(curve: np.ndarray, temperature: float) -> float:
        return stays_above(values.n, curve, level) - float(line_power(values.n, line, temperature))

    core = [["n"], []]
    return xr.apply_ufunc(behind, values, values.rescaled_temperature, input_core_dims=core, vectorize=True)


def purity(seeds: Iterable[int], memories: int, *, per_digit: int = 10, epochs: int = 4000) -> xr.Dataset:
    """When memories of two digits with several images each become pure, at n = 50 and T_r = 0.96.

    A memory is pure while one image has more than 0.9 of its coefficients' absolute sum; its labels are final
    once those of 0.9 or more are the last ones. Returns, over draw: ``pure``, the part of the memories that
    is so at the end, and ``later``, the part of these that became it after their labels were final.
    """
    found = []
    for seed in seeds:
        data = training_set(FIGURES["6 right"].digits, per_digit, seed)
        how: Any = {"n": 50, "rescaled_temperature": 0.96, "rate": 0.01, "record_every": 20}
        run = train(data, memories=memories, seed=seed, epochs=epochs, **how)
        size, votes = abs(coefficients(run.memories, data)), run.labels >= 0.9
        held = (votes == votes[-1]).all("category"), size.max("image") > 0.9 * size.sum("image")
        final, pure = (np.logical_and.accumulate(each.values[::-1]).sum(axis=0) for each in held)  # records
        later = np.mean(final[pure > 0] > pure[pure > 0]) if pure.any() else np.nan
        found.append(xr.Dataset({"pure": (pure > 0).mean(), "later": later}))
    return xr.concat(found, "draw")


def stopped(
    data: TrainingSet, n: Sequence[float], rescaled_temperature: Sequence[float], rate: float, seed: int = 0
) -> xr.Dataset:
    """One memory, taught with powers and tanh as the equations write them, in double precision.

    Once tanh is rounded to 1 for all images, the gradient is 0 and nothing moves. A pixel can move by 1.2.

    Returns, over n and rescaled_temperature: ``epoch``, in which it stops, nan if it does not; there
    ``share``, the part of the larger coefficient, and ``power``, the largest (overlap/T)ⁿ.
    """
    p, hot = (each.reshape(-1, 1) for each in np.meshgrid(n, rescaled_temperature, indexing="ij"))
    first = RandomStart().draw(seed, (1, PIXELS), CATEGORIES)
    memories, labels = (np.tile(each, (len(p), 1)) for each in first)
    moved, epochs = np.zeros(len(p)), round(1.2 / rate)

    def over_largest(rows: np.ndarray) -> np.ndarray:
        largest = np.abs(rows).max(axis=1, keepdims=True)
        return rows / np.where(largest > 0, largest, 1)

    for epoch in range(epochs):
        a = np.maximum(0, memories @ data.images.T) / (hot * PIXELS)
        power, votes = (a**p)[..., None], labels[:, None]
        scores = np.tanh(power * votes)
        misses = scores - data.targets
        errors = (1 - scores**2) * np.sign(misses) * np.abs(misses) ** (2 * p - 1)[..., None]
        pulls = (a ** (p - 1) * (errors * votes).sum(axis=-1)) @ data.images
        moved[pulls.any(axis=1)] = epoch + 1
        labels = np.clip(labels - rate * over_largest((power * errors).sum(axis=1)), -1, 1)
        memories = memories - rate * over_largest(pulls)
        memories /= np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))
    alpha = np.abs(coefficients(memories, data))
    values = {"epoch": moved, "share": alpha.max(axis=1) / alpha.sum(axis=1), "power": power.max(axis=(1, 2))}
    dims, shape = ("n", "rescaled_temperature"), (len(n), -1)
    found = {name: (dims, each.reshape(shape)) for name, each in values.items()}
    return xr.Dataset(found, {dims[0]: n, dims[1]: rescaled_temperature}).where(lambda at: at.epoch < epochs)


def larger_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """The larger coefficient of `one_memory`: (n, rescaled_temperature)."""
    return networks.alpha.isel(memory=0).max("image")


def other_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """The coefficient of B in memory A and of A in memory B: (n, rescaled_temperature, memory)."""
    alpha = networks.alpha.transpose("n", "rescaled_temperature", "memory", "image")
    return alpha.isel(image=0, drop=True).copy(data=alpha.values[..., [0, 1], [1, 0]])


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
    source: Source = None,
    **how: Any,
) -> xr.DataArray:
    """How far in n one memory passes a level behind the line of equal costs: (pair, rescaled_temperature)."""

    def error(seed: int) -> xr.DataArray:
        data = training_set((4,), 2, seed, source)
        larger = larger_coefficient(one_memory(data, n, rescaled_temperature, **how))
        return behind_line(larger, equal_costs(data, n), level)

    return xr.concat([error(seed) for seed in seeds], "pair")


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
