"""The landscape at real size: from 200 to 4,000 images, up to 1,000 memories, and images that are held out.

Coefficients of more images than pixels are not unique. So a memory is described by the category sums of those
that ridge regression gives, `category_sums`, at every size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

from hopcore import splits
from hopcore._threads import threads
from hopcore.data import CATEGORIES, TrainingSet, training_set
from hopcore.embedding import directions
from hopcore.mnist import Digits
from hopcore.model import category
from hopcore.paper import FIGURES
from hopcore.paper.scales import ArrestScale, RealScale
from hopcore.splits import SplitTree
from hopcore.splits.tree import SIMULTANEOUS
from hopcore.studies import arrest
from hopcore.studies.crossings import stays_above
from hopcore.studies.grid import Workers, map_in, over_grid
from hopcore.studies.waddington import FIRST, tree_agreement
from hopcore.sweeps import sweep
from hopcore.training import train

COLD, RATE = FIGURES["3"].rescaled_temperature[0], FIGURES["3"].rate
"""Temperature of all networks but the heated, and the rate whose epochs are told."""

LEARNING, HEATING = RATE * FIGURES["3"].epochs, RATE * FIGURES["8"].epochs
"""Rate times steps: the paper's of Figures 3 and 8."""

RECORD = 0.2
"""Rate times steps between two records."""

APPEARED = 0.2
"""A digit has appeared when more than this part of its images is recognised, the paper's 4 of 20."""

PENALTY, LOGISTIC = 1.0, 0.01
"""Of ridge regression, in squared pixels; and C, the inverse of that of logistic regression."""

# The products of NumPy and scikit-learn too: workers share the cores.
_ALONE = threadpool_limits.wrap(limits=1)

Images = Digits | TrainingSet | None
"""What is drawn from: the embedded 5,000 for None, ``hopcore.load_mnist(full=True)`` for all of MNIST."""


def drawn(
    settings: RealScale, images: int, seed: int, source: Images = None
) -> tuple[TrainingSet, TrainingSet]:
    """So many images to learn, a tenth of each digit, and others held out: the same for every size."""
    held, each = settings.held_out // CATEGORIES, (images + settings.held_out) // CATEGORIES
    both = training_set(per_digit=each, seed=seed, source=source)
    out = np.arange(len(both)) % each < held
    learnt, kept = (TrainingSet(both.images[part], both.digits[part]) for part in (~out, out))
    return learnt, kept


def category_sums(memories: ArrayLike, data: TrainingSet, penalty: float = PENALTY) -> np.ndarray:
    """Category sums ᾱ (…, K, 10) of the α that minimise |M − α·X|² + penalty·|α|²; unique above 0.

    They are linear in the memory: what ridge regression of the digits on the images' pixels predicts for it.
    """
    fit = Ridge(alpha=penalty, fit_intercept=False, solver="cholesky").fit(data.images, data.targets > 0)
    return np.asarray(memories) @ fit.coef_.T


@dataclass(frozen=True, eq=False)
class Learnt:
    """A network that was recorded while it learnt, with epochs (one step each) of the paper's rate.

    ``paths`` (epoch, memory, category) are the memories' `category_sums`; ``digits`` (K,), ``appeared``
    (category,) and the ``tree`` as in `waddington.Network`; ``by_means`` is the agreement of the tree with
    that by `splits.mean_paths`; ``held_out``, the part of the images held out that is recognised.
    """

    paths: xr.DataArray
    digits: np.ndarray
    appeared: xr.DataArray
    tree: SplitTree
    by_means: float
    held_out: float


def learn(
    settings: RealScale,
    seeds: Sequence[int],
    images: int,
    *,
    n: float = FIGURES["3"].n[1],
    minibatches: int = 1,
    source: Images = None,
    dtype: str = "float32",
    executor: Workers = None,
) -> dict[int, Learnt]:
    """One network for each draw of images and start, by its seed."""
    work = partial(_learnt, settings, images, n, minibatches, source, dtype)
    return dict(zip(seeds, map_in(executor, work, seeds), strict=True))


