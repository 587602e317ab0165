"""When memories split, and who from whom: foretold without the crowd, and measured in it (not in the paper).

The crowd *comes apart* when the standard deviation between its memories reaches `APART`, and *splits* when it
reaches `SPLIT`, root mean square pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import squareform
from scipy.stats import norm

from hopcore import splits
from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.paper import FIGURES
from hopcore.paper.scales import SplittingScale
from hopcore.splits import NO_FATE, SplitTree
from hopcore.splits.valley import with_fates
from hopcore.studies.grid import Source, Workers, map_in, over_grid
from hopcore.studies.real_size import by_chance, tree_agreements
from hopcore.training import Options, RandomStart, Run, train
from hopcore.training.run import build_learner

COLD, N = FIGURES["3"].rescaled_temperature[0], FIGURES["3"].n[1]
"""The temperature of all networks, and the n of most."""

APART, SPLIT = 0.01, 0.1

USUAL = RandomStart.spread
"""The spread of the start that is compared with others."""

LEARNING = FIGURES["3"].rate * FIGURES["3"].epochs
"""Rate times epochs."""

_LOOK, _RECORD = 0.05, 0.1
"""Rate times epochs between two looks at a crowd, and two records of it."""


def clock(
    settings: SplittingScale,
    seeds: Sequence[int],
    *,
    spreads: Sequence[float] = (USUAL,),
    pace: float = 1.0,
    one_path: bool = False,
    source: Source = None,
    executor: Workers = None,
    **axes: Sequence[Any],
) -> xr.Dataset:
    """When crowds come apart and split, in rate times epochs, over n, memories, per_digit, draw and spread.

    ``axes`` are ``n``, ``memories`` and ``per_digit``; those not given have one value, the usual. The rate is
    ``pace`` times the scale's. With ``one_path`` temperatures grow with K^(1/n), so that any number of
    memories has the path of the usual number.

    Returns ``apart`` and ``split``, NaN where it does not happen, and the same ``foretold``: both over level.
    """
    usual = {"n": [N], "memories": [settings.crowd], "per_digit": [settings.images]}
    given = {name: list(values) for name, values in axes.items()}
    work = partial(_clock, settings, tuple(spreads), pace, one_path, source)
    return over_grid(work, executor, **usual | given, draw=list(seeds))


def _clock(
    settings: SplittingScale,
    spreads: tuple[float, ...],
    pace: float,
    one_path: bool,
    source: Source,
    n: float,
    memories: int,
    per_digit: int,
    seed: int,
) -> xr.Dataset:
    data = training_set(per_digit=per_digit, seed=seed, source=source)
    hot = COLD * (memories / settings.crowd) ** (1 / n) if one_path else COLD
    how: dict[str, Any] = {"rate": pace * settings.rate, "epochs": round(LEARNING / pace / settings.rate)}
    with threads(1):
        path = splits.growth(
            data,
            n=n,
            rescaled_temperature=hot,
            memories=memories,
            until=np.log(SPLIT / min(spreads)),
            **how,
        )
        run = Run(n, hot, seed)
        options = [
            Options.checked(data, memories=memories, start=RandomStart(spread=spread), **how)
            for spread in spreads
        ]
        measured = [how["rate"] * came_apart(data, each, run) for each in options]
    time = how["rate"] * path.epoch.values
    foretold = [
        [first(time, path.growth + np.log(each), np.log(at)) for at in (APART, SPLIT)] for each in spreads
    ]
    return xr.Dataset(
        {"measured": (("spread", "level"), measured), "foretold": (("spread", "level"), foretold)},
        {"spread": list(spreads), "level": [APART, SPLIT]},
    )


def came_apart(data: TrainingSet, options: Options, run: Run) -> np.ndarray:
    """The epochs at which the spread of a crowd that learns first comes to `APART` and `SPLIT`, else NaN."""
    learner, every = build_learner(data, options, [run]), max(round(_LOOK / options.rate), 1)
    seen: list[float] = []
    with torch.inference_mode():
        while (len(seen) - 1) * every < options.epochs and not (seen and seen[-1] > SPLIT):
            if seen:
                learner.epochs(every)
            apart = learner.memories()[0].std(dim=0, correction=0)
            seen.append(float(apart.square().mean().sqrt()))
    epochs = every * np.arange(len(seen))
    return np.array([first(epochs, np.log(seen), np.log(level)) for level in (APART, SPLIT)])


def slopes(timed: xr.Dataset, level: float = APART) -> xr.Dataset:
    """Slopes of the times of `clock` against ln σ: ``measured``, its standard ``error``, and ``foretold``.

    Straight lines through the points over spread, four or more, by least squares; over the other dimensions.
    """
    times = timed.sel(level=level)
    logarithms = times.assign_coords(spread=np.log(times.spread))
    fits = {name: logarithms[name].polyfit("spread", 1, cov=True) for name in ("measured", "foretold")}
    found = {name: fit.polyfit_coefficients.sel(degree=1, drop=True) for name, fit in fits.items()}
    variance = fits["measured"].polyfit_covariance.isel(cov_i=0, cov_j=0)
    return xr.Dataset({**found, "error": np.sqrt(variance)})


def first(places: ArrayLike, values: ArrayLike, level: float) -> float:
    """The place where values first reach a level, between two of them by a straight line; NaN for nowhere."""
    places, values = np.asarray(places, dtype=float), np.asarray(values, dtype=float)
    if not (values >= level).any():
        return float("nan")
    at = int(np.argmax(values >= level))
    here = slice(max(at - 1, 0), at + 1)
    return float(np.interp(level, values[here], places[here]))


@dataclass(frozen=True, eq=False)
class Foretold:
    """A crowd that learnt, and the same foretold by few memories on a line, each in the place of equal many.

    ``paths`` (epoch, memory, category) of the crowd, its ``fates`` (K,) and ``tree``, and ``run`` where it
    was kept; the ``coordinates`` (K,) of its start on the line, in standard deviations, and the ``parts``
    (K,), from 0, of the line in which they are; ``line``, the run of the few, with its ``line_fates`` (G,)
    and ``line_tree``, whose epochs are the crowd's. Of the crowd's variance where it comes apart ``along``
    is on the line, and ``between`` of the squared difference of the two largest branches of its first split.
    """

    paths: xr.DataArray
    fates: np.ndarray
    tree: SplitTree
    run: xr.Dataset | None
    coordinates: np.ndarray
    parts: np.ndarray
    line: xr.Dataset
    line_fates: np.ndarray
    line_tree: SplitTree
    along: float
    between: float


def foretell(
    settings: SplittingScale,
    seeds: Sequence[int],
    *,
    n: float = N,
    source: Source = None,
    executor: Workers = None,
) -> list[Foretold]:
    """One `Foretold` for each draw; the run of the first is kept."""
    tasks = [(seed, place == 0) for place, seed in enumerate(seeds)]
    return list(map_in(executor, partial(_foretell, settings, n, source), *zip(*tasks, strict=True)))


def _foretell(settings: SplittingScale, n: float, source: Source, seed: int, keep: bool) -> Foretold:
    data = training_set(per_digit=settings.images, seed=seed, source=source)
    with threads(1):
        path = _path(settings, data, n)
        run = crowd(settings, data, seed, n=n)
        done, start = int(path.epoch[-1]), splits.on_a_line(path, USUAL, settings.groups)
        line = train(
            data,
            n=n,
            rate=settings.rate,
            start=start,
            rescaled_temperature=COLD / (settings.crowd / settings.groups) ** (1 / n),
            epochs=_epochs(settings) - done,
            record_every=_every(settings),
        )
    line = line.assign_coords(epoch=line.epoch + done)
    own, foretold = (splits.fates(each) for each in (run, line))
    tree = splits.split_tree(run, data)
    memories, labels = (run[name].values[0] for name in ("memories", "labels"))
    coordinates = splits.coordinates(path, memories, labels) / USUAL
    lead = path.memory_lead.values / np.linalg.norm(path.memory_lead)

    apart = run.memories.sel(epoch=done, method="nearest").values
    apart = apart - apart.mean(axis=0)
    split = run.memories.sel(epoch=tree.splits[0].epoch, method="nearest").values if tree.splits else apart
    branches = tree.splits[0].branches[:2] if tree.splits else ()
    ends = [split[list(each.members)].mean(axis=0) for each in branches] or apart[:2]
    return Foretold(
        splits.category_paths(run, data).astype(np.float32),
        own,
        tree,
        run if keep else None,
        coordinates,
        np.minimum((norm.cdf(coordinates) * settings.groups).astype(int), settings.groups - 1),
        line,
        foretold,
        splits.split_tree(line, data),
        float(((apart @ lead) ** 2).sum() / (apart**2).sum()),
        float(((ends[0] - ends[1]) @ lead) ** 2 / ((ends[0] - ends[1]) ** 2).sum()),
    )


def _path(settings: SplittingScale, data: TrainingSet, n: float) -> xr.Dataset:
    """`splits.growth` of the usual crowd until it comes apart."""
    return splits.growth(
        data,
        n=n,
        rescaled_temperature=COLD,
        memories=settings.crowd,
        rate=settings.rate,
        epochs=_epochs(settings),
        until=np.log(APART / USUAL),
    )


def _epochs(settings: SplittingScale) -> int:
    return round(LEARNING / settings.rate)


def _every(settings: SplittingScale) -> int:
    return max(round(_RECORD / settings.rate), 1)


def crowd(
    settings: SplittingScale, data: TrainingSet, seed: int, *, n: float = N, spread: float = USUAL
) -> xr.Dataset:
    """The run of a crowd that learns, as long as the paper's of Figure 3."""
    return train(
        data,
        n=n,
        rescaled_temperature=COLD,
        memories=settings.crowd,
        rate=settings.rate,
        epochs=_epochs(settings),
        record_every=_every(settings),
        start=RandomStart(spread=spread),
        seed=seed,
    )


