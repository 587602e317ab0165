"""Two digits and two memories: full training beside the reduced system (paper, Fig. 5 and supplement)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from scipy.linalg import expm

from hopcore._checks import refuse
from hopcore._threads import threads
from hopcore.data import CATEGORIES, TrainingSet, training_set
from hopcore.decomposition import coefficients
from hopcore.model import gradients
from hopcore.paper import PAIR_OFFSET, PAIR_START, FigureParameters
from hopcore.reduced import ReducedSystem, bifurcation_diagram, folds, splitting_flow, trajectory
from hopcore.studies.grid import Source
from hopcore.sweeps.stacks import train_runs
from hopcore.training import Options, Run, train

_APART = np.array([[1.0], [-1.0]])
"""Two memories, one on either side of a place."""

_NEAR = 0.01
"""A pair is at a saddle up to this distance, and has parted beyond it."""


def overlaps(data: TrainingSet) -> tuple[float, float, float]:
    """⟨A|A⟩, ⟨A|B⟩, ⟨B|B⟩ of a training set of two images."""
    if len(data) != 2:
        raise refuse("data", len(data), "a training set of two images")
    products = data.images @ data.images.T
    return float(products[0, 0]), float(products[0, 1]), float(products[1, 1])


def start_at(data: TrainingSet, alpha: Any, ell: Any) -> tuple[np.ndarray, np.ndarray]:
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
    is |alpha_a| + |alpha_b|.  `time` is rate × epoch; the rate is kept as an attribute.
    """
    overlaps(data)
    both = np.asarray(coefficients(run.memories, data))
    first, second = (run.labels.sel(category=digit).values for digit in data.digits)
    found = {
        "alpha_a": both[..., 0],
        "alpha_b": both[..., 1],
        "size": np.abs(both).sum(axis=-1),
        "label_a": first,
        "label_b": second,
        "ell": (first - second) / 2,
        "others": run.labels.drop_sel(category=data.digits).max("category").values,
    }
    times = {"epoch": run.epoch.values, "time": ("epoch", run.epoch.values * run.rate)}
    columns = {name: (("epoch", "memory"), values) for name, values in found.items()}
    return xr.Dataset(columns, times, {"rate": run.rate})


def _train(data: TrainingSet, n: float, temperature: float, **options: Any) -> xr.Dataset:
    """`paths` of a network that learns two images: small matrices, for which one thread is the fastest."""
    with threads(1):
        rescaled = temperature / data.images.shape[1]
        return paths(train(data, n=n, rescaled_temperature=rescaled, **options), data)


def settling(path: xr.Dataset) -> xr.Dataset:
    """When the variables of the reduced system become the only ones, in `paths` recorded often enough.

    Returns the paths, and times in units of rate × epochs: the first at which, for every memory, the two
    labels are ``opposite``, |l_A + l_B| < 0.05; all others ``silent``, < −0.95; the memory ``on_constraint``,
    |α_A| + |α_B| > 0.95; and when two memories ``split``, their α differing by more than 0.02; NaN for never.
    ``before_split`` tells whether all three held by the time the memories parted.
    """

    def first(held: xr.DataArray) -> float:
        return float(path.time[int(held.values.argmax())]) if held.any() else np.nan

    times = {
        "opposite": first(np.abs(path.label_a + path.label_b).max("memory") < 0.05),
        "silent": first(path.others.max("memory") < -0.95),
        "on_constraint": first(path["size"].min("memory") > 0.95),
    }
    split = first(path.alpha_a.max("memory") - path.alpha_a.min("memory") > 0.02)
    last = max(times.values(), key=lambda time: np.inf if np.isnan(time) else time)
    before = last <= (np.inf if np.isnan(split) else split)
    return path.assign({**times, "split": split, "before_split": before})


def times(settled: xr.Dataset) -> dict[str, float]:
    """The four times of `settling` by their names in a table."""
    names = {"opposite": "opposite", "silent": "others −1", "on_constraint": "constraint", "split": "split"}
    return {name: settled[each].item() for each, name in names.items()}


