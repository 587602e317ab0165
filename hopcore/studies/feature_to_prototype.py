"""From feature to prototype: networks, and their thresholds, plateaus and spreads (paper, Figs. 1 and 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.interpolate import make_smoothing_spline

from hopcore.data import TrainingSet
from hopcore.decomposition import category_coefficients, coefficients, images_needed
from hopcore.embedding import Embedding
from hopcore.mnist import Digits
from hopcore.paper import MEMORIES_SHOWN_LABEL, PIXELS
from hopcore.paper.scales import Pace
from hopcore.studies.likeness import (
    distance_from_centre,
    distance_from_mean_image,
    nearest_images,
    relative_spread,
)
from hopcore.sweeps import sweep

_STEP = 0.5  # of the corners that a fit tries, in units of n


def trained(
    data: TrainingSet,
    n: Sequence[float],
    paces: Sequence[Pace],
    *,
    seed: int,
    dtype: str,
    memories: int = 100,
    executor: Executor | None = None,
    store: str | Path | None = None,
) -> xr.Dataset:
    """The final states of networks of every n and temperature, and what their memories are made of.

    Returns
    -------
    xarray.Dataset
        ``memories`` (n, rescaled_temperature, memory, pixel) and ``labels`` (…, memory, category), as from
        `hopcore.sweep`; ``coefficients`` (…, memory, image) and ``images_needed`` (…, memory).
    """
    options: dict[str, Any] = {"memories": memories, "dtype": dtype, "executor": executor, "store": store}
    networks = xr.concat(
        [
            sweep(
                data,
                n=n,
                rescaled_temperature=[value / PIXELS for value in pace.temperature],
                seed=seed,
                rate=pace.rate,
                epochs=pace.epochs,
                **options,
            ).isel(seed=0)
            for pace in paces
        ],
        "rescaled_temperature",
        combine_attrs="drop_conflicts",
    )
    return networks.assign(
        coefficients=coefficients(networks.memories, data),
        images_needed=images_needed(networks.memories, data),
    )


def largest_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """max_i |α_i| of every memory of `trained` networks: (rescaled_temperature, n, memory)."""
    return np.abs(networks.coefficients).max("image").transpose("rescaled_temperature", "n", "memory")


def moved_by_rounding(networks: xr.Dataset, pace: Pace, learn: Callable[..., xr.Dataset]) -> float:
    """How far the mean largest coefficient moves if networks are trained again in the other precision.

    Looked at are the three highest n at the first temperature of the pace. ``learn(n, paces, dtype=...)`` is
    `trained` with all else as before.
    """
    dtype = {"float32": "float64", "float64": "float32"}[networks.memories.dtype.name]
    first = replace(pace, temperature=pace.temperature[:1])
    again = learn(networks.n.values[-3:], [first], dtype=dtype)
    before, after = xr.align(largest_coefficient(networks), largest_coefficient(again))
    return float(np.abs(before.mean("memory") - after.mean("memory")).max())


@dataclass(frozen=True)
class MakeUp:
    """What the memories of some networks are made of: medians, and one share.

    Attributes
    ----------
    largest : the largest |α|.
    negative : the share of Σ|α| that negative coefficients hold.
    one_digit : the share of Σ|α| that the images of one digit hold.
    images : the images needed.
    one_label : the share of memories with exactly one label of 0.99 or more.
    """

    largest: float
    negative: float
    one_digit: float
    images: float
    one_label: float


def make_up(networks: xr.Dataset, data: TrainingSet) -> MakeUp:
    """Measure `MakeUp` over all memories of `trained` networks."""
    alpha = networks.coefficients
    size, full = np.abs(alpha), networks.labels >= MEMORIES_SHOWN_LABEL
    total = size.sum("image")
    return MakeUp(
        largest=float(np.median(size.max("image"))),
        negative=float(np.median(-np.minimum(alpha, 0).sum("image") / total)),
        one_digit=float(np.median(category_coefficients(size, data).max("category") / total)),
        images=float(np.median(networks.images_needed)),
        one_label=float((full.sum("category") == 1).mean()),
    )


def memories_responding(memories: ArrayLike, images: ArrayLike, n: float) -> np.ndarray:
    """Effective number of memories (K, N) that respond to each image (S, N): (S,).

    It is (Σ_μ w_μ)² / Σ_μ w_μ², with the contributions w_μ = max(0, <M^μ|x>)^n; K if all are equal, 1 for a
    single one, 0 if no memory responds.
    """
    overlaps = np.maximum(0, np.asarray(memories, dtype=float) @ np.asarray(images, dtype=float).T)
    largest = overlaps.max(axis=0)
    weights = (overlaps / np.where(largest > 0, largest, 1)) ** n
    return weights.sum(axis=0) ** 2 / np.maximum((weights**2).sum(axis=0), np.finfo(float).tiny)


def responding(networks: xr.Dataset, data: TrainingSet) -> xr.DataArray:
    """`memories_responding` to an image, on average over the images: (n, rescaled_temperature)."""
    return xr.apply_ufunc(
        lambda memories, n: memories_responding(memories, data.images, n).mean(),
        networks.memories,
        networks.n,
        input_core_dims=[["memory", "pixel"], []],
        vectorize=True,
    )


def smooth_curve(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Cubic smoothing spline through (x, y), at x; its stiffness comes from generalised cross-validation."""
    return make_smoothing_spline(np.asarray(x, dtype=float), np.asarray(y, dtype=float))(x)