@_ALONE
def _learnt(
    settings: RealScale, images: int, n: float, minibatches: int, source: Images, dtype: str, seed: int
) -> Learnt:
    data, held = drawn(settings, images, seed, source)
    options = _options(settings, minibatches, dtype)
    every = max(round(RECORD / settings.rate / minibatches), 1)
    with threads(1):
        run = train(data, n=n, rescaled_temperature=COLD, seed=seed, record_every=every, **options)
        counts = splits.recognised(run, data)
        pixels, digits = run.memories.values, splits.fates(run)
        means = splits.mean_paths(run, data).values
    epochs = np.round(run.epoch.values * minibatches * settings.rate / RATE)
    sums = category_sums(pixels, data)
    if np.mean(digits == splits.NO_FATE) >= 0.25:  # as in `waddington.recorded`
        digits = sums[-1].argmax(axis=1)

    def tree(by: np.ndarray) -> SplitTree:
        return splits.build_tree(by, digits, epochs, simultaneous=SIMULTANEOUS / RATE)

    own = tree(sums)
    return Learnt(
        xr.DataArray(sums, {"epoch": epochs, "category": counts.category}, ("epoch", "memory", "category")),
        digits,
        splits.appearance(counts.assign_coords(epoch=epochs), int(APPEARED * images / CATEGORIES)),
        own,
        tree_agreement(own, tree(means)),
        _accuracy(held, pixels[-1], run.labels[-1].values, n),
    )


def _options(settings: RealScale, minibatches: int, dtype: str) -> dict[str, Any]:
    return {
        "memories": settings.memories[0],
        "rate": settings.rate,
        "minibatches": minibatches,
        "epochs": round(LEARNING / settings.rate / minibatches),
        "dtype": dtype,
    }


def _accuracy(data: TrainingSet, memories: np.ndarray, labels: np.ndarray, n: float) -> float:
    answers = category(data.images, memories, labels, n=n, rescaled_temperature=COLD)
    return float(np.mean(answers == data.digits))


