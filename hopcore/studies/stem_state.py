"""Temperature as a morphogen: memories held in a progenitor state, let go, and driven back.

The paper's discussion proposes that T_r could hold memories as progenitors, as morphogens hold stem cells,
and does not try it. Here the temperature follows a schedule (`hopcore.train`): high for a time and then low,
or up and down in steps.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from hopcore import splits
from hopcore._threads import threads
from hopcore.data import training_set
from hopcore.paper import FIGURES
from hopcore.paper.scales import StemScale
from hopcore.studies.arrest import belongs, populations
from hopcore.studies.crossings import stays_below
from hopcore.studies.grid import Workers, over_grid
from hopcore.training import NoisePulses, train

WARM, HOT, COLD = 1.1, 1.3, FIGURES["3"].rescaled_temperature[0]
"""Rescaled temperatures: two that hold, and that of learning."""

STAIRS = np.round(np.arange(0.85, 1.41, 0.05), 2)
"""Rescaled temperatures of the way up; the way down takes them in reverse, the highest once."""

LEARNING, STAIR, RECORD = 40, 6, 0.4
"""Rate times epochs: of learning, on each stair, and between two records."""

OTHER_START = 1000
"""What is added to the seed of a start for another one on the same images."""

RELEASE_NOISE = 1e-5
"""Noise added when memories are let go, as small as that of the usual start: without any, memories that were
held for long differ by the rounding of the numbers alone, and when they part would depend on that."""


def hold(
    settings: StemScale, seeds: Sequence[int], *, dtype: str = "float32", executor: Workers = None
) -> xr.Dataset:
    """Networks held by heat and let go, one without a hold, and one with another start, of each training set.

    Returns what `release` gives, over hold and set, and a comparison with the networks without a hold: the
    ``difference`` of final populations (`total_variation`), and the rank correlation of the ``order`` in
    which digits appear. Holds are "no hold", "another start", and "1.1, 20" for temperature and time.
    """
    free = _epochs(settings, LEARNING)
    plans = {"no hold": (0, free, HOT, COLD, 0), "another start": (0, free, HOT, COLD, OTHER_START)}
    for hot, time in product((WARM, HOT), settings.times):
        plans[f"{hot:g}, {time}"] = (_epochs(settings, time), free, hot, COLD, 0)
    options = {"record_every": _epochs(settings, RECORD), **_options(settings, dtype)}
    held = over_grid(partial(_held, plans, options), executor, hold=list(plans), set=list(seeds))
    ranks = splits.learning_ranks(held.appeared)
    order = splits.rank_correlation(ranks[0], ranks)
    difference = total_variation(held.population[0], held.population)
    return held.assign(difference=(("hold", "set"), difference), order=(("hold", "set"), order))


def _held(plans: Mapping[str, tuple[Any, ...]], options: dict[str, Any], name: str, seed: int) -> xr.Dataset:
    """One network of `hold`, by its plan for `release`, and what is added to the seed of the start."""
    held, free, hot, cold, shift = plans[name]
    return release(held, free, hot, cold, seed, seed + shift, **options)


def release(
    held: int, free: int, hot: float, cold: float, seed: int, start: int | None = None, **train_options: Any
) -> xr.Dataset:
    """Hold memories at a high temperature, then let them go; for a pool of processes.

    They learn for ``held`` epochs at T_r = ``hot`` and for ``free`` ones at ``cold``. ``seed`` is that of the
    training set (20 images of each digit), and of the start unless that has its own, ``start``; the options
    are those of `hopcore.train`, with ``record_every``.

    Returns, at the end of the holding: ``image`` (pixel), the mean memory; ``spread``, the largest distance
    of a memory's shares from the mean; ``before`` (category), memories that belong to each digit. After the
    release: ``appeared`` (category), epochs until each digit is recognised for good, NaN for never;
    ``population`` (category) at the end; and ``accuracy``, the part of the images recognised then.
    """
    data = training_set(seed=seed)
    schedule = np.repeat([hot, cold], [held, free])
    noise = NoisePulses((held,), RELEASE_NOISE) if held else None
    how = {"seed": seed if start is None else start, "noise": noise, **train_options}
    with threads(1):
        run = train(data, rescaled_temperature=schedule, epochs=held + free, **how)
        counts = splits.recognised(run, data)
        paths = splits.category_paths(run.sel(epoch=[held]), data).values[0]
    at_release = run.sel(epoch=held)
    found = {
        "image": ("pixel", at_release.memories.values.mean(axis=0)),
        "spread": np.linalg.norm(paths - paths.mean(axis=0), axis=1).max(),
        "before": ("category", populations(belongs(at_release.labels)).values),
        "appeared": ("category", splits.appearance(counts.sel(epoch=slice(held, None))).values - held),
        "population": ("category", populations(belongs(run.labels[-1])).values),
        "accuracy": float(counts[-1].sum()) / len(data),
    }
    return xr.Dataset(found, {"category": counts.category})


def anew(settings: StemScale, seed: int, *, dtype: str = "float32", executor: Workers = None) -> xr.DataArray:
    """The part of the images recognised after learning at every other stair's temperature from the start."""
    time = _epochs(settings, LEARNING)
    options = {"seed": seed, "record_every": time, **_options(settings, dtype)}
    afresh = partial(release, 0, time, HOT, **options)
    return over_grid(afresh, executor, rescaled_temperature=STAIRS[::2]).accuracy


