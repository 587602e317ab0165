"""Learning that is too hot to split: which digits vanish, in which order, and where memories stay (Fig. 8).

At a high temperature memories stop on their way at a progenitor. Such memories are *arrested*: no label of
theirs says which digit they are.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from hopcore import splits
from hopcore._checks import check_integer, refuse
from hopcore.data import training_set
from hopcore.paper import FIGURE_8_LABEL, FIGURES
from hopcore.paper.scales import ArrestScale
from hopcore.splits import Fate, Split, SplitTree
from hopcore.studies.grid import Source, Workers, map_in, over_grid
from hopcore.studies.waddington import Network, recorded
from hopcore.sweeps import sweep

_LEARNING, _BETWEEN_RECORDS = 30, 0.4
"""Rate times epochs until learning at T_r = 0.85 is over, and between two records of it."""


def heat(
    settings: ArrestScale,
    seeds: Sequence[int],
    *,
    n: float | Sequence[float] = FIGURES["8"].n[0],
    temperatures: Sequence[float] | None = None,
    source: Source = None,
    **changes: Any,
) -> xr.Dataset:
    """Training sets and starts, by their seeds, learnt at the scale's temperatures or others.

    ``changes`` are options of `hopcore.sweep`, its ``executor`` among them.

    Returns final ``memories`` and ``labels``, as those of `hopcore.sweep` over set and rescaled_temperature
    (and n, if it is a list); the ``digit`` of each memory (`belongs`), and the ``population`` of each digit,
    for which every label above the limit counts, as in the authors' programs.
    """
    options = {name: getattr(settings, name) for name in ("rate", "epochs", "memories")} | changes
    hot = settings.temperatures if temperatures is None else temperatures

    def learnt(seed: int) -> xr.Dataset:
        data = training_set(per_digit=settings.per_digit, seed=seed, source=source)
        found = sweep(data, n=n, rescaled_temperature=hot, seed=seed, **options)
        return found.squeeze(("seed",) if np.ndim(n) else ("n", "seed"), drop=True)

    heated = over_grid(learnt, set=list(seeds))
    population = (heated.labels > FIGURE_8_LABEL).sum("memory")
    return heated.assign(digit=belongs(heated.labels), population=population)


def controls(
    settings: ArrestScale, heated: xr.Dataset, *, dtype: str = "float32", **options: Any
) -> dict[str, int]:
    """The first training set by `heat` again, in ``double`` precision and at a ``quarter`` of the rate.

    Both are the most memories by which a digit's population differs, at so many ``temperatures`` of a few.
    """
    first, count = heated.population[0], heated.sizes["rescaled_temperature"]
    usual = first[count // 8 :: max(count // 4, 1)]

    def difference(**changes: Any) -> int:
        hot = usual.rescaled_temperature.values
        again = heat(settings, [first.set.item()], temperatures=hot, **options, **changes)
        return int(abs(again.population[0] - usual).max())

    slow = {"rate": settings.rate / 4, "epochs": 4 * settings.epochs}
    double, quarter = difference(dtype="float64"), difference(dtype=dtype, **slow)
    return {"double": double, "quarter": quarter, "temperatures": len(usual)}


def belongs(labels: xr.DataArray) -> xr.DataArray:
    """The digit of each memory whose label (…, memory, category) is above 0.98; −1 for none or several."""
    votes = labels > FIGURE_8_LABEL
    return xr.where(votes.sum("category") == 1, votes.argmax("category"), -1)


def populations(digits: xr.DataArray, categories: int = 10) -> xr.DataArray:
    """How many memories belong to each digit, (…, category), from digits (…, memory)."""
    category = xr.Dataset(coords={"category": np.arange(categories)}).category
    return (digits == category).sum("memory").transpose(..., "category")


def vanishing_temperatures(population: xr.DataArray, at_least: int = 1) -> xr.DataArray:
    """The temperature at which each digit vanishes: half way between its last grid point and the next.

    A digit is there while its population (…, category), over a rising ``rescaled_temperature``, is
    ``at_least`` so large. Returns (…, category) without the temperature: −inf for a digit that is nowhere,
    inf for one that is still there at the highest temperature.
    """
    at_least = check_integer("at_least", at_least, minimum=1)
    present = (population >= at_least).transpose(..., "rescaled_temperature")
    hot = population.rescaled_temperature.values
    if (np.diff(hot) <= 0).any():
        raise refuse("population", population, "over rising temperatures")
    # The last temperature at which it is there, counted from 1; 0 for nowhere.
    last = (present * np.arange(1, len(hot) + 1)).max("rescaled_temperature")
    borders = np.concatenate([[-np.inf], (hot[1:] + hot[:-1]) / 2, [np.inf]])
    return last.copy(data=borders[last.values])


def group_ranks(groups: Sequence[Sequence[int]], digits: int = 10) -> np.ndarray:
    """Ranks of digits that come group by group; the digits of a group share their mean rank."""
    place = {digit: rank for rank, group in enumerate(groups) for digit in group}
    return rankdata([place.get(digit, len(groups)) for digit in range(digits)])


def learn(
    settings: ArrestScale,
    seeds: Sequence[int],
    *,
    source: Source = None,
    executor: Workers = None,
    **how: Any,
) -> dict[int, Network]:
    """The training sets of `heat` at T_r = 0.85, the temperature of Figure 3, and half the rate, by seed.

    Other options are those of `hopcore.train`.
    """

    def options(seed: int) -> dict[str, Any]:
        return {
            "data": training_set(per_digit=settings.per_digit, seed=seed, source=source),
            "n": FIGURES["8"].n[0],
            "rescaled_temperature": FIGURES["3"].rescaled_temperature[0],
            "memories": settings.memories,
            "rate": settings.rate / 2,
            "epochs": round(_LEARNING / settings.rate) * 2,
            "record_every": round(_BETWEEN_RECORDS / settings.rate),
            "seed": seed,
            "dtype": "float32",
            **how,
        }

    by_fates = partial(recorded, few=np.inf)  # the arrested are in no tree
    return dict(zip(seeds, map_in(executor, by_fates, map(options, seeds)), strict=True))


def leaving_epochs(tree: SplitTree, digits: int = 10) -> np.ndarray:
    """The epoch (digits,) of the last split on each digit's way; NaN for a digit that has no memory."""
    epochs = np.full(digits, np.nan)
    for split in tree.splits:  # the earliest first
        epochs[list(split.fates)] = split.epoch
    return epochs


