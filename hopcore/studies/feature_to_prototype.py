"""From feature to prototype: networks, and their thresholds, plateaus and spreads (paper, Figs. 1 and 2)."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.interpolate import make_smoothing_spline

from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.decomposition import category_coefficients, coefficients, images_needed
from hopcore.embedding import Embedding
from hopcore.mnist import Digits
from hopcore.paper import MEMORIES_SHOWN_LABEL, PIXELS
from hopcore.paper.scales import Pace
from hopcore.splits import saddle
from hopcore.splits.distances import distances_between
from hopcore.studies import likeness
from hopcore.studies.crossings import stays_above, stays_below
from hopcore.studies.grid import over_grid
from hopcore.sweeps import sweep
from hopcore.training import train

ALIKE = 0.05
"""Memories closer than this, as root mean square pixels, are taken for copies of one."""

_STEP = 0.5  # of the corners that a fit tries, in units of n
_WIDTHS = (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6)  # over which it rounds them


def trained(data: TrainingSet, n: Sequence[float], paces: Sequence[Pace], **how: Any) -> xr.Dataset:
    """The final states of networks of every n and temperature, and what their memories are made of.

    `how` is for `hopcore.sweep`: one ``seed``, ``memories``, ``dtype``, ``executor``, ``store``.

    Returns ``memories`` (n, rescaled_temperature, memory, pixel) and ``labels`` (…, memory, category), as
    from `hopcore.sweep`; ``coefficients`` (…, memory, image) and ``images_needed`` (…, memory).
    """
    found = [sweep(data, n=n, **pace.options, **how).isel(seed=0) for pace in paces]
    networks = xr.concat(found, "rescaled_temperature", combine_attrs="drop_conflicts")
    alpha, needed = (measure(networks.memories, data) for measure in (coefficients, images_needed))
    return networks.assign(coefficients=alpha, images_needed=needed)


def largest_coefficient(networks: xr.Dataset) -> xr.DataArray:
    """max_i |α_i| of every memory of `trained` networks: (rescaled_temperature, n, memory)."""
    return np.abs(networks.coefficients).max("image").transpose("rescaled_temperature", "n", "memory")


def make_up(networks: xr.Dataset, data: TrainingSet) -> xr.Dataset:
    """What the memories of `trained` networks are made of: medians over all of them, and one share.

    Returns ``largest``, the largest |α|; ``negative`` and ``one_digit``, the shares of Σ|α| that negative
    coefficients and the images of one digit hold; ``images``, those needed; ``one_label``, the share of
    memories with exactly one label of 0.99 or more.
    """
    alpha = networks.coefficients
    size, full = np.abs(alpha), networks.labels >= MEMORIES_SHOWN_LABEL
    total = size.sum("image")
    medians = {
        "largest": size.max("image"),
        "negative": -np.minimum(alpha, 0).sum("image") / total,
        "one_digit": category_coefficients(size, data).max("category") / total,
        "images": networks.images_needed,
    }
    found = {name: float(np.median(values)) for name, values in medians.items()}
    return xr.Dataset({**found, "one_label": float((full.sum("category") == 1).mean())})


def extreme_pixels(seeds: Iterable[int], per_digit: int = 20) -> xr.Dataset:
    """How close images are to pixels of ±1, over draws of them.

    Returns ``extreme``, the part of pixels beyond 0.9 in size, and ``least``, that of the image with the
    fewest; ``spread``, the standard deviation of self-overlaps over their mean.
    """
    found = []
    for images in (training_set(per_digit=per_digit, seed=seed).images for seed in seeds):
        beyond, norms = (np.abs(images) > 0.9).mean(axis=1), (images**2).sum(axis=1)
        found.append({"extreme": beyond.mean(), "least": beyond.min(), "spread": norms.std() / norms.mean()})
    return xr.concat([xr.Dataset(each) for each in found], "draw")


def labels_by_sign(networks: xr.Dataset, data: TrainingSet) -> xr.Dataset:
    """Whether labels follow the signs of the digits' shares ᾱ, for every n and rescaled_temperature.

    Returns ``positive``, the part of labels of 0.99 or more where the share is positive, and ``negative``,
    that of labels of −0.99 or less where it is negative.
    """
    shares, labels = category_coefficients(networks.coefficients, data), networks.labels
    full = {"positive": labels >= MEMORIES_SHOWN_LABEL, "negative": labels <= -MEMORIES_SHOWN_LABEL}
    signs = {"positive": shares > 0, "negative": shares < 0}
    return xr.Dataset({each: full[each].where(signs[each]) for each in full}).mean(["memory", "category"])


def rests(data: TrainingSet, n: float, pace: Pace, seeds: Iterable[int], **how: Any) -> xr.Dataset:
    """Where groups of three or more alike memories have come to, at the pace's last temperature.

    Alike are those less than `ALIKE` from the first of them; `how` is for `hopcore.train`.

    Returns, over seed: ``grouped``, the part of memories in such groups; of these ``parting``, the part whose
    group has a direction in which differences grow faster than 0.1 (`hopcore.splits.saddle`), and the medians
    of ``speed``, the group's largest pixel velocity in units of the rate, and of ``fastest``, its largest
    growth rate.
    """
    how |= {"n": n, "rescaled_temperature": pace.temperature[-1] / PIXELS, "rate": pace.rate}
    found = []
    for seed in seeds:
        with threads(1):  # as in a pool: sums in another order give other last digits
            run = train(data, seed=seed, epochs=pace.epochs, record_every=pace.epochs // 40, **how)
        last = run.memories[-1].values.astype(float)
        first = (distances_between(last, last) < ALIKE).argmax(axis=1)
        groups = [np.flatnonzero(first == each).tolist() for each in np.flatnonzero(np.bincount(first) > 2)]
        states = [(len(group), saddle(run, pace.epochs, group, data)) for group in groups]
        each = [[(at.unstable() > 0, at.speed, at.rates.real.max())] * size for size, at in states]
        parting, speed, fastest = np.concatenate(each).T
        known = {"grouped": len(speed) / len(last), "parting": parting.mean()}
        found.append(xr.Dataset({**known, "speed": np.median(speed), "fastest": np.median(fastest)}))
    return xr.concat(found, "seed")


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

    def mean(memories: np.ndarray, n: float) -> float:
        return memories_responding(memories, data.images, n).mean()

    core = [["memory", "pixel"], []]
    return xr.apply_ufunc(mean, networks.memories, networks.n, input_core_dims=core, vectorize=True)


def smooth_curve(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Cubic smoothing spline through (x, y), at x; its stiffness comes from generalised cross-validation."""
    return make_smoothing_spline(np.asarray(x, dtype=float), np.asarray(y, dtype=float))(x)