def landscape(learnt: Learnt) -> xr.Dataset:
    """`splits.landscape` of the category sums over the tree's leaves, without the start; 1 is on the left."""
    order = splits.leaf_order(learnt.tree)
    if FIRST in order[len(order) // 2 :]:
        order = order[::-1]
    paths = learnt.paths[1:].sel(category=order)
    grown = (paths > 0).any("category").all("memory").values
    return splits.landscape(paths[grown.argmax() :], order, records=1)


def duration(appeared: xr.DataArray, last: float) -> float:
    """Epochs between the first and the last digit but the 1; one that never appears counts as ``last``."""
    others = appeared.drop_sel(category=FIRST).fillna(last)
    return float(others.max() - others.min())


def by_chance(agreement: Callable[[np.ndarray], float], size: int, draws: int = 500) -> float:
    """What 95 % of random permutations of so many stay below."""
    generator = np.random.default_rng(0)
    return float(np.quantile([agreement(generator.permutation(size)) for _ in range(draws)], 0.95))


def permuted(tree: SplitTree, order: np.ndarray) -> SplitTree:
    """The tree with its fates exchanged; what parts when is all that is kept of it."""
    return replace(tree, separations=tree.separations[np.ix_(order, order)])


def tree_agreements(
    trees: Sequence[SplitTree], others: Sequence[SplitTree] | None = None
) -> dict[str, np.ndarray]:
    """How each tree (D,) agrees with the other ones on average, or with its own one of ``others``.

    ``agreement`` is the rank correlation of the epochs at which pairs of fates part, ``chance`` what 95 % of
    the trees with permuted fates stay below.
    """
    found: dict[str, list[float]] = {"agreement": [], "chance": []}
    for place, tree in enumerate(trees):
        beside = [others[place]] if others is not None else [*trees[:place], *trees[place + 1 :]]

        def mean(order: np.ndarray, tree=tree, beside=beside) -> float:
            exchanged = permuted(tree, order)
            return float(np.mean([tree_agreement(exchanged, each) for each in beside]))

        fates = len(tree.digits)
        found["agreement"].append(mean(np.arange(fates)))
        found["chance"].append(by_chance(mean, fates))
    return {name: np.array(values) for name, values in found.items()}


def measure(
    settings: RealScale,
    seeds: Sequence[int],
    *,
    source: Images = None,
    dtype: str = "float32",
    executor: Workers = None,
) -> xr.Dataset:
    """Networks at every size and n, in minibatches, each draw with its own images and start.

    Returns, over images, draw and n: the part of the images recognised, in ``training`` and ``held_out``;
    ``leading``, the largest category sum over all absolute ones; ``single``, the part of the memories
    that belong to one digit (`arrest.belongs`); ``like_image`` and ``like_mean``, correlations of pixels with
    the most similar training image and with the mean image of the leading digit; all four means over the
    memories. Final ``memories`` (…, memory, pixel), and the ``digit`` (…, memory) that each belongs to.
    """
    work = partial(_measured, settings, settings.n, source, dtype, settings.memories[0])
    return over_grid(work, executor, images=list(settings.images), draw=list(seeds))


def more_memories(
    settings: RealScale,
    seeds: Sequence[int],
    *,
    source: Images = None,
    dtype: str = "float32",
    executor: Workers = None,
) -> xr.Dataset:
    """What `measure` gives of the largest set, over memories, draw and the n of Figure 3; but no memories."""
    work = partial(_of_largest, settings, source, dtype)
    return over_grid(work, executor, memories=list(settings.memories), draw=list(seeds))


def _of_largest(settings: RealScale, source: Images, dtype: str, memories: int, seed: int) -> xr.Dataset:
    found = _measured(settings, FIGURES["3"].n, source, dtype, memories, settings.images[-1], seed)
    return found.drop_vars(["memories", "digit", "memory"])


@_ALONE
def _measured(
    settings: RealScale,
    powers: Sequence[float],
    source: Images,
    dtype: str,
    memories: int,
    images: int,
    seed: int,
) -> xr.Dataset:
    data, held = drawn(settings, images, seed, source)
    options = _options(settings, settings.minibatches(images), dtype) | {"memories": memories}
    found = sweep(data, n=powers, rescaled_temperature=COLD, seed=seed, **options)
    found = found.squeeze(("rescaled_temperature", "seed"), drop=True)
    learnt, means = directions(data.images).T, directions(splits.class_means(data).images)
    networks = found.memories.values, found.labels.values, category_sums(found.memories.values, data)
    rows = []
    for n, pixels, labels, own in zip(powers, *networks, strict=True):
        turned = directions(pixels)
        row = {
            "training": _accuracy(data, pixels, labels, n),
            "held_out": _accuracy(held, pixels, labels, n),
            "leading": (own.max(axis=1) / np.abs(own).sum(axis=1)).mean(),
            "like_image": (turned @ learnt).max(axis=1).mean(),
            "like_mean": (turned * means[own.argmax(axis=1)]).sum(axis=1).mean(),
        }
        rows.append(xr.Dataset(row))
    measured = xr.concat(rows, "n").assign_coords(n=list(powers))
    digit = arrest.belongs(found.labels)
    return measured.assign(single=(digit >= 0).mean("memory"), memories=found.memories, digit=digit)


def half_way(values: xr.DataArray) -> xr.DataArray:
    """The n from which values (…, n) are above half way from the first to their largest, until that."""
    n = values.n.values

    def crossing(own: np.ndarray) -> float:
        rising = own[: own.argmax() + 1]
        return stays_above(n[: len(rising)], rising, (rising[0] + rising[-1]) / 2)

    return xr.apply_ufunc(crossing, values, input_core_dims=[["n"]], vectorize=True)


def baselines(
    settings: RealScale, seeds: Sequence[int], *, source: Images = None, executor: Workers = None
) -> xr.Dataset:
    """What scikit-learn's classifiers recognise of the images held out: (images, draw, classifier).

    They are the nearest training image, the nearest mean image of a digit, and logistic regression of the
    digits on the pixels, its C = `LOGISTIC` not tuned.
    """
    work = partial(_classified, settings, source)
    return over_grid(work, executor, images=list(settings.images), draw=list(seeds))


@_ALONE
def _classified(settings: RealScale, source: Images, images: int, seed: int) -> xr.Dataset:
    data, held = drawn(settings, images, seed, source)
    means, neighbour = splits.class_means(data), KNeighborsClassifier(1)
    logistic = LogisticRegression(C=LOGISTIC, max_iter=2000)
    right = {
        "nearest neighbour": neighbour.fit(data.images, data.digits).score(held.images, held.digits),
        "logistic regression": logistic.fit(data.images, data.digits).score(held.images, held.digits),
        "nearest class mean": neighbour.fit(means.images, means.digits).score(held.images, held.digits),
    }
    return xr.Dataset({"held_out": ("classifier", list(right.values()))}, {"classifier": list(right)})


def heat(settings: RealScale, seeds: Sequence[int], images: int, **options: Any) -> xr.DataArray:
    """The temperature (set, category) at which each digit vanishes at n = 25, as `arrest` has it.

    One that is still there at the highest temperature, or nowhere, counts with that end of the grid.
    """
    minibatches, rate = settings.minibatches(images), 2 * settings.rate
    epochs = round(HEATING / rate / minibatches)
    per_digit, grid = images // CATEGORIES, settings.temperatures
    hot = ArrestScale(grid, (), len(seeds), rate, epochs, per_digit, settings.memories[0])
    heated = arrest.heat(hot, seeds, minibatches=minibatches, **options)
    return arrest.vanishing_temperatures(heated.population).clip(grid[0], grid[-1])