def settlings(
    data: TrainingSet, powers: Sequence[float], temperature: float, rate: float, epochs: int, seed: int
) -> dict[str, dict[float, xr.Dataset]]:
    """How full networks settle at each power n, by the kind of network.

    Two memories and 100 memories start as in the paper, small and random.  Two equal memories (to 1e-8) with
    "any labels" start as a small mixture, their labels anywhere between −0.5 and 0.5.
    """
    draw, settle = np.random.default_rng(seed), partial(_settled, data, temperature, rate, epochs, seed)

    def any_labels() -> tuple[np.ndarray, np.ndarray]:
        labels = draw.uniform(-0.5, 0.5, (1, CATEGORIES)) + PAIR_OFFSET * _APART
        return (draw.uniform(0, 0.2, (1, 2)) + PAIR_OFFSET * _APART) @ data.images, labels

    return {
        "2 memories": {n: settle(n) for n in powers},
        "2, any labels": {n: settle(n, start=any_labels()) for n in powers},
        "100 memories": {n: settle(n, memories=100) for n in powers},
    }


def settle_before_they_part(
    data: TrainingSet,
    powers: Sequence[float],
    temperature: float,
    rate: float,
    epochs: int,
    seeds: Sequence[int],
) -> np.ndarray:
    """Whether two memories are in the reduced system's plane when they part: (D, P), starts by powers."""

    settle = partial(_settled, data, temperature, rate, epochs)
    return np.array([[settle(seed, n).before_split.item() for n in powers] for seed in seeds])


def _settled(
    data: TrainingSet, temperature: float, rate: float, epochs: int, seed: int, n: float, **how: Any
) -> xr.Dataset:
    """`settling` of a network, of two memories unless the options say otherwise."""
    how = {"rate": rate, "epochs": epochs, "record_every": 10, "seed": seed, "memories": 2, **how}
    return settling(_train(data, n, temperature, **how))


def unlearning(data: TrainingSet, temperature: float, rate: float, epochs: int) -> xr.Dataset:
    """A memory that is an A (α = 0.9) with the label of a B (ℓ = −0.9) at n = 30 leaves the constraint.

    Returns ``dip``, the least |α_A| + |α_B|, and ``until``, the last rate × epochs at which it is below 1 (0
    if it never is).
    """
    options = {"start": start_at(data, [0.9], [-0.9]), "rate": rate, "epochs": epochs, "record_every": 5}
    path = _train(data, 30, temperature / 2 ** (1 / 30), **options)
    size = path["size"].values[:, 0]
    return xr.Dataset({"dip": size.min(), "until": path.time.values[size < 0.999].max(initial=0)})


def flow_lines(system: ReducedSystem, count: int, seed: int) -> list[xr.Dataset]:
    """Flow lines of the reduced system from random places inside the constraint, α_A and α_B above 0."""
    draw = np.random.default_rng(seed)

    def line() -> xr.Dataset:
        size = draw.uniform(0.05, 0.9)
        share, ell = draw.uniform(0, 1), draw.uniform(-0.95, 0.95)
        return trajectory(system, size * share, ell, alpha_b=size * (1 - share), duration=6.0, tolerance=1e-6)

    return [line() for _ in range(count)]


def nullcline_height(system: ReducedSystem) -> float:
    """The largest |ℓ| on either nullcline for 0.1 < α < 0.9, and at the fixed points."""
    arcs = system.memory_nullcline()
    inner = arcs.ell[(arcs.alpha_b > 0.1) & (arcs.alpha_b < 0.9)]
    label = system.label_nullcline(np.linspace(0.1, 0.9, 81))
    return float(np.abs(np.concatenate([inner, label, system.fixed_points().ell])).max())


def in_words(system: ReducedSystem) -> str:
    """What a picture of the nullclines and the memories at the fixed points shows."""
    points = system.fixed_points()
    values = (points[name].values for name in ("alpha", "ell", "stable"))
    places = "; ".join(
        f"alpha {alpha:.2f}, label {ell:.2f}, {'stable' if stable else 'unstable'}"
        for alpha, ell, stable in zip(*values, strict=True)
    )
    return f"Nullclines and memories at n = {system.n:.0f}. Fixed points: {places}."


