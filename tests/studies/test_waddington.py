"""Networks of Figure 3 at the smallest scale: what comes when, trails, saddles, disturbances, orders."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore._threads import threads
from hopcore.paper.scales import WADDINGTON
from hopcore.studies import waddington

TINY = WADDINGTON["tiny"]
PLAIN = {"rescaled_temperature": 670 / 784, "memories": TINY.memories, "dtype": "float32"}


@pytest.fixture(scope="module")
def data():
    return hopcore.training_set(per_digit=TINY.per_digit, seed=0)


@pytest.fixture(scope="module")
def networks(data):
    return waddington.learn(data, TINY)


def test_each_network_is_the_plain_run_with_its_own_tree(data, networks):
    assert sorted(networks) == [3, 15, 30, 40]
    published = {**PLAIN, "dtype": "float64", "start": hopcore.RandomStart(-0.001, 1e-8)}
    run = hopcore.train(data, n=30, record_every=10, **published)
    network = networks[30.0]
    np.testing.assert_array_equal(network.run.memories[-1], run.memories[-1])
    np.testing.assert_array_equal(network.appeared, splits.appearance(splits.recognised(run)))
    few = (network.fates == splits.NO_FATE).mean() < 0.25
    np.testing.assert_array_equal(network.fates, splits.fates(run))
    np.testing.assert_array_equal(network.digits, network.fates if few else splits.leading_digits(run))
    assert str(network.tree) == str(splits.split_tree(run, fates=network.digits))


def test_where_memories_have_no_fate_their_leading_digits_make_the_tree(networks):
    low = networks[3.0]
    none = (low.fates == splits.NO_FATE).mean()
    assert none > 0.25 and none > (networks[30.0].fates == splits.NO_FATE).mean()
    np.testing.assert_array_equal(low.digits, splits.leading_digits(low.run))
    assert low.tree.without_fate == ()
    assert max(low.tree.branch_counts) > max(networks[30.0].tree.branch_counts)


def test_the_valley_of_a_network_ends_at_its_fates(data, networks):
    network = networks[30.0]
    land = waddington.valley(network, data)
    order = splits.leaf_order(network.tree).tolist()
    places = land.place[-1].values
    at = [np.median(places[network.digits == digit]) for digit in order]
    assert np.corrcoef(at, range(len(order)))[0, 1] > 0.9
    assert land.place.std("memory").idxmin("epoch") < network.tree.root.epoch < land.epoch[-1]


def test_the_onset_of_a_known_network():
    """Of two images each, 0 comes at 40, the others at 60; one 1 is missed at 30."""
    epochs = np.arange(0, 101, 10)
    counts = np.where(epochs[:, None] >= [40, 0, 60, 60], 10, 0)
    counts[3, 1] = 5
    counts = np.concatenate([counts, counts[-1:]])
    epochs = [*epochs, 370]
    recognised = xr.DataArray(counts, {"epoch": epochs, "category": range(4)}, ("epoch", "category"))
    found = waddington.onset(recognised, 10)
    expected = {"until": 40, "ones": 0.5, "median": 60, "spread": 16, "last": 60, "known": 4}
    assert found == pytest.approx(expected)


def test_ones_come_first_and_at_low_n_the_others_soon_after(networks):
    low, high = (waddington.onset(networks[n].recognised, TINY.per_digit) for n in (3.0, 30.0))
    assert low["ones"] == high["ones"] == 1
    assert low["until"] < high["until"] < high["median"] < high["last"]
    assert low["median"] < high["median"] / 3


def test_beginnings_are_those_of_networks_on_their_own_sets():
    found = waddington.beginnings(TINY, seed=2)
    assert found.sizes == {"n": 2, "draw": TINY.draws, "category": 10}
    assert found.draw.values.tolist() == [2, 3]
    own = hopcore.training_set(per_digit=TINY.per_digit, seed=3)
    start = hopcore.RandomStart(-0.001, 1e-8)
    options = {**PLAIN, "dtype": "float64", "start": start, "seed": 3, "rate": 0.01, "epochs": 1750}
    with threads(1):
        run = hopcore.train(own, n=30, record_every=5, **options)
    one, tree = found.sel(n=30, draw=3), splits.split_tree(run)
    np.testing.assert_array_equal(one.appeared, 2 * splits.appearance(splits.recognised(run)))
    np.testing.assert_allclose(one.mixture, tree.root.mixture)
    where = {digit: place for place, digit in enumerate(tree.digits)}
    expected = 2 * tree.separations[where[3], where[5]] if {3, 5} <= where.keys() else np.nan
    np.testing.assert_equal(one.parted.item(), expected)
    assert (found.alike < 0.2).all() and (found.known.sel(n=3) >= found.known.sel(n=30)).all()


def test_trails_are_the_places_of_the_recorded_memories(networks):
    flat = SimpleNamespace(transform=lambda memories: memories[..., :2])
    found = waddington.trails(networks, dict.fromkeys(networks, (300, 3500)), flat)
    expected = networks[15.0].run.memories.sel(epoch=[300, 3500]).values[..., :2]
    np.testing.assert_array_equal(found[15.0], expected)


def test_progenitors_are_mixtures_with_several_ways_out(networks):
    network = networks[30.0]
    found, tree = waddington.progenitors(network), network.tree
    assert found.sizes == {"split": len(tree.splits)} and found.fates[0] == len(tree.digits)
    # five labels are at their limit before the first split
    assert found.directions == 10 * TINY.per_digit + 5
    assert (found.unstable > 0).all() and found.along_fastest[0] > 0.9
    assert (found.along_fastest <= found.along_unstable + 1e-9).all() and (found.along_unstable <= 1).all()
    assert ((found.speed >= 0) & (found.speed <= 1 + 1e-9)).all()
    ends = [waddington.leading_share(fate.mixture) for fate in tree.fates]
    assert found.leading_share.min() > 0.1 and found.leading_share.median() < np.median(ends)
    root, fate, memories = tree.root, tree.fates[0], network.run.memories.values
    for node, epoch in ((fate, -1), (root, int(np.ceil((root.epoch - 50) / 10)))):
        expected = memories[epoch][list(node.members)].mean(axis=0)
        np.testing.assert_allclose(waddington.mean_memory(network.run, node), expected)
    assert found.looks[0] == 8
    assert waddington.leading_share([0.5, -0.25, 0.25]) == 0.5  # negative parts count


def test_trees_agree_over_the_fates_that_both_have():
    def tree(digits, parted):
        return splits.SplitTree(None, (), np.array(digits), np.array(parted, dtype=float))

    first = tree([1, 4, 7], [[9, 1, 2], [1, 9, 3], [2, 3, 9]])
    more = tree([1, 2, 4, 7], [[9, 8, 1, 2], [8, 9, 8, 8], [1, 8, 9, 3], [2, 8, 3, 9]])
    assert waddington.tree_agreement(first, more) == pytest.approx(1)
    assert waddington.tree_agreement(first, tree([1, 4, 7], -first.separations)) == pytest.approx(-1)


def test_disturbances_are_measured_beside_the_undisturbed_network(data, networks):
    network = networks[30.0]
    found = waddington.disturb(data, TINY, network)
    steady, pushes = found.isel(disturbance=slice(3)), found.isel(disturbance=slice(3, None))
    assert steady.disturbance.values.tolist() == ["momentum", "minibatches", "noise"]
    assert pushes.disturbance.values.tolist() == list(waddington.PUSHES)
    at = [split.epoch for split in network.tree.splits]
    expected = [at[0] / 2, at[0], np.median(at), at[-1] + 100]
    assert pushes.pushed.values.tolist() == [20 * round(epoch / 20) for epoch in expected]
    assert np.isnan(steady[["away", "remains", "pushed"]].to_array()).all()
    assert (abs(found[["order", "tree"]]).to_array() <= 1).all()
    assert found.order[0] > found.order[1] and found.order[-1] > 0.9  # four steps an epoch; a push at the end
    for push in pushes.away:
        assert push.sel(epoch=slice(0, push.pushed - 10)).max() < 1e-6  # nothing before it
        assert push.sel(epoch=push.pushed) > waddington.PUSH / 2  # nearly all of it is off the paths
    late = found.isel(disturbance=-1)
    after = late.away.sel(epoch=min(float(late.pushed) + waddington.RETURN, 3500))
    assert late.remains == pytest.approx(float(after / late.away.max()))
    assert pushes.remains.max() < 0.95


def test_orders_over_sets_and_over_starts(data):
    sets, starts = waddington.orders(TINY, seed=3), waddington.orders(TINY, data)
    assert sets.n.values.tolist() == list(TINY.n) and sets.run.values.tolist() == [3, 4]
    assert starts.n.values.tolist() == [3, 30] and starts.run.values.tolist() == [0, 1]
    quick = {**PLAIN, "rate": 0.01, "epochs": 1750, "record_every": 10}
    own = hopcore.training_set(per_digit=TINY.per_digit, seed=4)
    with threads(1):
        counts = splits.recognised(hopcore.train(own, n=20, seed=4, **quick))
    alone = splits.appearance(counts)
    np.testing.assert_array_equal(sets.recognised.sel(n=20, run=4), counts)
    assert sets.epoch[-1] == 3500
    np.testing.assert_array_equal(sets.appeared.sel(n=20, run=4), 2 * alone)
    np.testing.assert_array_equal(sets.ranks.sel(n=20, run=4), splits.learning_ranks(2 * alone))
    pair = splits.rank_correlation(*sets.ranks.sel(n=20))
    assert sets.agreement.sel(n=20) == pytest.approx(pair)
    np.testing.assert_array_equal(starts.typicality, [splits.typicality(data)] * 2)
    expected = splits.rank_correlation(-splits.typicality(own), sets.ranks.sel(n=20, run=4))
    assert sets.foretold.sel(n=20, run=4) == pytest.approx(expected)
    assert (starts.agreement > sets.agreement.sel(n=[3, 30])).all()
