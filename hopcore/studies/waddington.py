"""Learning as a tree: what networks recognise, where their memories part, and in which order (Fig. 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore import paper, splits
from hopcore._threads import threads
from hopcore.data import TrainingSet, training_set
from hopcore.embedding import Embedding
from hopcore.mnist import load_mnist
from hopcore.paper import FIGURES
from hopcore.paper.scales import WaddingtonScale
from hopcore.splits import Fate, Split, SplitTree
from hopcore.splits.recognition import APPEARS_BEYOND
from hopcore.splits.valley import with_fates
from hopcore.studies.grid import Source, Workers, map_in, over_grid
from hopcore.studies.likeness import nearest_images
from hopcore.training import RandomStart, train

FIRST = 1
"""The digit that comes first, beside which the others' epochs are compared."""

BEFORE = 50
"""A progenitor is looked at so many epochs before it splits: its members are still close to each other."""

PUSH, RETURN = 0.1, 500
"""Standard deviation of a push, per pixel and label, and the epochs after which its rest is measured."""

BEYOND = 600
"""Epochs for which a valley is shown after its last fork."""

PUSHES = tuple(
    f"a push {at} split" for at in ("before the first", "at the first", "at a middle", "after the last")
)

_RECORD_EVERY = 10
_SMOOTHED = 75  # epochs, the standard deviation of a valley's smoothing in time


@dataclass(frozen=True, eq=False)
class Network:
    """A network that is recorded while it learns.

    The ``run``, from `hopcore.train`; training images ``recognised`` (epoch, category), and the epochs since
    when digits are, ``appeared`` (category,); ``fates`` (K,), `splits.NO_FATE` for a memory with several
    labels at +1, or none; ``digits`` (K,), the fates, or those that lead in the memories' mixtures if a
    quarter, or more than is allowed, has no fate; the ``tree`` of their splits.
    """

    run: xr.Dataset
    recognised: xr.DataArray
    appeared: xr.DataArray
    fates: np.ndarray
    digits: np.ndarray
    tree: SplitTree


def learn(
    data: TrainingSet, settings: WaddingtonScale, *, seed: int = 0, executor: Workers = None
) -> dict[float, Network]:
    """The networks of Figure 3 and of its supplement, by n; ``seed`` is that of the start."""
    powers = (*FIGURES["3"].n, *FIGURES["3S"].n)
    common = _published(data, settings, seed)
    return dict(zip(powers, map_in(executor, recorded, [{**common, "n": n} for n in powers]), strict=True))


def _published(data: TrainingSet, settings: WaddingtonScale, seed: int) -> dict[str, Any]:
    """From the start of the published figure, which single precision cannot hold."""
    return {**_options(data, settings, seed, "float64"), "start": RandomStart(*paper.FIGURE_3_START)}


def _options(data: TrainingSet, settings: WaddingtonScale, seed: int, dtype: str) -> dict[str, Any]:
    figure = FIGURES["3"]
    return {
        "data": data,
        "rescaled_temperature": figure.rescaled_temperature[0],
        "memories": settings.memories,
        "rate": figure.rate,
        "epochs": figure.epochs,
        "record_every": _RECORD_EVERY,
        "seed": seed,
        "dtype": settings.dtype or dtype,
    }


def recorded(options: dict[str, Any], few: float = 0.25) -> Network:
    """Train with these options of `hopcore.train`, its ``data`` among them; ``few`` may be without a fate."""
    run, data = train(**options), options["data"]
    recognised = splits.recognised(run, data)
    fates = splits.fates(run)
    without = np.mean(fates == splits.NO_FATE)
    digits = fates if without < few else splits.leading_digits(run, data)
    tree = splits.split_tree(run, data, fates=digits)
    return Network(run, recognised, splits.appearance(recognised), fates, digits, tree)


def valley(network: Network, data: TrainingSet) -> xr.Dataset:
    """Waddington's landscape of a network that learnt ``data``: `splits.landscape` over its tree's leaves.

    It begins when every memory has some fate's coefficient above 0, for good, and ends `BEYOND` epochs after
    the last split; ValueError for a network with fewer than two fates.
    """
    order = splits.leaf_order(network.tree)
    until = network.tree.splits[-1].epoch + BEYOND
    paths = splits.category_paths(network.run.sel(epoch=slice(None, until)), data).sel(category=order)
    return splits.landscape(with_fates(paths), order, records=_SMOOTHED / _RECORD_EVERY)