def trained_fixed_points(
    data: TrainingSet, n: Sequence[float], temperature: float, rate: float, epochs: int
) -> xr.Dataset:
    """Where full training of one memory at T/2^(1/n) ends, beside the fixed point of two equal memories.

    A run starts at α A + (1 − α) B with ℓ = 0, for α = 0.9 and 0.1.  The reduced system's point is its
    outermost stable one on the side of the start: the one with the largest α, and the smallest.

    Returns, over (start, n): ``trained_alpha``, ``trained_ell``, ``alpha``, ``ell``; ``unlike``, the relative
    difference of the next step, scaled to a largest pixel of 1, from the memory.
    """
    powers = np.array(n, dtype=float)
    hot = temperature / 2 ** (1 / powers) / data.images.shape[1]
    exact = bifurcation_diagram(*overlaps(data), n=powers, temperature=temperature, copies=2)
    stable = np.where(exact.stable, exact.alpha, np.nan)

    def ends(start: float, at: np.ndarray) -> xr.Dataset:
        place = start_at(data, [start], [0.0])
        options = Options.checked(data, memories=1, rate=rate, epochs=epochs, start=place)
        memories, labels = train_runs(data, options, list(map(Run, powers, hot)))

        def unlike(memory: np.ndarray, labels: np.ndarray, n: float, hot: float) -> float:
            uphill = gradients(data, memory, labels, n=n, rescaled_temperature=hot)[0]
            return float(np.linalg.norm(memory + uphill / np.abs(uphill).max()) / np.linalg.norm(memory))

        columns = {
            "trained_alpha": coefficients(memories[:, 0], data)[:, 0],
            "trained_ell": labels[:, 0, data.digits[0]],
            "alpha": exact.alpha.values[np.arange(powers.size), at],
            "ell": exact.ell.values[np.arange(powers.size), at],
            "unlike": list(map(unlike, memories, labels, powers, hot)),
        }
        return xr.Dataset({name: ("n", values) for name, values in columns.items()}, {"n": powers})

    both = [ends(0.9, np.nanargmax(stable, axis=1)), ends(0.1, np.nanargmin(stable, axis=1))]
    return xr.concat(both, "start")


def signs_until(temperature: float, seeds: Sequence[int], source: Source = None) -> xr.Dataset:
    """The whole n from 1 to 30 up to which α_A has the sign of ℓ and α_B that of −ℓ, for two equal memories.

    Over pairs of a 1 and a 4 from a source: for ``fixed`` labels of ±0.5, where the figure's start, and at
    its ``saddles``.
    """
    powers, label = np.arange(2.0, 31.0), np.array([1, -1]) * PAIR_START[1]
    at: dict[str, Any] = {"temperature": temperature, "copies": 2}

    def until(seed: int) -> np.ndarray:
        images = overlaps(training_set((1, 4), 1, seed, source))
        flows = [ReducedSystem(*images, n=n, **at).flow([1, 0], [0, 1], label) for n in powers]
        fixed = [alpha_b[0] < 0 > alpha_a[1] for alpha_a, alpha_b, _ in flows]  # of an A and of a B
        points = bifurcation_diagram(*images, n=powers, **at)
        follow = (points.ell * points.alpha > 0) & (points.ell * points.alpha_b < 0) | ~points.stable
        return 1 + np.cumprod([fixed, follow.all("point")], axis=1).sum(axis=1)

    both = np.array([until(seed) for seed in seeds])
    return xr.Dataset({name: ("pair", both[:, at]) for at, name in enumerate(("fixed", "saddles"))})