def pairs_parted(found: Foretold) -> tuple[np.ndarray, np.ndarray]:
    """The epochs at which pairs of digits part, foretold and in the crowd: (P,) pairs that both have."""
    _, *places = np.intersect1d(found.line_tree.digits, found.tree.digits, return_indices=True)
    pairs = np.triu_indices(len(places[0]), 1)
    trees = (found.line_tree, found.tree)
    foretold, own = (tree.separations[np.ix_(at, at)][pairs] for tree, at in zip(trees, places, strict=True))
    return foretold, own


def scores(several: Sequence[Foretold], data: Sequence[TrainingSet]) -> xr.Dataset:
    """How good each forecast (draw,) is, with what chance and what others reach.

    ``tree``, the rank correlation of the epochs at which pairs of digits part, and ``tree_chance``, what 95 %
    of trees with permuted digits stay below; ``annealing`` and ``linkage``, that of `annealed` and `linked`;
    ``off``, the median over pairs of the relative error of the epoch. ``right``, the part of the memories
    with a fate that have the one of their part of the line, and ``right_chance``, what 95 % of permutations
    stay below; ``missed``, the sum over digits of the differences to the foretold numbers of memories, and
    ``missed_equal``, to equal ones.
    """
    rows = [_score(*pair) for pair in zip(several, data, strict=True)]
    return xr.Dataset({name: ("draw", [row[name] for row in rows]) for name in rows[0]})