@dataclass(frozen=True)
class Rise:
    """A level, a ramp that starts at `threshold` and ends at `top`, and a second level.

    Nine tenths of the bootstrap's thresholds lie between `earliest` and `latest`.
    """

    threshold: float
    earliest: float
    latest: float
    top: float
    low: float
    high: float


def rise(n: ArrayLike, values: ArrayLike, *, replicates: int = 400, seed: int = 0) -> Rise:
    """Locate where a mean over memories leaves its low level.

    The mean of each row is fitted, by least squares, with a level, a straight ramp and a level, joined
    continuously; both corners lie on a grid of step 0.5 and the ramp is at least 2 long.  The uncertainty
    comes from fits to data drawn again with replacement: the rows (n), and the memories in each.

    Parameters
    ----------
    n
        (R,) powers, rising.
    values
        (R, K) one value per memory.
    replicates, seed
        Of the bootstrap.

    Raises
    ------
    ValueError
        If there are fewer than five rows, or `values` has another number of rows than `n`.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(n):
        raise ValueError(f"values must have one row for each of the {len(n)} n, got shape {values.shape}")
    if len(n) < 5:
        raise ValueError(f"n must hold at least 5 powers, got {len(n)}")
    corners = np.arange(n[0], n[-1] + _STEP / 2, _STEP)
    first, last = (each.ravel() for each in np.meshgrid(corners, corners, indexing="ij"))
    long_enough = last - first >= 2
    first, last = first[long_enough], last[long_enough]
    ramps = np.clip((n - first[:, None]) / (last - first)[:, None], 0, 1)

    generator = np.random.default_rng(seed)
    rows, memories = values.shape
    drawn = generator.integers(memories, size=(replicates, rows, memories))
    means = np.take_along_axis(values[None], drawn, axis=2).mean(axis=2)
    weights = generator.multinomial(rows, np.full(rows, 1 / rows), size=replicates).astype(float)
    means = np.vstack([values.mean(axis=1), means])
    weights = np.vstack([np.ones(rows), weights])

    best, low, height = _best_ramp(ramps, means, weights)
    thresholds = first[best]
    earliest, latest = np.quantile(thresholds[1:], (0.05, 0.95))
    return Rise(
        threshold=float(thresholds[0]),
        earliest=float(earliest),
        latest=float(latest),
        top=float(last[best[0]]),
        low=float(low[0]),
        high=float(low[0] + height[0]),
    )


def rises(values: xr.DataArray) -> xr.Dataset:
    """The `Rise` of values (rescaled_temperature, n, memory) at every temperature, field by field."""
    rows = values.transpose("rescaled_temperature", "n", "memory").values
    return xr.concat([xr.Dataset(vars(rise(values.n, each))) for each in rows], values.rescaled_temperature)


def _best_ramp(ramps: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """The ramp (index), level and height of the best weighted fit y ≈ low + height·ramp, per row of y."""
    total, sum_y = weights.sum(axis=1), (weights * y).sum(axis=1)
    sum_r, sum_rr, sum_ry = ramps @ weights.T, ramps**2 @ weights.T, ramps @ (weights * y).T
    variance = sum_rr - sum_r**2 / total
    covariance = sum_ry - sum_r * sum_y / total
    usable = variance > 1e-9
    gain = np.where(usable, covariance**2 / np.where(usable, variance, 1), -np.inf)
    best = gain.argmax(axis=0)
    each = np.arange(len(y))
    height = covariance[best, each] / variance[best, each]
    return best, (sum_y - height * sum_r[best, each]) / total, height


@dataclass(frozen=True)
class Fall:
    """A straight fall that bends at `corner`, where the curve has the height `level`.

    `straightness` is R² of a straight line up to the corner.
    """

    corner: float
    level: float
    straightness: float


def fall(n: ArrayLike, values: ArrayLike) -> Fall:
    """Fit two straight lines that meet at a corner to a curve (R,) over n, by least squares.

    The corner lies on a grid of step 0.5, with at least three points up to it and two after it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    fits = []
    for corner in np.arange(n[2], n[-3] + _STEP / 2, _STEP):
        lines = np.stack([np.ones_like(n), np.minimum(n - corner, 0), np.maximum(n - corner, 0)], axis=1)
        solution = np.linalg.lstsq(lines, values, rcond=None)[0]
        fits.append((np.sum((lines @ solution - values) ** 2), corner, solution))
    _, corner, (level, *_) = min(fits, key=lambda fit: fit[0])
    correlation = np.corrcoef(n[n <= corner], values[n <= corner])[0, 1]
    return Fall(float(corner), float(level), float(correlation**2))


