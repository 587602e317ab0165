"""Full training on two images, read in the variables of the reduced system (paper, Fig. 5 and supplement)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hopcore._checks import refuse
from hopcore.data import CATEGORIES, TrainingSet
from hopcore.decomposition import coefficients
from hopcore.reduced import ReducedSystem, bifurcation_diagram
from hopcore.sweeps.stacks import train_runs
from hopcore.training import Options, Run


def overlaps(data: TrainingSet) -> tuple[float, float, float]:
    """⟨A|A⟩, ⟨A|B⟩, ⟨B|B⟩ of a training set of two images."""
    if len(data) != 2:
        raise refuse("data", len(data), "a training set of two images")
    products = data.images @ data.images.T
    return float(products[0, 0]), float(products[0, 1]), float(products[1, 1])


def starts(data: TrainingSet, alpha: Sequence[float], ell: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Memories α A + (1 − |α|) B (K, N) and labels (K, C): l_A = ℓ, l_B = −ℓ, all others −1.

    ``alpha`` and ``ell`` hold one number for each of the K memories.
    """
    overlaps(data)
    alpha, ell = np.asarray(alpha, dtype=float), np.asarray(ell, dtype=float)
    labels = np.full((len(alpha), CATEGORIES), -1.0)
    labels[:, data.digits[0]], labels[:, data.digits[1]] = ell, -ell
    return np.stack([alpha, 1 - np.abs(alpha)], axis=1) @ data.images, labels


def paths(run: xr.Dataset, data: TrainingSet) -> xr.Dataset:
    """A run on two images as paths: alpha_a, alpha_b, label_a, label_b over (epoch, memory).

    Also ``others``, the largest label of the other categories; `ell` is (label_a − label_b)/2 and `size`
    is |alpha_a| + |alpha_b|.
    """
    overlaps(data)
    both = coefficients(run.memories, data)
    first, second = (run.labels.sel(category=digit, drop=True) for digit in data.digits)
    return xr.Dataset(
        {
            "alpha_a": (("epoch", "memory"), both.values[..., 0]),
            "alpha_b": (("epoch", "memory"), both.values[..., 1]),
            "size": (("epoch", "memory"), np.abs(both.values).sum(axis=-1)),
            "label_a": (("epoch", "memory"), first.values),
            "label_b": (("epoch", "memory"), second.values),
            "ell": (("epoch", "memory"), (first.values - second.values) / 2),
            "others": run.labels.drop_sel(category=data.digits)
            .max("category")
            .drop_vars("memory", errors="ignore"),
        },
        coords={"epoch": run.epoch.values},
    )


@dataclass(frozen=True)
class Settling:
    """When the variables of the reduced system become the only ones, in units of rate × epochs.

    Each is the first time at which it holds for every memory, nan if it never does: `opposite` |l_A + l_B| <
    tolerance, `silent` all other labels < −1 + tolerance, `on_constraint` |α_A| + |α_B| > 1 − tolerance.
    `split` is the first time at which two memories' α differ by more than 0.02, nan if none; `loss` is how
    far below 1 |α_A| + |α_B| was at the worst between `on_constraint` and the split (or the end).
    """

    opposite: float
    silent: float
    on_constraint: float
    split: float
    loss: float

    @property
    def before_split(self) -> bool:
        """Whether all three held by the time the memories parted."""
        end = np.inf if np.isnan(self.split) else self.split
        times = (self.opposite, self.silent, self.on_constraint)
        return all(time <= end for time in times)  # False for nan


def settling(path: xr.Dataset, rate: float, tolerance: float = 0.05) -> Settling:
    """Measure `Settling` on `paths` recorded often enough."""
    time = path.epoch.values * rate
    parted = (path.alpha_a.max("memory") - path.alpha_a.min("memory") > 0.02).values

    def first(held: np.ndarray) -> float:
        return float(time[held.argmax()]) if held.any() else np.nan

    size = path["size"].min("memory").values
    on = first(size > 1 - tolerance)
    split = first(parted)
    together = (time >= on) & (time <= (time[-1] if np.isnan(split) else split))
    return Settling(
        first((np.abs(path.label_a + path.label_b).max("memory") < tolerance).values),
        first((path.others.max("memory") < -1 + tolerance).values),
        on,
        split,
        float(1 - size[together].min()) if together.any() else np.nan,
    )


def trained_fixed_points(
    data: TrainingSet,
    n: Sequence[float],
    *,
    temperature: float,
    alpha: float,
    rate: float,
    epochs: int,
    copies: int = 2,
) -> xr.Dataset:
    """Where full training of one memory at T/copies^(1/n) ends, beside the reduced system's fixed point.

    Every run starts at α A + (1 − α) B with ℓ = 0.  The reduced system's point is its outermost stable one on
    the side of the start: the largest α for a start above 1/2, else the smallest.

    Returns
    -------
    xarray.Dataset
        Over n: ``trained_alpha``, ``trained_ell``, ``alpha``, ``ell``.
    """
    n = np.asarray(n, dtype=float)
    pixels = data.images.shape[1]
    options = Options.checked(data, memories=1, rate=rate, epochs=epochs, start=starts(data, [alpha], [0.0]))
    runs = [Run(power, temperature / copies ** (1 / power) / pixels) for power in n]
    memories, labels = train_runs(data, options, runs)
    trained = coefficients(memories[:, 0], data)
    exact = bifurcation_diagram(*overlaps(data), n=n, temperature=temperature, copies=copies)
    stable = np.where(exact.stable, exact.alpha, np.nan)
    at = np.nanargmax(stable, axis=1) if alpha > 0.5 else np.nanargmin(stable, axis=1)
    rows = np.arange(n.size)
    return xr.Dataset(
        {
            "trained_alpha": ("n", trained[:, 0]),
            "trained_ell": ("n", labels[:, 0, data.digits[0]]),
            "alpha": ("n", exact.alpha.values[rows, at]),
            "ell": ("n", exact.ell.values[rows, at]),
        },
        coords={"n": n},
    )


def paper_system(n: float, temperature: float, data: TrainingSet) -> ReducedSystem:
    """The reduced system of two memories for a training set of two images."""
    return ReducedSystem(*overlaps(data), n=n, temperature=temperature, copies=2)