def departure(path: xr.Dataset, saddle: xr.Dataset) -> xr.Dataset:
    """Compare a run of two memories, `paths` of every epoch, with the linearised flow at a saddle.

    The saddle is one point of `hopcore.reduced.splitting_flow`. The flow is started with the simulated
    difference at the first epoch at which the pair's mean is within 0.01 of the saddle in both variables,
    and followed until the difference reaches 0.01 too.

    Returns the paths; half the difference in α and in ℓ, ``simulated`` (epoch, difference) and ``linearised``
    (compared, difference); ``nearest``, the distance of the pair's mean from the saddle in the end; the rate
    of ``growth`` per unit of rate × epochs, over the later half of the logarithm, that ``predicted``, the
    flow's largest, and its ``growth_error``, in per cent as the ``error``, the largest relative one of
    ``linearised``; the ``angle`` between the difference and the flow's direction in the end, in degrees.

    ValueError if the pair does not come that near before it parts, or does not part.
    """
    both = np.stack([path.alpha_a.values, path.ell.values], axis=-1)
    mean, difference = both.mean(axis=1), (both[:, 0] - both[:, 1]) / 2
    place = np.array([float(saddle.alpha), float(saddle.ell)])
    distance, size = np.abs(mean - place).max(axis=1), np.hypot(*difference.T)
    first, last = int((distance < _NEAR).argmax()), int((size > _NEAR).argmax())
    if distance[first] >= _NEAR or size[last] <= _NEAR or first >= last:
        raise ValueError(
            f"the pair must come within {_NEAR} of the saddle, then part by {_NEAR}: it came within "
            f"{distance.min():.3g}, and parted by {size.max():.3g}"
        )
    rate, compared = path.attrs["rate"], slice(first, last + 1)
    simulated = difference[compared]
    once = expm(saddle.matrix.values * rate)  # the flow over one epoch
    linearised = simulated.copy()
    for step in range(1, len(simulated)):
        linearised[step] = once @ linearised[step - 1]
    # over the later half of the logarithm, where the growing direction dominates
    middle = first + int((size[compared] > np.sqrt(size[first] * size[last])).argmax())
    cosine = abs(simulated[-1] @ saddle.direction.values) / size[last]
    growth, predicted = np.log(size[last] / size[middle]) / (rate * (last - middle)), saddle.growth.item()
    apart = np.hypot(*(linearised - simulated).T) / np.hypot(*simulated.T)
    found = {
        "simulated": (("epoch", "difference"), difference),
        "linearised": (("compared", "difference"), linearised),
        "nearest": distance[last],
        "growth": growth,
        "predicted": predicted,
        "growth_error": 100 * (predicted / growth - 1),
        "angle": np.degrees(np.arccos(min(cosine, 1.0))),
        "error": 100 * apart.max(),
    }
    return path.assign(found).assign_coords(compared=path.epoch.values[compared])


def upper_saddle(data: TrainingSet, n: float, temperature: float) -> xr.Dataset:
    """The stable point with the largest α of two memories' `splitting_flow`."""
    flow = splitting_flow(ReducedSystem(*overlaps(data), n=n, temperature=temperature, copies=2))
    return flow.isel(point=int(np.argmax(flow.alpha.values * flow.stable.values)))


def leave_saddle(data: TrainingSet, figure: FigureParameters, *, at_saddle: bool = False) -> xr.Dataset:
    """Two memories that start 2e-8 apart at α = 0.8, ℓ = 0.5 and part at the upper saddle (Fig. 5C–D).

    With ``at_saddle`` they start there, 2e-6 apart, and learn at a quarter of the rate, for twice the epochs.
    """
    [n], [temperature] = figure.n, figure.temperature
    saddle = upper_saddle(data, n, temperature)
    places, rate, epochs = PAIR_START + PAIR_OFFSET * _APART, figure.rate, figure.epochs
    if at_saddle:
        places = np.array([saddle.alpha, saddle.ell]) + 100 * PAIR_OFFSET * _APART
        rate, epochs = rate / 4, epochs * 2
    options = {"memories": 2, "start": start_at(data, *places.T), "rate": rate, "epochs": epochs}
    return departure(_train(data, n, temperature, **options, record_every=1), saddle)


def departures(data: TrainingSet, figures: Sequence[FigureParameters]) -> dict[float, xr.Dataset]:
    """`leave_saddle` by n, and as ``control`` the error of the pair that starts at the saddle."""
    from_there = {each: leave_saddle(data, each, at_saddle=True).error for each in figures}
    return {each.n[0]: leave_saddle(data, each).assign(control=from_there[each]) for each in figures}


def fold_exponents(mean: float, ab: float, forks: np.ndarray, **near: Any) -> np.ndarray:
    """The powers of the norms' difference by which folds leave the pitchforks ``forks`` (F,) of equal norms.

    ``near`` are the other arguments of `hopcore.reduced.folds`, which has to find F folds.
    """
    differences = np.array([0.5, 1.0, 2.0, 4.0])
    moved = [folds(mean + d / 2, ab, mean - d / 2, **near).n.values - forks for d in differences]
    return np.polyfit(np.log(differences), np.log(np.abs(moved)), 1)[0]