@dataclass(frozen=True)
class Dwell:
    """How long a falling curve stays in a band.

    It enters at `enters` and leaves for good at `leaves`; at the powers in between its values go from `least`
    to `most`.  `ratio` is the range of n spent there, divided by the range it would have taken at the pace of
    its fall before the band: 1 for a straight fall, more for a plateau.
    """

    enters: float
    leaves: float
    ratio: float
    least: float
    most: float


def dwell(n: ArrayLike, values: ArrayLike, low: float, high: float) -> Dwell:
    """Measure a curve's (R,) stay between `low` and `high`, with straight lines between its points.

    All is nan if the curve does not start above the band, or does not enter it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    if values[0] <= high or values.min() > high:
        return Dwell(*[np.nan] * 5)
    enters = _crossing(n, values, high, int(np.argmax(values <= high)))
    above = np.flatnonzero(values > low)
    leaves = float(n[-1]) if above[-1] == len(n) - 1 else _crossing(n, values, low, int(above[-1]) + 1)
    pace = (values[0] - high) / (enters - n[0])
    inside = values[(n >= enters) & (n <= leaves)]
    ratio = (leaves - enters) / ((high - low) / pace)
    least, most = (inside.min(), inside.max()) if inside.size else (np.nan, np.nan)
    return Dwell(enters, leaves, float(ratio), float(least), float(most))


def _crossing(n: np.ndarray, values: np.ndarray, level: float, after: int) -> float:
    """Where the line from the point before `after` to that point meets the level."""
    step = (values[after - 1] - level) / (values[after - 1] - values[after])
    return float(n[after - 1] + step * (n[after] - n[after - 1]))


def spreads(networks: xr.Dataset, embedding: Embedding, mnist: Digits) -> xr.Dataset:
    """How the memories of `trained` networks lie among the images that an embedding was fitted to.

    ``networks.places`` (n, rescaled_temperature, memory, axis) says where they are on the map.  A memory
    belongs to the cluster of the image that it is most like.  Lengths are in units of the same length for the
    images of that digit, and medians over the clusters of at least three memories; nan if none is.

    Returns
    -------
    xarray.Dataset
        Over n and rescaled_temperature: ``spread_map``, the median distance between two memories of a cluster
        on the map, and ``spread_map_mean``, their mean distance; ``spread_pixels``, the mean distance between
        the images nearest to them; ``centre_map`` and ``centre_pixels``, the distance from a cluster's centre
        on the map, and from its digit's mean image; ``nearest``, how many images are nearest to a memory.
    """
    rows = [
        [_spread(one, embedding, mnist) for _, one in row.groupby("rescaled_temperature")]
        for _, row in networks.groupby("n")
    ]
    return xr.combine_nested(rows, ["n", "rescaled_temperature"])


def _spread(network: xr.Dataset, embedding: Embedding, mnist: Digits) -> xr.Dataset:
    network = network.squeeze(["n", "rescaled_temperature"])
    nearest = nearest_images(network.memories, mnist.images)

    def over_clusters(measure: Callable[..., dict[int, float]], *compared: Any, **options: Any) -> float:
        points, images = compared
        ratios = measure(points, mnist.digits[nearest], images, mnist.digits, **options)
        return float(np.median(list(ratios.values()))) if ratios else np.nan

    on_map = network.places, embedding.coordinates
    found = {
        "spread_map": over_clusters(relative_spread, *on_map, typical=np.median),
        "spread_map_mean": over_clusters(relative_spread, *on_map),
        "spread_pixels": over_clusters(relative_spread, mnist.images[nearest], mnist.images),
        "centre_map": over_clusters(distance_from_centre, *on_map),
        "centre_pixels": over_clusters(distance_from_mean_image, network.memories, mnist.images),
        "nearest": len(np.unique(nearest)),
    }
    coords = {name: network[name].item() for name in ("n", "rescaled_temperature")}
    return xr.Dataset(found, coords)
