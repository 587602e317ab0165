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


def mean_pair(seed: int) -> TrainingSet:
    """The mean images of fifty 4s and of fifty 9s, drawn with a seed."""
    return class_means(training_set(FIGURES["6 right"].digits, FIGURE_6_MEANS_OF, seed))


def corners(
    seeds: Sequence[int], n: Iterable[float], rescaled_temperature: Iterable[float], **how: Any
) -> xr.Dataset:
    """`two_memories` of several pairs of mean images: their ends at the highest n and temperature.

    Returns
    -------
    xarray.Dataset
        Over draw: ``norms``, ⟨A|A⟩ − ⟨B|B⟩; at the corner ``other`` (…, memory), see `other_coefficient`, and
        ``share`` (…, memory), that of the smaller coefficient; ``behind``, the mean distance of the zeros of
        `other_coefficient` from the line of equal costs, see `behind_line`.
    """
    found = []
    for seed in seeds:
        data = mean_pair(seed)
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


def purity(seeds: Iterable[int], memories: int, *, per_digit: int = 10, **how: Any) -> xr.Dataset:
    """When memories of two digits, with several images of each, become pure; `how` is for `hopcore.train`.

    A memory is pure while one image has more than 0.9 of its coefficients' absolute sum; its labels are final
    once those of 0.9 or more are the last ones.

    Returns, over draw: ``pure`` at the end, a part of all memories; ``later``, the part of those that became
    so for good after their labels were final, nan without any; ``largest``, the largest share of an image in
    a memory that has its last labels alone, nan if there is none.
    """
    found = []
    for seed in seeds:
        data = training_set(FIGURES["6 right"].digits, per_digit, seed)
        run = train(data, memories=memories, seed=seed, record_every=20, **how)
        size = abs(coefficients(run.memories, data))
        share = (size.max("image") / size.sum("image")).values
        votes = run.labels.values >= 0.9
        final, pure = _since((votes == votes[-1]).all(axis=-1)), _since(share > 0.9)
        alone = (votes[-1][:, None] == votes[-1]).all(axis=-1).sum(axis=1) == 1
        ended = pure < len(share)
        later = (final < pure)[ended].mean() if ended.any() else np.nan
        largest = share[-1][alone].max() if alone.any() else np.nan
        found.append(xr.Dataset({"pure": ended.mean(), "later": later, "largest": largest}))
    return xr.concat(found, "draw")


def _since(held: np.ndarray) -> np.ndarray:
    """From which record on each column of (E, K) holds for good, E for never."""
    return len(held) - np.logical_and.accumulate(held[::-1]).sum(axis=0)


def stopped(
    data: TrainingSet, n: Sequence[float], rescaled_temperature: Sequence[float], rate: float, seed: int = 0
) -> xr.Dataset:
    """One memory, taught with powers and tanh as the equations write them, in double precision.

    Once tanh of (overlap/T)ⁿ is rounded to 1 for all images, the gradient is 0 and nothing moves any more.
    It learns until a pixel can have moved by 1.2; its largest is then at the limit.

    Returns, over n and rescaled_temperature: ``epoch``, in which it stops, nan if it does not; there
    ``share``, the part of the larger coefficient, and ``power``, the largest (overlap/T)ⁿ.
    """
    shape, draw = (len(n), len(rescaled_temperature)), np.random.default_rng(seed)
    p, hot = (each.reshape(-1, 1) for each in np.meshgrid(n, rescaled_temperature, indexing="ij"))
    start = RandomStart()
    memories, labels = (
        np.tile(draw.normal(start.mean, start.spread, size), (len(p), 1)) for size in (PIXELS, CATEGORIES)
    )
    moved, power = np.zeros(len(p)), np.zeros(len(p))
    epochs = round(1.2 / rate)
    for epoch in range(epochs):
        a = np.maximum(0, memories @ data.images.T) / (hot * PIXELS)
        scores = np.tanh((a**p)[..., None] * labels[:, None])
        misses = scores - data.targets
        errors = (1 - scores**2) * np.sign(misses) * np.abs(misses) ** (2 * p - 1)[..., None]
        votes = ((a**p)[..., None] * errors).sum(axis=1)
        pulls = (a ** (p - 1) * (errors * labels[:, None]).sum(axis=-1)) @ data.images
        moves = np.abs(pulls).max(axis=1) > 0
        moved[moves], power = epoch + 1, (a**p).max(axis=1)
        labels = np.clip(labels - rate * _over_largest(votes), -1, 1)
        memories = memories - rate * _over_largest(pulls)
        memories /= np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))
    alpha = np.abs(coefficients(memories, data))
    stop = moved < epochs
    values = {"epoch": moved, "share": alpha.max(axis=1) / alpha.sum(axis=1), "power": power}
    dims = "n", "rescaled_temperature"
    found = {name: (dims, np.where(stop, each, np.nan).reshape(shape)) for name, each in values.items()}
    return xr.Dataset(found, {"n": n, "rescaled_temperature": rescaled_temperature})


def _over_largest(rows: np.ndarray) -> np.ndarray:
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return rows / np.where(largest > 0, largest, 1)


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
    seeds: Iterable[int], n: Sequence[float], rescaled_temperature: Sequence[float], level: float, **how: Any
) -> np.ndarray:
    """How far in n one memory passes a level behind the line of equal costs: (P, T) for P pairs of 4s."""

    def error(seed: int) -> np.ndarray:
        data = training_set((4,), per_digit=2, seed=seed)
        larger = larger_coefficient(one_memory(data, n, rescaled_temperature, **how))
        return behind_line(larger, equal_costs(data, n), level).values

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