def onset(recognised: xr.DataArray, images: int) -> dict[str, float]:
    """When the digits other than the 1 come, from recognised images (epoch, category) of so many per digit.

    ``until``, the first epoch after the first record at which one is recognised; ``ones``, the smallest part
    of the 1s that is recognised from epoch 20 until then; ``median``, ``spread`` (of the middle eight tenths)
    and ``last`` of the epochs at which the others appear; ``known``, the digits of which some image is
    recognised at the epoch that the paper gives for n = 3.
    """
    others = recognised.category != FIRST
    came = (recognised[1:, others.values] > APPEARS_BEYOND).any("category")
    until = int(came.idxmax())
    ones = recognised.sel(epoch=slice(20, until - 1), category=FIRST).min() / images
    appeared = splits.appearance(recognised)[others.values]
    low, median, high, last = appeared.quantile([0.1, 0.5, 0.9, 1]).values.tolist()
    known = (recognised.sel(epoch=paper.GLOBAL_SPLIT_EPOCH, method="nearest") > 0).sum()
    found = {"until": until, "ones": ones, "median": median, "spread": high - low}
    return {name: float(value) for name, value in {**found, "last": last, "known": known}.items()}


def beginnings(
    settings: WaddingtonScale, *, seed: int = 0, source: Source = None, executor: Workers = None
) -> xr.Dataset:
    """The two networks of Figure 3 on training sets of their own, each with a start of its own.

    Returns, over n and draw: what `onset` gives, ``appeared`` (…, category), and ``parted``, the epoch at
    which the 3s and the 5s part (NaN if one of them is nobody's fate); ``mixture`` (…, category), that of all
    memories at the first split; ``alike``, the standard deviation between memories shortly before it over
    that at the end, mean over pixels. Epochs are those of the figure's rate.
    """
    draws = list(range(seed, seed + settings.draws))
    return over_grid(partial(_beginning, settings, source), executor, n=list(FIGURES["3"].n), draw=draws)


def _beginning(settings: WaddingtonScale, source: Source, n: float, seed: int) -> xr.Dataset:
    data = training_set(per_digit=settings.per_digit, seed=seed, source=source)
    options, pace = {**_published(data, settings, seed), "n": n}, settings.pace
    if n == FIGURES["3"].n[0]:  # at twice the rate its digits come 200 epochs later
        options["epochs"], pace = 3 * paper.GLOBAL_SPLIT_EPOCH, 1
    with threads(1):
        network = recorded(_at_pace(options, pace))
    recognised = network.recognised.assign_coords(epoch=pace * network.recognised.epoch)
    tree, run, root = network.tree, network.run, network.tree.splits[0]
    parted = tree.separations[np.ix_(*(tree.digits == digit for digit in paper.ALIKE_UNTIL[0]))]
    epochs = [_before(run, root), run.epoch[-1].item()]
    before, end = run.memories.sel(epoch=epochs).std("memory").mean("pixel").values
    found = onset(recognised, settings.per_digit)
    found["parted"] = pace * parted.item() if parted.size else np.nan
    own = {"appeared": splits.appearance(recognised), "mixture": ("category", root.mixture)}
    return xr.Dataset({**found, **own, "alike": before / end})