def _score(found: Foretold, data: TrainingSet) -> dict[str, float]:
    agreement = {"tree": found.line_tree, "annealing": annealed(data), "linkage": linked(data)}
    agreements = {name: tree_agreements([each], [found.tree]) for name, each in agreement.items()}
    foretold, own = pairs_parted(found)
    known = found.fates != NO_FATE
    fates, told = found.fates[known], found.line_fates[found.parts[known]]

    def right(order: np.ndarray) -> float:
        return float((told[order] == fates).mean())

    wanted, all_digits = np.bincount(fates, minlength=10), found.line_fates[found.line_fates != NO_FATE]
    shares = np.bincount(all_digits, minlength=10) / max(len(all_digits), 1) * len(fates)
    return {
        **{name: each["agreement"].item() for name, each in agreements.items()},
        "tree_chance": agreements["tree"]["chance"].item(),
        "off": float(np.median(abs(foretold - own) / own)),
        "right": right(np.arange(len(fates))),
        "right_chance": by_chance(right, len(fates)),
        "missed": float(abs(wanted - shares).sum()),
        "missed_equal": float(abs(wanted - len(fates) / 10).sum()),
    }


def annealed(data: TrainingSet) -> SplitTree:
    """Which digits part in deterministic annealing, as a tree without epochs: the hotter, the earlier.

    A cluster splits along the first direction of its covariance, at the critical temperature T_c = 2·λ_max
    (Rose, Gurewitz and Fox 1990). The covariance is that of the mean images of the digits. A part that could
    have split at a higher temperature than the whole does so at once, after it.
    """
    means = splits.class_means(data)
    parted = np.zeros((len(means),) * 2)

    def split(group: np.ndarray, hottest: float) -> None:
        if len(group) < 2:
            return
        around = means.images[group] - means.images[group].mean(axis=0)
        sides, singular, _ = np.linalg.svd(around, full_matrices=False)
        critical = min(hottest * (1 - 1e-9), 2 * singular[0] ** 2 / len(group))
        one = sides[:, 0] > 0
        parted[np.ix_(group[one], group[~one])] = parted[np.ix_(group[~one], group[one])] = -critical
        split(group[one], critical)
        split(group[~one], critical)

    split(np.arange(len(means)), np.inf)
    return SplitTree(None, (), means.digits, parted)


