"""Where learning starts: starts, saddles of one memory, saddles that a run passes, and statistics of both."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import plotting, splits
from hopcore.paper.scales import PATH_DEPENDENCE
from hopcore.studies import path_dependence as ways


@pytest.fixture(scope="module")
def data():
    return hopcore.training_set(digits=(1, 7, 9), per_digit=4, seed=2)


def test_a_start_is_a_faint_digit_with_its_label(data):
    memories, labels = ways.start_near(data, 7, memories=50, seed=1)
    assert (memories == 0.8 * data.images[data.digits == 7].mean(axis=0)).all()
    own = np.arange(10) == 7
    assert abs(labels[:, own].mean() - 0.57) < 0.01 and abs(labels[:, ~own].mean() + 0.63) < 0.01
    assert 0.008 < labels[:, ~own].std() < 0.012
    assert (ways.start_near(data, 7, 50, 1)[1] == labels).all()
    assert (ways.start_near(data, 7, 50, 2)[1] != labels).any()
    assert 0.08 < ways.start_near(data, 7, 50, 1, noise=0.1)[1][:, ~own].std() < 0.12
    with pytest.raises(ValueError, match=r"digit = 4: must be one of the set's, 1, 7, 9"):
        ways.start_near(data, 4)


def test_single_saddles_are_at_rest_and_labelled(data):
    grid, pace = {"n": [10, 25], "rescaled_temperature": [0.9, 1.05]}, {"rate": 0.02, "epochs": 600}
    found = ways.single_saddles(data, (1, 7), **grid, copies=100, **pace)
    assert found.shares.dims == ("start", "rescaled_temperature", "n", "category")
    assert found.shares.shape == (2, 2, 2, 10)
    assert (found.moved < 0.05).all()
    place = {"start": 7, "rescaled_temperature": 1.05, "n": 25}
    # equal memories learn as one does
    start = [np.tile(part, (100, 1)) for part in ways.start_near(data, 7, 1)]
    alone = hopcore.train(data, start=start, n=25, rescaled_temperature=1.05, **pace)
    np.testing.assert_allclose(found.images.sel(place), alone.memories[-1, 0], atol=1e-6)
    shares = hopcore.category_coefficients(hopcore.coefficients(alone.memories[-1], data), data)
    np.testing.assert_allclose(found.shares.sel(place), shares[0], atol=1e-5)


def test_category_paths_of_a_given_start_hold_the_start(data):
    start = ways.start_near(data, 7, 6)
    run = hopcore.train(data, start=start, n=20, rescaled_temperature=1, rate=0.02, epochs=60, record_every=2)
    assert "image_weights" in run
    paths = splits.category_paths(run).values
    np.testing.assert_allclose(paths[0], 0.8 * (np.arange(10) == 7) * np.ones((6, 1)), atol=1e-12)
    through_pixels = hopcore.category_coefficients(hopcore.coefficients(run.memories.values, data), data)
    np.testing.assert_allclose(paths, through_pixels, atol=1e-10)


def moving(mean, apart, data):
    """A run of two memories whose shares of 1 and 7 have this mean and this difference."""
    one, seven = (data.images[data.digits == digit].mean(axis=0) for digit in (1, 7))
    mean, apart = np.asarray(mean, dtype=float), np.asarray(apart, dtype=float)
    share = mean[:, None] + apart[:, None] * [-0.5, 0.5]
    memories = share[..., None] * one + (1 - share[..., None]) * seven
    labels = np.full((len(mean), 2, 10), -1.0)
    labels[:, 0, 7] = labels[:, 1, 1] = 0.95
    memories, labels = (("epoch", "memory", "pixel"), memories), (("epoch", "memory", "category"), labels)
    axes = {"epoch": 10 * np.arange(len(mean)), "memory": [0, 1], "category": range(10)}
    return xr.Dataset({"memories": memories, "labels": labels}, axes, {"start": "given"})


def test_the_saddle_is_the_slowest_place_before_the_split(data):
    # Slow at 0.5, where the two are together; slower still at the end, when they are apart.
    mean = [0.9, 0.8, 0.7, 0.6, 0.52, 0.5, 0.45, 0.35, 0.3, 0.3, 0.3]
    apart = [0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.02, 0.1, 0.5, 0.9, 1.0]
    found = ways.visit(moving(mean, apart, data), data)
    assert (found.epoch, found.parted) == (40, 70)
    np.testing.assert_allclose(found.shares[[1, 7]], [0.52, 0.48], atol=1e-9)
    assert found.population.values.tolist() == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    never = ways.visit(moving(mean, np.zeros(11), data), data)
    assert never.parted == 100 and never.epoch in (80, 90)


def test_visits_are_the_runs_one_by_one(data):
    options = {"rate": 0.05, "epochs": 60, "record_every": 5}
    grid = {"n": [8, 30], "rescaled_temperature": [0.8]}
    found = ways.visits(data, (1, 7), **grid, repeats=2, seed=5, memories=8, noise=0.02, **options)
    assert found.population.shape == (2, 1, 2, 2, 10)
    start = ways.start_near(data, 7, 8, seed=6, noise=0.02)
    run = hopcore.train(data, start=start, n=30, rescaled_temperature=0.8, **options)
    alone = ways.visit(run, data)
    place = {"start": 7, "rescaled_temperature": 0.8, "n": 30, "repeat": 1}
    np.testing.assert_array_equal(found.shares.sel(place), alone.shares)
    np.testing.assert_array_equal(found.population.sel(place), alone.population)
    assert found.epoch.sel(place) == alone.epoch


def test_shares_of_two_digits():
    population = xr.DataArray([[3, 1, 0], [0, 0, 5]], {"category": [1, 7, 9]}, ("n", "category"))
    np.testing.assert_array_equal(ways.share_of(population, 1, 7), [0.75, np.nan])


def test_regimes_are_read_from_the_distance_of_two_saddles():
    n = np.arange(2, 12)
    gap = np.array([[1, 0.05, 1, 0.1, 0.02, 0.1, 1, 1, 0, 0], [1] * 10, [0.2] + [0] * 8 + [0.2]])
    window = ways.single_window(n, gap[0], 0.1)
    assert window == (5, 7) and ways.single_window(n, gap[1], 0.1) is None
    shares = np.zeros((2, 3, 10, 10))
    shares[0, ..., 1], shares[..., 7] = gap, 3  # of the second digit there is as much everywhere
    axes = {"start": [1, 7], "rescaled_temperature": [0.7, 0.9, 1], "n": n, "category": np.arange(10)}
    found = ways.regimes(xr.Dataset({"shares": (tuple(axes), shares)}, axes))
    np.testing.assert_array_equal(found["first"], [5, np.nan, 3])
    np.testing.assert_array_equal(found["last"], [7, np.nan, 10])
    assert found.two_one_two.values.tolist() == [False, False, True]


def test_the_reduced_system_has_the_mean_images_folds():
    """Of a pair like the paper's, one image for each digit, the folds are known."""
    data = hopcore.paper_pair()
    found = ways.reduced_system(data, (1, 4), 700, copies=1)
    assert found.folds == 3
    assert (found.low, found.high) == pytest.approx((15.1, 29.8), abs=0.1)
    none = ways.reduced_system(data, (1, 4), 300)
    assert none.folds == 0 and np.isnan(none.low) and np.isnan(none.high)