def rise(n: ArrayLike, values: ArrayLike, *, replicates: int = 400, seed: int = 0) -> xr.Dataset:
    """Locate where a mean over memories leaves its low level.

    The mean of each row of values (R, K), one for each memory, at the rising powers n (R,) is fitted, by
    least squares, with a level, a straight ramp and a level, joined continuously; both corners lie on a grid
    of step 0.5 and the ramp is at least 2 long. The uncertainty comes from fits to data drawn again with
    replacement, ``replicates`` times: the rows, and the memories in each.

    Returns ``threshold`` and ``top``, where the ramp starts and ends; ``earliest`` and ``latest``, between
    which nine tenths of the bootstrap's thresholds lie; ``low`` and ``high``, the two levels. If corners may
    be round, a ``width`` fits best, 0 for a kink (the slope changes within four widths), and nine tenths of
    the bootstrap lie from ``sharpest`` to ``roundest``.

    ValueError if there are fewer than five rows, or `values` has another number of rows than `n`.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) != len(n):
        raise ValueError(f"values must have one row for each of the {len(n)} n, got shape {values.shape}")
    if len(n) < 5:
        raise ValueError(f"n must hold at least 5 powers, got {len(n)}")
    first, last = np.array(list(combinations(np.arange(n[0], n[-1] + _STEP / 2, _STEP), 2))).T
    first, last = first[last - first >= 2], last[last - first >= 2]

    generator = np.random.default_rng(seed)
    rows, memories = values.shape
    drawn = generator.integers(memories, size=(replicates, rows, memories))
    means = np.take_along_axis(values[None], drawn, axis=2).mean(axis=2)
    weights = generator.multinomial(rows, np.full(rows, 1 / rows), size=replicates).astype(float)
    means, weights = np.vstack([values.mean(axis=1), means]), np.vstack([np.ones(rows), weights])

    def ramps(width: float) -> np.ndarray:
        start, end = (width * np.logaddexp(0, (n - corner[:, None]) / width) for corner in (first, last))
        return (start - end) / (last - first)[:, None]

    sharp = np.clip((n - first[:, None]) / (last - first)[:, None], 0, 1)
    best, low, height, gain = _best_ramp(sharp, means, weights)
    gains = [gain, *(_best_ramp(ramps(width), means, weights)[-1] for width in _WIDTHS[1:])]
    thresholds, widths = first[best], np.array(_WIDTHS)[np.argmax(gains, axis=0)]
    ends = {"threshold": thresholds[0], "top": last[best[0]], "low": low[0], "high": low[0] + height[0]}
    ends["earliest"], ends["latest"] = np.quantile(thresholds[1:], (0.05, 0.95))
    ends["sharpest"], ends["roundest"] = np.quantile(widths[1:], (0.05, 0.95))
    return xr.Dataset({**ends, "width": widths[0]})


def rises(values: xr.DataArray) -> xr.Dataset:
    """`rise` of values (rescaled_temperature, n, memory) at every temperature."""
    rows = values.transpose("rescaled_temperature", "n", "memory").values
    return xr.concat([rise(values.n, each) for each in rows], values.rescaled_temperature)


def _best_ramp(ramps: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Ramp (index), level, height and gain of the best weighted fit y ≈ low + height·ramp, by row of y."""
    total, sum_y = weights.sum(axis=1), (weights * y).sum(axis=1)
    sum_r, sum_rr, sum_ry = ramps @ weights.T, ramps**2 @ weights.T, ramps @ (weights * y).T
    variance = sum_rr - sum_r**2 / total
    covariance = sum_ry - sum_r * sum_y / total
    usable = variance > 1e-9
    gain = np.where(usable, covariance**2 / np.where(usable, variance, 1), -np.inf)
    best = gain.argmax(axis=0)
    each = np.arange(len(y))
    height = covariance[best, each] / variance[best, each]
    return best, (sum_y - height * sum_r[best, each]) / total, height, gain.max(axis=0)