def linked(data: TrainingSet) -> SplitTree:
    """Which digits part in the average linkage of the mean images: the farther, the earlier."""
    return SplitTree(None, (), splits.class_means(data).digits, by_linkage(data))


def by_linkage(data: TrainingSet) -> np.ndarray:
    """Closeness of the categories that have images in the average linkage of their mean images: (F, F)."""
    return -squareform(cophenet(linkage(splits.class_means(data).images, "average")))


def noisy(
    settings: SplittingScale,
    seeds: Sequence[int],
    *,
    source: Source = None,
    executor: Workers = None,
) -> xr.Dataset:
    """Crowds from starts of several spreads, the usual one among them, over spread and draw.

    Returns the ``tree``'s rank correlation with that of the usual spread, in the draw; the ``path`` (…,
    epoch, memory, category) and the ``fate`` (…, memory); and over draw the ``limit``: the spread from which
    on the crowd comes apart before the one memory in its place has grown to the limit of the pixels.
    """
    work = partial(_noisy, settings, source)
    return xr.concat(list(map_in(executor, work, seeds)), xr.IndexVariable("draw", list(seeds)))


def _noisy(settings: SplittingScale, source: Source, seed: int) -> xr.Dataset:
    data = training_set(per_digit=settings.images, seed=seed, source=source)
    spreads = sorted({*settings.noise, USUAL})
    with threads(1):
        runs = [crowd(settings, data, seed, spread=spread) for spread in spreads]
        path = _path(settings, data, N)
    trees = [splits.split_tree(run, data) for run in runs]
    usual = [trees[spreads.index(USUAL)]]
    at = int(np.argmax(path.largest.values > 0.999))
    return xr.Dataset(
        {
            "tree": ("spread", [tree_agreements([each], usual)["agreement"].item() for each in trees]),
            "path": xr.concat(
                [splits.category_paths(run, data).astype(np.float32) for run in runs], "spread"
            ),
            "fate": (("spread", "memory"), [splits.fates(run) for run in runs]),
            "limit": APART / np.exp(path.growth.values[at]),
        },
        {"spread": spreads},
    )


def way(crowd: xr.Dataset, order: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of one crowd of `noisy`: time (E,), places (E, K) as in `splits.landscape`, and fates (K,).

    It begins when every memory has some fate's coefficient above 0, for good.
    """
    path = with_fates(crowd.path.sel(category=np.asarray(order)))
    return path.epoch.values, splits.landscape(path, order).place.values, crowd.fate.values