def test_runs_of_one_n_and_temperature_are_drawn_together():
    generator = np.random.default_rng(0)
    dims = ("start", "rescaled_temperature", "n", "repeat")
    axes = {"start": [7, 1], "rescaled_temperature": [0.9, 1], "n": np.arange(6)}
    saddle = xr.DataArray(generator.normal(size=(2, 2, 6)), axes, dims[:3])
    final = saddle.expand_dims(repeat=3, axis=3) + generator.normal(size=(2, 2, 6, 3))
    groups = np.arange(12).reshape(1, 2, 6, 1) + np.zeros((2, 2, 6, 3))
    repeated = np.repeat(saddle.values[..., None], 3, axis=3)
    expected = ways.correlation_interval(repeated, final, groups, seed=4)
    shares = xr.concat([0 * final, final], xr.IndexVariable("category", [1, 7]))  # of the first start's digit
    more = xr.concat([saddle, saddle + 1], "n").assign_coords(n=np.arange(12))
    single = xr.Dataset({"shares": more.expand_dims(category=[7])})
    full = xr.Dataset({"shares": shares, "final": final})
    found = ways.following(single, full, seed=4)
    assert tuple(found[each].item() for each in ("correlation", "low", "high")) == expected
    assert ways.following(full, full, seed=4).correlation == pytest.approx(1)