def fall(n: ArrayLike, values: ArrayLike) -> xr.Dataset:
    """Fit two straight lines that meet at a corner to a falling curve (R,) over n, by least squares.

    The ``corner`` lies on a grid of step 0.5, with at least three points up to it and two after it; there the
    curve has the height ``level``. ``straightness`` is R² of a straight line up to it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    fits = []
    for corner in np.arange(n[2], n[-3] + _STEP / 2, _STEP):
        lines = np.stack([np.ones_like(n), np.minimum(n - corner, 0), np.maximum(n - corner, 0)], axis=1)
        solution = np.linalg.lstsq(lines, values, rcond=None)[0]
        fits.append((np.sum((lines @ solution - values) ** 2), corner, solution))
    _, corner, (level, *_) = min(fits, key=lambda fit: fit[0])
    correlation = np.corrcoef(n[n <= corner], values[n <= corner])[0, 1]
    return xr.Dataset({"corner": corner, "level": level, "straightness": correlation**2})


def dwell(n: ArrayLike, values: ArrayLike, low: float, high: float) -> xr.Dataset:
    """How long a falling curve (R,) stays in a band, with straight lines between its points.

    It ``enters`` and ``leaves`` for good; at the powers in between its values go from ``least`` to ``most``.
    ``ratio`` is the range of n spent there, divided by the range it would have taken at the pace of its fall
    before the band: 1 for a straight fall, more for a plateau. All is nan if the curve does not start above
    the band, or does not enter it.
    """
    n, values = np.asarray(n, dtype=float), np.asarray(values, dtype=float)
    enters, leaves = stays_above(n[::-1], values[::-1], high), stays_below(n, values, low)
    if np.isnan(enters):
        return xr.Dataset(dict.fromkeys(("enters", "leaves", "ratio", "least", "most"), np.nan))
    leaves = n[-1] if np.isnan(leaves) else leaves
    pace = (values[0] - high) / (enters - n[0])
    inside = values[(n >= enters) & (n <= leaves)]
    ratio = (leaves - enters) / ((high - low) / pace)
    least, most = (inside.min(), inside.max()) if inside.size else (np.nan, np.nan)
    return xr.Dataset({"enters": enters, "leaves": leaves, "ratio": ratio, "least": least, "most": most})


def spreads(networks: xr.Dataset, embedding: Embedding, mnist: Digits) -> xr.Dataset:
    """How the memories of `trained` networks lie among the images that an embedding was fitted to.

    ``networks.places`` (n, rescaled_temperature, memory, axis) says where they are on the map.  A memory
    belongs to the cluster of the image that it is most like.  Lengths are in units of the same length for the
    images of that digit, and medians over the clusters of at least three memories; nan if none is.

    Returns, over rescaled_temperature and n: ``spread_map``, the median distance between two memories of a
    cluster on the map, and ``spread_map_mean``, their mean distance; ``spread_pixels``, the mean distance
    between the images nearest to them; ``centre_map`` and ``centre_pixels``, the distance from a cluster's
    centre on the map, and from its digit's mean image; ``nearest``, how many images are nearest to a memory.
    """

    def measured(temperature: float, n: float) -> xr.Dataset:
        network = networks.sel(n=n, rescaled_temperature=temperature)
        nearest = likeness.nearest_images(network.memories, mnist.images)

        def over_clusters(measure: Callable[..., float], points: ArrayLike, images: ArrayLike) -> float:
            ratios = likeness.relative(measure, points, mnist.digits[nearest], images, mnist.digits)
            return float(np.median(list(ratios.values()))) if ratios else np.nan

        on_map = network.places, embedding.coordinates
        lengths = {
            "spread_map": (likeness.median_distance, *on_map),
            "spread_map_mean": (likeness.mean_distance, *on_map),
            "spread_pixels": (likeness.mean_distance, mnist.images[nearest], mnist.images),
            "centre_map": (likeness.distance_from_centre, *on_map),
            "centre_pixels": (likeness.distance_from_mean_image, network.memories, mnist.images),
        }
        found = {name: over_clusters(*length) for name, length in lengths.items()}
        return xr.Dataset({**found, "nearest": len(np.unique(nearest))})

    return over_grid(measured, rescaled_temperature=networks.rescaled_temperature.values, n=networks.n.values)