def up_and_down(
    settings: StemScale, seeds: Sequence[int], *, dtype: str = "float32", executor: Workers = None
) -> xr.Dataset:
    """Networks that learn, are heated stair by stair, and cooled again: `climb` over set."""
    times = _epochs(settings, LEARNING), _epochs(settings, STAIR)
    there_and_back = partial(climb, [*STAIRS, *STAIRS[-2::-1]], *times, **_options(settings, dtype))
    return over_grid(there_and_back, executor, set=list(seeds))


def climb(
    temperatures: Sequence[float], grown: int, epochs: int, seed: int, **train_options: Any
) -> xr.Dataset:
    """Learn at the first temperature, then go through all of them in steps; for a pool of processes.

    Learning takes ``grown`` epochs before the steps, each of these ``epochs``. ``seed`` is that of the
    training set (20 images of each digit) and of the start, the options are those of `hopcore.train`.

    Returns, at the end of each step, of which 0 is the state before: ``shares`` (step, memory, category),
    ``population`` (step, category), ``images`` (step, memory, pixel), the memories, ``known`` (step), the
    part of the training images that are recognised, and ``off_path`` (step, memory), the distance from the
    valleys of the learning (`hopcore.splits.distances_to_paths`); the coordinate ``temperature`` (step).
    """
    data = training_set(seed=seed)
    taken = [temperatures[0], *temperatures]
    ends = grown + epochs * np.arange(len(taken))
    schedule = np.repeat(taken, [grown, *[epochs] * len(temperatures)])
    how = {"record_every": int(np.gcd(grown, epochs)), "seed": seed, **train_options}
    with threads(1):
        run = train(data, rescaled_temperature=schedule, epochs=int(ends[-1]), **how)
        states = run.sel(epoch=ends)
        known = splits.recognised(states, data).sum("category") / len(data)
        shares = splits.category_paths(states, data)
        images = states.memories.values
        learning, places = run.sel(epoch=slice(0, grown)), images.reshape(-1, images.shape[-1])
        off_path = splits.distances_to_paths(places, learning)
    found = {
        "shares": (("step", "memory", "category"), shares.values),
        "population": (("step", "category"), populations(belongs(states.labels)).values),
        "images": (("step", "memory", "pixel"), images),
        "off_path": (("step", "memory"), off_path.reshape(images.shape[:2])),
        "known": ("step", known.values),
    }
    return xr.Dataset(found, {"temperature": ("step", taken), "category": shares.category})


def _epochs(settings: StemScale, time: float) -> int:
    return round(time / settings.rate)


def _options(settings: StemScale, dtype: str) -> dict[str, Any]:
    return {"n": FIGURES["8"].n[0], "rate": settings.rate, "memories": settings.memories, "dtype": dtype}


def ways(climbed: xr.Dataset) -> xr.DataArray:
    """The part of the images recognised at each stair, (set, way, rescaled_temperature), from `up_and_down`.

    The ways are "heating" and "cooling"; the highest stair belongs to both.
    """
    top, known = len(STAIRS), climbed.known.transpose("set", "step").values
    both = np.stack([known[:, 1 : top + 1], known[:, : top - 1 : -1]], axis=1)
    coordinates = {"set": climbed.set, "way": ["heating", "cooling"], "rescaled_temperature": STAIRS}
    return xr.DataArray(both, coordinates, ("set", "way", "rescaled_temperature"))


def melting(climbed: xr.Dataset, appeared: ArrayLike) -> xr.Dataset:
    """How memories lost their digits, and which ones came back, from `up_and_down`.

    ``appeared`` (set, category) are the epochs at which digits appear in the same training sets.

    Returns, over set: ``heating`` and ``cooling``, the temperatures at which half of the images are
    recognised; ``left``, memories that belong to another digit than 1 at the top; ``difference`` of the
    populations before and after; ``same_digit``, the part of the memories whose largest share is of one digit
    before and after; ``order``, the rank correlation of melting with learning reversed; ``off_path``, the
    largest median distance from the valleys on the way up.
    """
    top = len(STAIRS)
    halves = [[stays_below(STAIRS, way, 0.5) for way in each] for each in ways(climbed).values]
    melted = [melting_ranks(shares[: top + 1]) for shares in climbed.shares.values]
    leading, population = climbed.shares.argmax("category"), climbed.population
    found = {
        **dict(zip(("heating", "cooling"), np.transpose(halves), strict=True)),
        "left": population[:, top].drop_sel(category=1).sum("category").values,
        "difference": total_variation(population[:, 0], population[:, -1]),
        "same_digit": (leading[:, 0] == leading[:, -1]).mean("memory").values,
        "order": splits.rank_correlation(melted, -splits.learning_ranks(appeared)),
        "off_path": climbed.off_path[:, : top + 1].median("memory").max("step").values,
    }
    return xr.Dataset({name: ("set", values) for name, values in found.items()}, {"set": climbed.set})


def melting_ranks(shares: np.ndarray) -> np.ndarray:
    """Ranks (C,) of the digits in the order in which they melt, from 1, by shares (step, memory, C).

    A digit melts at the first step at which its memories, those in which it had the largest share, hold less
    than half of the share of it that they had; a digit that never does comes last.
    """
    own = shares[0].argmax(axis=1)
    melted = np.full(shares.shape[-1], np.inf)
    for digit in np.unique(own):
        course = shares[:, own == digit, digit].mean(axis=1)
        below = course < course[0] / 2
        if below.any():
            melted[digit] = below.argmax()
    return rankdata(melted)


def total_variation(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Half the summed difference of two populations (…, C), each as parts of its sum: 0 alike, 1 disjoint."""
    counts = (np.asarray(each, dtype=float) for each in (first, second))
    one, two = (each / np.maximum(each.sum(axis=-1, keepdims=True), 1) for each in counts)
    return np.abs(one - two).sum(axis=-1) / 2