def test_the_interval_holds_the_correlation_of_the_groups_and_leaves_draws_without_one_out():
    x, noise = np.random.default_rng(0).normal(size=(2, 40))
    y = x + noise
    value, low, high = ways.correlation_interval(x, y, np.arange(40))
    assert low < value < high
    assert value == pytest.approx(np.corrcoef(x, y)[0, 1])
    # Each point ten times over is no more evidence, if it counts as one group.
    again = ways.correlation_interval(np.repeat(x, 10), np.repeat(y, 10), np.repeat(np.arange(40), 10))
    assert again == pytest.approx((value, low, high), abs=0.02)
    with_gaps = ways.correlation_interval(np.append(x, np.nan), np.append(y, 1), np.arange(41))
    assert with_gaps[0] == pytest.approx(value)
    # Of three groups of one point, a ninth of the draws takes one of them three times.
    value, low, high = ways.correlation_interval([0, 1, 2], [0, 2, 1], [0, 1, 2], draws=200)
    assert value == pytest.approx(0.5) and -1 <= low <= high <= 1
    with pytest.raises(ValueError, match=r"groups = .*three groups or more"):
        ways.correlation_interval(x, y, np.zeros(40))
    with pytest.raises(ValueError, match=r"y = .*as long as x and groups \(3\)"):
        ways.correlation_interval([0, 1, 2], [0, 2], [0, 1, 2])


def test_the_interval_is_that_of_fishers_transformation():
    """Of a normal distribution, artanh of the correlation is normal with deviation 1/√(P − 3)."""
    generator = np.random.default_rng(3)
    x = generator.normal(size=400)
    y = 0.7 * x + np.sqrt(1 - 0.7**2) * generator.normal(size=400)
    value, low, high = ways.correlation_interval(x, y, np.arange(400), level=0.5)
    expected = np.tanh(np.arctanh(value) + 0.6745 * np.array([-1, 1]) / np.sqrt(397))
    assert (low, high) == pytest.approx(expected, abs=0.004)


def test_the_chapters_networks_at_their_smallest():
    settings = PATH_DEPENDENCE["tiny"]
    images = hopcore.training_set(digits=(1, 7, 9), per_digit=20, seed=0)
    grid = {"rescaled_temperature": [0.7, 1.02], "rate": settings.rate}
    single = ways.single_saddles(images, (1, 7), **{**settings.single, **grid})
    at = {**grid, **settings.full[0], "rescaled_temperature": [0.7, 1.02], "repeats": 2}
    full = ways.visits(images, (1, 7), dtype="float32", **at)
    final = full.final
    assert ((final >= 0) & (final <= 1) | final.isnull()).all()
    assert final.equals(ways.share_of(full.population, 1, 7))
    found = ways.regimes(single)
    assert found["first"].isnull().values.tolist() == [True, False]
    assert ways.following(single, full).correlation > 0.5
    picture = plotting.start_panels(single, full, found, [[([2, 3], [0.4, 0.6])], []])
    shaded = [sum(patch.get_zorder() == 1 for patch in axes.patches) for axes in picture.figure.axes]
    assert shaded == [0, 0, 1, 1]


def test_dependence_is_the_gap_between_two_starts_in_and_out_of_a_window():
    ends = np.array([[[0.9, 0.8, 0.6, 0.5, 1.0]], [[0.1, 0.2, 0.6, 0.5, 0.0]]])  # start, repeat, n
    axes = {"start": [1, 7], "rescaled_temperature": [1.02], "repeat": [0], "n": [3, 10, 20, 30, 50]}
    final = xr.DataArray(ends[:, None], axes, tuple(axes))
    windows = xr.Dataset({each: ("rescaled_temperature", [n]) for each, n in (("first", 20), ("last", 30))})
    found = ways.dependence(final, windows.assign_coords(rescaled_temperature=[1.02])).squeeze()
    wanted = {"everywhere": 2.4 / 5, "inside": 0, "outside": 0.8, "below": 0.7, "lower": 0.7, "upper": 0.5}
    assert {name: found[name].item() for name in wanted} == pytest.approx(wanted)
    assert found.repeats == 0