def _at_pace(options: dict[str, Any], pace: int) -> dict[str, Any]:
    """The same learning at a larger rate, in so many times fewer epochs."""
    record_every = max(options["record_every"] // pace, 1)
    epochs = options["epochs"] // pace
    return {**options, "rate": pace * options["rate"], "epochs": epochs, "record_every": record_every}


def trails(
    networks: Mapping[float, Network],
    epochs: Mapping[float, Sequence[int]],
    embedding: Embedding,
    executor: Workers = None,
) -> dict[float, np.ndarray]:
    """Where the memories of each network are on the map at some of its recorded epochs: (E, K, 2), by n."""
    shown = [network.run.memories.sel(epoch=list(epochs[n])).values for n, network in networks.items()]
    return dict(zip(networks, map_in(executor, embedding.transform, shown), strict=True))


def progenitors(network: Network) -> xr.Dataset:
    """The memories that will part at each split, and the linearised learning rule at their mean.

    Returns, over split, the earliest first: ``fates``, how many are below; ``unstable``, the directions in
    which differences between members grow faster than 0.1; ``along_fastest`` and ``along_unstable``, the part
    of the difference between the two largest branches at the split that lies along the fastest direction and
    along all unstable ones; ``speed`` of the group; ``leading_share`` of its mixture at the split; and
    ``looks``, the digit of the MNIST image that the mean memory correlates with best. The attribute
    ``directions`` counts all directions.
    """
    run, tree, mnist = network.run, network.tree, load_mnist()
    rows = []
    for split in tree.splits:
        saddle, apart = splits.saddle(run, _before(run, split), split.members), _difference(run, split)
        unstable = saddle.unstable()
        row = {
            "fates": len(split.fates),
            "unstable": unstable,
            "along_fastest": saddle.share(apart, 1),
            "along_unstable": saddle.share(apart, unstable),
            "speed": saddle.speed,
            "leading_share": leading_share(split.mixture),
            "looks": mnist.digits[nearest_images([mean_memory(run, split)], mnist.images)].item(),
        }
        rows.append(xr.Dataset(row, attrs={"directions": len(saddle.rates)}))
    return xr.concat(rows, xr.IndexVariable("split", np.arange(len(rows))), combine_attrs="override")


def mean_memory(run: xr.Dataset, node: Split | Fate) -> np.ndarray:
    """The mean memory (N,) of a fate at the end, or of a progenitor 50 epochs before its split."""
    epoch = _before(run, node) if isinstance(node, Split) else run.epoch[-1]
    return run.memories.sel(epoch=epoch).values[list(node.members)].mean(axis=0)


def _before(run: xr.Dataset, split: Split) -> int:
    return int(run.epoch[np.searchsorted(run.epoch, split.epoch - BEFORE)])


def _difference(run: xr.Dataset, split: Split) -> np.ndarray:
    """The difference (S + C,), in weights and labels, between the two largest branches at a split."""
    state = run.sel(epoch=split.epoch, method="nearest")
    values = np.concatenate([state.image_weights.values, state.labels.values], axis=1)
    first, second = (values[list(branch.members)].mean(axis=0) for branch in split.branches[:2])
    return first - second


def leading_share(mixture: ArrayLike) -> float:
    """The largest coefficient of a mixture (C,), as a part of the sum of all absolute ones."""
    return float(np.max(mixture) / np.abs(mixture).sum())


def disturb(
    data: TrainingSet, settings: WaddingtonScale, usual: Network, *, seed: int = 0, executor: Workers = None
) -> xr.Dataset:
    """Learning with momentum, with minibatches, with noise, and with pushes, beside the ``usual`` network.

    Noise comes in every epoch. A push adds noise to all memories and labels once: half-way to the first
    split, at it, at the middle one, and after the last. The other parameters are those of `learn`.

    Returns, over disturbance: rank correlations with the usual ``order`` of digits, and of the epochs
    at which pairs of fates part (``tree``); ``away`` (disturbance, epoch), the mean distance of a memory from
    the nearest undisturbed one; ``remains``, the part of its largest value that is left `RETURN` epochs
    after the push; the coordinate ``pushed``, its epoch. NaN where nothing is pushed.
    """
    at = [split.epoch for split in usual.tree.splits]
    pushes = zip(PUSHES, (at[0] / 2, at[0], np.median(at), at[-1] + 100), strict=True)
    pushed = {name: 20 * round(epoch / 20) for name, epoch in pushes}
    every = {"epochs": range(1, FIGURES["3"].epochs + 1), "std": paper.DISTURBED_NOISE}
    changes: dict[str, dict[str, Any]] = {
        "momentum": {"momentum": paper.DISTURBED_MOMENTUM},
        "minibatches": {"minibatches": paper.DISTURBED_MINIBATCHES},
        "noise": {"noise": every, "record_every": 2 * _RECORD_EVERY},
        **{name: {"noise": {"epochs": [epoch], "std": PUSH}} for name, epoch in pushed.items()},
    }
    common = {**_published(data, settings, seed), "n": usual.run.attrs["n"]}
    networks = map_in(executor, _disturbed, [common | change for change in changes.values()])
    named = zip(changes, networks, strict=True)  # each network is dropped when it is measured
    found = [_beside(each, usual, pushed.get(name, np.nan)) for name, each in named]
    return xr.concat(found, xr.IndexVariable("disturbance", list(changes)))


def _disturbed(options: dict[str, Any]) -> Network:
    """The network, without its run if that is not compact."""
    network = recorded(options)
    return network if "images" in network.run else replace(network, run=xr.Dataset())


def _beside(network: Network, undisturbed: Network, pushed: float) -> xr.Dataset:
    orders = [splits.learning_ranks(each.appeared) for each in (network, undisturbed)]
    away, remains = xr.full_like(undisturbed.run.epoch[::2], np.nan, dtype=float), np.nan
    if np.isfinite(pushed):
        every_other = network.run.isel(epoch=slice(0, None, 2))
        away = splits.distances_to_run(every_other, undisturbed.run).mean("memory")
        remains = float(away.sel(epoch=min(pushed + RETURN, away.epoch[-1])) / away.max())
    tree = tree_agreement(network.tree, undisturbed.tree)
    found = {"order": splits.rank_correlation(*orders), "tree": tree, "away": away, "remains": remains}
    return xr.Dataset(found, {"pushed": pushed})


def tree_agreement(first: SplitTree, second: SplitTree) -> float:
    """Rank correlation of the epochs at which pairs of fates part, over the fates that both trees have."""
    digits = np.intersect1d(first.digits, second.digits)
    pairs = np.triu_indices(len(digits), 1)

    def parted(tree: SplitTree) -> np.ndarray:
        at = np.searchsorted(tree.digits, digits)
        return tree.separations[np.ix_(at, at)][pairs]

    return splits.rank_correlation(parted(first), parted(second))


def orders(
    settings: WaddingtonScale,
    data: TrainingSet | None = None,
    *,
    seed: int = 0,
    dtype: str = "float32",
    executor: Workers = None,
) -> xr.Dataset:
    """In which order digits are learnt: over training sets, or over starts alone.

    ``data`` is the training set of all runs, at the figure's n; None gives each run a set of its own.
    ``seed`` is that of the first run's start, and of its set; the next has seed + 1.

    Returns ``recognised`` images (n, run, epoch, category); when digits ``appeared`` (n, run, category), NaN
    for one that is not recognised at the end, in epochs of the figure's rate; the ``ranks`` of the digits in
    this order; ``agreement`` (n,), the mean rank correlation between two runs; ``typicality`` (run, category)
    of the digits of each set, and ``foretold`` (n, run), its rank correlation with the order, typical digits
    first.
    """
    powers = list(settings.n) if data is None else [int(n) for n in FIGURES["3"].n]
    seeds = list(range(seed, seed + (settings.sets if data is None else settings.starts)))
    found = over_grid(partial(_appeared, settings, data, dtype), executor, n=powers, run=seeds)
    ranks = splits.learning_ranks(found.appeared)
    typical = np.array([splits.typicality(_set(settings, data, each)) for each in seeds])
    foretold = splits.rank_correlation(-typical, ranks)
    return found.assign(
        ranks=(found.appeared.dims, ranks),
        agreement=("n", [splits.rank_agreement(row) for row in ranks]),
        typicality=(("run", "category"), typical),
        foretold=(("n", "run"), foretold),
    )


def _set(settings: WaddingtonScale, data: TrainingSet | None, seed: int) -> TrainingSet:
    return training_set(per_digit=settings.per_digit, seed=seed) if data is None else data


def _appeared(
    settings: WaddingtonScale, data: TrainingSet | None, dtype: str, n: float, seed: int
) -> xr.Dataset:
    """When digits appear in one run of `orders`, and how many of their images are recognised."""
    own, pace = _set(settings, data, seed), settings.pace
    options = {**_options(own, settings, seed, dtype), "n": n, "record_every": 2 * _RECORD_EVERY}
    with threads(1):
        run = train(**_at_pace(options, pace))
        recognised = splits.recognised(run, own)
    recognised = recognised.assign_coords(epoch=pace * recognised.epoch)
    return xr.Dataset({"appeared": splits.appearance(recognised), "recognised": recognised})