def read_backwards(vanished: ArrayLike, epochs: ArrayLike) -> float:
    """Rank correlation of vanishing (digits,) with learning reversed, without digits whose epoch is NaN."""
    known = np.isfinite(epochs)
    first, second = (splits.learning_ranks(np.asarray(each)[known]) for each in (vanished, epochs))
    return splits.rank_correlation(first, -second)


def backwards(vanished: xr.DataArray, learnt: Mapping[int, Network]) -> xr.Dataset:
    """`read_backwards` of vanishing (set, category): ``learning``, when digits appear, and the ``tree``."""
    pairs = list(zip(vanished.values, learnt.values(), strict=True))
    learning = [read_backwards(row, own.appeared) for row, own in pairs]
    tree = [read_backwards(row, leaving_epochs(own.tree)) for row, own in pairs]
    return xr.Dataset({"learning": ("set", learning), "tree": ("set", tree)})


def whereabouts(heated: xr.Dataset, learnt: Mapping[int, Network]) -> xr.Dataset:
    """Where arrested memories of `heat` are beside the trees of their training sets from `learn`.

    Returns, over set and rescaled_temperature: how many memories are ``arrested``, and their median
    ``distance`` (…, to), root mean square pixel, to the nearest "saddle", "end" and "valley"; NaN where none
    are.
    """
    # Arrested memories have no label at its limit; those with several are something else.
    arrested = (heated.labels <= FIGURE_8_LABEL).all("category")
    apart = np.full((3, *arrested.shape), np.nan)
    for place, own in enumerate(learnt.values()):
        stuck = arrested[place].values
        memories = heated.memories[place].values[stuck]
        nearest = [splits.distances_to_places(memories, places) for places in landmarks(own.tree, own.run)]
        nearest.append(splits.distances_to_paths(memories, own.run.isel(epoch=slice(None, None, 2))))
        apart[:, place, stuck] = nearest
    distance = xr.DataArray(apart, dims=("to", *arrested.dims)).median("memory")
    return xr.Dataset(
        {"arrested": arrested.sum("memory"), "distance": distance.transpose(..., "to")},
        {"to": ["saddle", "end", "valley"]},
    )


def landmarks(tree: SplitTree, run: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean memories of a recorded run at the splits of its tree, (P, N), and at its ends, (F, N)."""

    def mean_at(node: Split | Fate) -> np.ndarray:
        memories = run.memories.sel(epoch=node.epoch, method="nearest").values
        return memories[list(node.members)].mean(axis=0)

    return np.array([mean_at(each) for each in tree.splits]), np.array([mean_at(each) for each in tree.fates])
