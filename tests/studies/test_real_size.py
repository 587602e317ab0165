"""Real size: what is drawn and held out, memories in class means, accuracies beside other classifiers."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore.paper import FIGURES
from hopcore.paper.scales import REAL_SIZE
from hopcore.studies import real_size

TINY, SEEDS = REAL_SIZE["tiny"], (0, 1)
LARGE = TINY.images[-1]


def test_what_is_held_out_is_the_same_for_every_size_and_not_learnt():
    fewer, held = real_size.drawn(TINY, 100, seed=3)
    more, again = real_size.drawn(TINY, 300, seed=3, source=hopcore.load_mnist())
    assert held == again and (len(fewer), len(more), len(held)) == (100, 300, TINY.held_out)
    rows = [{row.tobytes() for row in each.images} for each in (fewer, more, held)]
    assert rows[0] < rows[1] and not rows[1] & rows[2]
    assert all((np.bincount(each.digits) == len(each) / 10).all() for each in (fewer, more, held))
    with pytest.raises(ValueError, match="at most 500"):
        real_size.drawn(TINY, 5000, seed=0)


def test_category_sums_are_those_of_coefficients_that_are_unique():
    data = hopcore.training_set(per_digit=8, seed=0)
    alpha = np.random.default_rng(1).normal(size=(5, len(data)))
    expected = hopcore.category_coefficients(alpha, data)
    np.testing.assert_allclose(real_size.category_sums(alpha @ data.images, data, 1e-9), expected, atol=1e-4)


def test_category_sums_are_those_of_the_penalised_coefficients():
    generator = np.random.default_rng(0)  # more images than pixels
    data = hopcore.TrainingSet(generator.uniform(-1, 1, (40, 9)), np.arange(40) % 10)
    memories = generator.uniform(-1, 1, (3, 9))
    gram = data.images @ data.images.T + 0.5 * np.eye(40)
    alpha = memories @ data.images.T @ np.linalg.inv(gram)
    expected = hopcore.category_coefficients(alpha, data)
    np.testing.assert_allclose(real_size.category_sums(memories, data, 0.5), expected, atol=1e-10)


def test_chance_and_permuted_trees():
    order = np.arange(10)
    chance = real_size.by_chance(lambda other: splits.rank_correlation(order, other), 10)
    assert chance == pytest.approx(0.564, abs=0.06)  # tables of Spearman's rank correlation, one-sided
    paths = np.zeros((6, 5, 2))  # memory by memory leaves the last
    for place in range(4):
        paths[place + 1 :, place, 0] = place + 1
    tree = splits.build_tree(paths, order[:5], np.arange(6))
    alone = real_size.tree_agreements([tree, tree])
    assert alone["agreement"].tolist() == pytest.approx([1, 1]) and (alone["chance"] < 1).all()
    other = real_size.permuted(tree, order[4::-1])
    against = real_size.tree_agreements([tree], [other])
    assert (
        against["agreement"][0] < against["chance"][0] == real_size.tree_agreements([tree], [tree])["chance"]
    )
    appeared = xr.DataArray([30.0, 1.0, np.nan, 50.0], {"category": range(4)}, ("category",))
    assert real_size.duration(appeared, 90) == 60


@pytest.fixture(scope="module")
def learnt():
    return real_size.learn(TINY, SEEDS, LARGE, minibatches=TINY.minibatches(LARGE))


def test_a_recorded_network_is_that_of_train(learnt):
    data, held = real_size.drawn(TINY, LARGE, seed=1)
    minibatches = {"minibatches": 3, "epochs": 58, "memories": 20}
    how = {"n": 30, "rescaled_temperature": FIGURES["3"].rescaled_temperature[0], "rate": 0.1, "seed": 1}
    run = hopcore.train(data, **how, **minibatches, dtype="float32")
    conditions = {name: how[name] for name in ("n", "rescaled_temperature")}
    answers = hopcore.category(held.images, run.memories[-1].values, run.labels[-1].values, **conditions)
    own = learnt[1]
    assert own.held_out == pytest.approx((answers == held.digits).mean(), abs=0.05)
    assert own.paths.epoch.values[-1] == 58 * 3 * 20  # steps, and twenty times the paper's rate
    assert own.paths.sizes == {"epoch": 59, "memory": 20, "category": 10}
    assert (own.digits[own.digits >= 0] == own.paths.values[-1].argmax(axis=1)[own.digits >= 0]).mean() > 0.8
    assert np.nanmin(own.appeared) == own.appeared[1] and own.by_means > 0.5
    land = real_size.landscape(own)
    order = splits.leaf_order(own.tree)
    ends = [np.median(land.place[-1].values[own.digits == digit]) for digit in order]
    assert np.corrcoef(ends, np.linspace(-1, 1, len(order)))[0, 1] ** 2 > 0.8
    assert np.median(land.place[-1].values[own.digits == 1]) < 0


def test_accuracies_at_every_size():
    found = real_size.measure(TINY, SEEDS)
    assert found.held_out.sizes == {"images": 2, "draw": 2, "n": 3}
    assert (found.training > 0.25).all() and float((found.training - found.held_out).mean()) > 0
    assert (found.single == (found.digit >= 0).mean("memory")).all()
    assert (found.leading.sel(n=30) > found.leading.sel(n=3)).all()
    more = real_size.more_memories(TINY, SEEDS)
    assert more.held_out.sizes == {"memories": 2, "draw": 2, "n": 2}
    same = found.sel(images=LARGE, n=[3, 30])
    np.testing.assert_array_equal(more.held_out.sel(memories=20), same.held_out)
    one = found.sel(images=100, draw=1, n=30)
    data, _ = real_size.drawn(TINY, 100, seed=1)
    correlations = np.corrcoef(one.memories, data.images)[:20, 20:]
    assert one.like_image == pytest.approx(correlations.max(axis=1).mean())


def test_half_way_up():
    values = xr.DataArray([[0.0, 2, 4, 1], [1, 1, 2, 2]], {"n": [3, 5, 9, 40]}, ("draw", "n"))
    np.testing.assert_allclose(real_size.half_way(values), [5, 7])


def test_other_classifiers_on_the_same_images():
    found = real_size.baselines(TINY, SEEDS).held_out
    assert found.sizes == {"images": 2, "draw": 2, "classifier": 3} and (found > 0.6).all()
    data, held = real_size.drawn(TINY, 100, seed=1)
    for name, known in (("nearest neighbour", data), ("nearest class mean", splits.class_means(data))):
        apart = ((held.images[:, None] - known.images) ** 2).sum(axis=-1).argmin(axis=1)
        right = (known.digits[apart] == held.digits).mean()
        assert found.sel(images=100, draw=1, classifier=name) == pytest.approx(right)


def test_heat_is_that_of_figure_8():
    grid = TINY.temperatures
    found = real_size.heat(replace(TINY, rate=0.05), SEEDS, LARGE)
    assert found.sizes == {"set": 2, "category": 10}
    assert ((found >= grid[0]) & (found <= grid[-1])).all()
    assert (found.argmax("category") == 1).all()
