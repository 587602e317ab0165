"""When memories split: times of coming apart, forecasts from few memories, and what is beside them."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore.paper.scales import SPLITTING
from hopcore.studies import splitting
from hopcore.training import Options, RandomStart, Run

TINY, SEEDS = SPLITTING["tiny"], (0, 1)


@pytest.fixture(scope="module")
def told():
    return splitting.foretell(TINY, SEEDS)


def test_first_crossings_lie_between_two_records():
    values = np.array([0.0, 1.0, 3.0, 2.0, 5.0])
    places = np.arange(5) * 10
    assert splitting.first(places, values, 2) == pytest.approx(15)
    assert splitting.first(places, values, 0) == 0
    assert np.isnan(splitting.first(places, values, 6))


def test_times_of_coming_apart_are_those_of_the_recorded_crowd():
    data = hopcore.training_set(per_digit=4, seed=0)
    how = {"memories": 15, "rate": 0.05, "epochs": 200}
    options = Options.checked(data, start=RandomStart(spread=1e-6), **how)
    apart, split = splitting.came_apart(data, options, Run(30.0, 0.85, 3))
    start = RandomStart(spread=1e-6)
    crowd = hopcore.train(data, start=start, seed=3, record_every=1, **how).memories
    spread = np.sqrt((crowd.std("memory") ** 2).mean("pixel").values)
    for epoch, level in ((apart, splitting.APART), (split, splitting.SPLIT)):
        at = np.log(spread[[int(epoch), int(epoch) + 1]] / level)
        assert at[0] <= 0 <= at[1]
    short = Options.checked(data, start=start, memories=15, rate=0.05, epochs=5)
    assert np.isnan(splitting.came_apart(data, short, Run(30.0, 0.85))).all()


def test_the_clock_is_foretold_and_knows_one_path():
    found = splitting.clock(TINY, SEEDS, spreads=(1e-5, 1e-8), memories=(10, 20))
    assert found.measured.dims == ("n", "memories", "per_digit", "draw", "spread", "level")
    apart = found.sel(level=splitting.APART)
    np.testing.assert_allclose(apart.foretold, apart.measured, rtol=0.1)
    assert (apart.measured.sel(spread=1e-8) > apart.measured.sel(spread=1e-5)).all()
    assert (found.measured.diff("level") > 0).all()
    same = splitting.clock(TINY, SEEDS[:1], memories=(10, 20), one_path=True).foretold
    np.testing.assert_allclose(same.sel(memories=10), same.sel(memories=20), rtol=1e-6)
    half = splitting.clock(TINY, SEEDS[:1], pace=0.5).sel(level=splitting.APART)
    np.testing.assert_allclose(half.foretold, half.measured, rtol=0.1)


def test_slopes_of_straight_lines_and_their_errors():
    spread = 10.0 ** -np.arange(3, 11)
    line = np.array([[1.0, 2.0], [3.0, 4.0]]) - 0.25 * np.log(spread)[:, None, None]
    noise = np.random.default_rng(0).normal(scale=0.1, size=line.shape)
    dims = ("spread", "draw", "level")
    timed = xr.Dataset(
        {"measured": (dims, line + noise), "foretold": (dims, line)},
        {"spread": spread, "level": [splitting.APART, splitting.SPLIT]},
    )
    found = splitting.slopes(timed)
    np.testing.assert_allclose(found.foretold, -0.25)
    assert (abs(found.measured + 0.25) < 4 * found.error).all()
    # the standard error of a slope: scatter over the root of the sum of squares of x
    x = np.log(spread) - np.log(spread).mean()
    expected = 0.1 / np.sqrt((x**2).sum())
    assert (found.error < 3 * expected).all() and (found.error > expected / 3).all()


def test_the_few_foretell_the_crowd(told):
    first = told[0]
    assert first.run is not None and told[1].run is None
    assert first.paths.shape[1:] == (TINY.crowd, 10)
    assert first.line_fates.shape == (TINY.groups,)
    assert first.coordinates.std() == pytest.approx(1, abs=0.5)
    order = np.argsort(first.coordinates)
    assert (np.diff(first.parts[order]) >= 0).all()
    assert first.parts.min() >= 0 and first.parts.max() < TINY.groups
    assert first.along > 0.9 and 0 <= first.between <= 1 + 1e-9
    data = [hopcore.training_set(per_digit=TINY.images, seed=seed) for seed in SEEDS]
    scores = splitting.scores(told, data)
    assert (scores.tree > scores.tree_chance).all() and (scores.tree > 0.7).all()
    foretold, own = splitting.pairs_parted(first)
    assert len(foretold) == len(own)
    assert scores.off[0] == pytest.approx(np.median(abs(foretold / own - 1)))
    known = first.fates != splits.NO_FATE
    right = first.line_fates[first.parts[known]] == first.fates[known]
    assert scores.right[0] == pytest.approx(right.mean())


def test_baselines_part_what_is_far_first():
    """Three means on a line: the far one parts first, by either."""
    images = np.array([[0.0], [0.1], [1.0]]) @ np.ones((1, 16)) - 0.5
    data = hopcore.TrainingSet(images, np.array([3, 5, 8]))
    for tree in (splitting.annealed(data), splitting.linked(data)):
        assert tree.digits.tolist() == [3, 5, 8]
        assert tree.separations[0, 2] == tree.separations[1, 2] < tree.separations[0, 1] < 0
    centred = images[:, 0] - images.mean()
    critical = 2 * 16 * (centred**2).sum() / 3  # twice the variance of the means along the line
    assert splitting.annealed(data).separations[0, 2] == pytest.approx(-critical)


def test_noise_breaks_the_tree():
    found = splitting.noisy(TINY, SEEDS[:1])
    usual = found.tree.sel(spread=splitting.USUAL)
    assert usual.values == pytest.approx(1) and (found.tree.isel(spread=-1) < 0.8).all()
    assert (found.limit > splitting.USUAL).all()
    order = splits.leaf_order(splitting.foretell(TINY, SEEDS[:1])[0].tree)
    time, places, fates = splitting.way(found.isel(draw=0, spread=0), order)
    assert places.shape == (len(time), TINY.crowd) == (len(time), len(fates))
    assert np.abs(places).max() <= 1
