"""The tree of splits, on paths whose tree is known, and on a trained network."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore.splits import NO_FATE, Fate, build_tree

EPOCHS = np.arange(0, 1001, 10)
START = 3e-3
"""What the start, of mean pixel −0.003, can add to a coefficient."""


def walk(fates, partings, size=10):
    """Paths (epoch, K, size) that part at known epochs.

    `partings` lists (epoch, digits): after that epoch, memories of those digits are away from the others by
    one unit along an axis of their own.
    """
    paths = np.zeros((len(EPOCHS), len(fates), size))
    for axis, (epoch, digits) in enumerate(partings):
        paths[np.ix_(EPOCHS > epoch, np.isin(fates, digits), [axis])] = 1.0
    return paths


def shape(node):
    """A tree as nested tuples: (epoch, {branches}), and digits for leaves."""
    if isinstance(node, Fate):
        return node.digit
    return node.epoch, frozenset(shape(branch) for branch in node.branches)


def test_no_memory_with_a_fate_gives_an_empty_tree():
    tree = build_tree(walk([NO_FATE] * 3, []), [NO_FATE] * 3, EPOCHS)
    assert tree.root is None
    assert tree.without_fate == (0, 1, 2)
    assert (tree.splits, tree.fates, tree.branch_counts) == ((), (), ())
    assert str(tree) == "without a fate: 3 memories"


def at(epoch, *branches):
    return float(epoch), frozenset(branches)


CHAIN = [(300, [1, 2, 3, 4]), (320, [2, 3, 4]), (340, [3, 4]), (360, [4])]


@pytest.mark.parametrize(
    ("which", "partings", "simultaneous", "tree"),
    [
        ([4], [], 0, 4),
        ([0, 1, 2, 3], [(300, [digit]) for digit in range(4)], 0, at(300, 0, 1, 2, 3)),
        ([0, 2, 3, 8], [(100, [0, 2]), (600, [0]), (600, [3])], 0, at(100, at(600, 0, 2), at(600, 3, 8))),
        ([1, 4, 7], [(300, [4, 7]), (330, [7])], 29, at(300, 1, at(330, 4, 7))),
        ([1, 4, 7], [(300, [4, 7]), (330, [7])], 30, at(300, 1, 4, 7)),
        ([0, 1, 2, 3, 4], CHAIN, 20, at(300, 0, 1, at(340, 2, 3, 4))),
    ],
    ids=["one fate", "one split", "two at once apart", "two", "two as one", "a chain joined from its first"],
)
@pytest.mark.parametrize("copies", [1, 3])
def test_trees_are_those_that_were_made(which, partings, simultaneous, tree, copies):
    which = which * copies
    found = build_tree(walk(which, partings), which, EPOCHS, simultaneous=simultaneous)
    assert shape(found.root) == tree
    members = {digit: tuple(np.flatnonzero(np.equal(which, digit))) for digit in which}
    assert {leaf.digit: leaf.members for leaf in found.fates} == members and len(found.fates) == len(members)


def test_nested_binary_splits():
    which = np.repeat([1, 4, 7, 9], [5, 4, 3, 2])
    tree = build_tree(walk(which, [(200, [4, 7, 9]), (500, [7, 9]), (800, [9])]), which, EPOCHS)
    assert shape(tree.root) == at(200, 1, at(500, 4, at(800, 7, 9)))
    assert tree.branch_counts == (2, 2, 2)
    assert [split.epoch for split in tree.splits] == [200, 500, 800]
    assert [split.fates for split in tree.splits] == [(1, 4, 7, 9), (4, 7, 9), (7, 9)]
    assert tree.splits[1].members == tuple(range(5, 14))


@pytest.mark.parametrize(("later", "counts"), [(320, (3,)), (330, (2, 2))])
def test_splits_within_a_fifth_of_a_pixel_are_one(monkeypatch, later, counts):
    """At the rate 0.01 a pixel takes 20 epochs for 0.2."""
    which = np.repeat([1, 4, 7], 3)
    known = walk(which, [(300, [4, 7]), (later, [7])])
    paths = xr.DataArray(known, {"epoch": EPOCHS}, ("epoch", "memory", "category"))
    monkeypatch.setattr("hopcore.splits.tree.category_paths", lambda run, data: paths)
    run = xr.Dataset(attrs={"rate": 0.01})
    assert splits.split_tree(run, fates=which).branch_counts == counts
    assert splits.split_tree(run, fates=which, simultaneous=0).branch_counts == (2, 2)


def test_groups_join_at_the_mean_over_their_pairs():
    """0 and 1 part at 800; 2 parts from 0 at 300 and from 1 at 500, so from both at 400."""
    which = np.repeat([0, 1, 2], 2)
    places = np.zeros((len(EPOCHS), 3))
    places[EPOCHS > 300] = [0, 0.15, 0.3]
    places[EPOCHS > 500] = [0, 0.15, 0.5]
    places[EPOCHS > 800] = [-0.5, 0.15, 0.5]
    tree = build_tree(np.repeat(places, 2, axis=1)[..., None], which, EPOCHS)
    assert shape(tree.root) == at(400, 2, at(800, 0, 1))


# That order changes nothing either is tried in test_properties.py.
def test_strangers_a_stray_and_noise_below_the_threshold_change_nothing():
    generator = np.random.default_rng(1)
    which = np.repeat([1, 4, 7, NO_FATE], [6, 5, 5, 3])
    noise = generator.normal(0, 0.01, (len(EPOCHS), len(which), 10))
    paths = walk(which, [(200, [4, 7]), (500, [7])]) + noise
    paths[:, 0] = 5.0  # a 1 that was never with the others
    paths[:, which == NO_FATE] = generator.normal(0, 3, (len(EPOCHS), 3, 10))
    tree = build_tree(paths, which, EPOCHS)
    assert shape(tree.root) == at(200, 1, at(500, 4, 7))
    assert tree.without_fate == (16, 17, 18) and tree.root.members == tuple(range(16))


def test_memories_that_meet_again_are_together_until_the_last_time():
    which = [1, 1, 4, 4]
    paths = walk(which, [(200, [4])])
    paths[(EPOCHS > 300) & (EPOCHS <= 500)] = 0
    assert build_tree(paths, which, EPOCHS).root.epoch == 500


def test_the_mixture_is_the_mean_of_the_members_at_the_split():
    which = [1, 4, 4, 4]
    paths = walk(which, [(300, [4])], size=3)
    paths[:, :, 2] = np.linspace(0, 1, len(EPOCHS))[:, None]
    tree = build_tree(paths, which, EPOCHS)
    np.testing.assert_allclose(tree.root.mixture, [0, 0, 0.3], atol=1e-15)
    np.testing.assert_allclose(tree.fates[0].mixture, [1, 0, 1])
    assert tree.root.branches[0].digit == 4  # the larger branch comes first


def test_the_tree_prints_its_splits_and_what_is_left_out():
    which = [1, 1, 4, NO_FATE]
    text = str(build_tree(walk(which, [(300, [4])]), which, EPOCHS))
    lines = "epoch 300: 1 4 part in 2", "  1: 2 memories", "  4: 1 memories", "without a fate: 1 memories"
    assert text.splitlines() == list(lines)


def test_a_pair_is_together_up_to_the_distance_asked_for():
    paths = np.array([[[0.0], [0.25], [0.3]]] * 2)
    parted = splits.separation_epochs(paths, [0, 8], apart=0.25)
    np.testing.assert_array_equal(parted, [[8, 8, 0], [8, 8, 8], [0, 8, 8]])


def test_separations_of_fates_are_medians_over_pairs():
    separated = np.array([[9, 4, 2], [4, 9, 6], [2, 6, 9]])
    digits, epochs = splits.fate_separations(separated, [7, 7, 3])
    np.testing.assert_array_equal(digits, [3, 7])
    np.testing.assert_array_equal(epochs, [[np.nan, 4], [4, 4]])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"fates": [0.5, 1, 1]}, "fates"),
        ({"fates": [-2, 1, 1]}, "fates"),
        ({"fates": [1, 1]}, "fates"),
        ({"epochs": [0, 2, 1]}, "epochs"),
        ({"epochs": [0, 1]}, "epochs"),
        ({"apart": 0}, "apart"),
        ({"simultaneous": -1}, "simultaneous"),
        ({"paths": np.full((3, 3, 2), np.nan)}, "paths"),
    ],
)
def test_wrong_arguments_are_named(change, name):
    right = {"paths": np.zeros((3, 3, 2)), "fates": [1, 1, 2], "epochs": [0, 1, 2]}
    with pytest.raises(ValueError, match=name):
        build_tree(**right | change)


def labelled(labels):
    labels = ("epoch", "memory", "category"), np.array([labels], dtype=float)
    return xr.Dataset({"labels": labels}, {"epoch": [0], "category": range(labels[1].shape[2])})


def test_a_fate_is_the_only_digit_of_the_supported_size_or_more():
    run = labelled([[1, -1, -1], [-1, 0.9, -1], [1, -1, 1], [0.8, 0.1, -1]])
    np.testing.assert_array_equal(splits.fates(run), [0, 1, NO_FATE, NO_FATE])
    np.testing.assert_array_equal(splits.fates(run, supported=0.98), [0, NO_FATE, NO_FATE, NO_FATE])
    with pytest.raises(ValueError, match="supported"):
        splits.fates(run, supported=1.5)


def test_a_digit_appears_when_it_is_recognised_for_good():
    axes = {"epoch": [0, 10, 20, 30], "category": [0, 1, 2]}
    counts = xr.DataArray([[20, 0, 5], [0, 6, 5], [0, 4, 5], [7, 5, 4]], axes, tuple(axes))
    np.testing.assert_array_equal(splits.appearance(counts), [30, 30, np.nan])
    np.testing.assert_array_equal(splits.appearance(counts, beyond=3), [30, 10, 0])


def test_ranks_share_ties_and_put_what_never_appears_last():
    found = splits.learning_ranks([[30, 10, np.nan], [5, 5, 1]])
    np.testing.assert_array_equal(found, [[2, 1, 3], [2.5, 2.5, 1]])


def test_agreement_is_one_for_one_order_and_zero_for_opposite_pairs():
    order = np.arange(10)
    assert splits.rank_agreement([order, order, order]) == pytest.approx(1)
    assert splits.rank_agreement([order, order[::-1]]) == pytest.approx(-1)
    assert splits.rank_correlation(order, [order, order[::-1], 0 * order]) == pytest.approx([1, -1, 0])
    assert splits.rank_agreement([order, np.ones(10)]) == 0
    with pytest.raises(ValueError, match="ranks"):
        splits.rank_agreement([order])


@pytest.fixture(scope="module")
def small():
    data = hopcore.training_set(digits=[1, 4, 7], per_digit=4, seed=0)
    options = {"n": 20, "rescaled_temperature": 0.85, "memories": 12, "rate": 0.02, "epochs": 500}
    return data, options, hopcore.train(data, record_every=5, **options)


def test_paths_sum_the_coefficients_of_the_pseudo_inverse_of_the_runs_own_images(small):
    data, _, run = small
    paths = splits.category_paths(run)
    expected = hopcore.category_coefficients(hopcore.coefficients(run.memories, data), data)
    np.testing.assert_allclose(paths, expected, atol=START)
    assert paths.dims == ("epoch", "memory", "category")
    np.testing.assert_array_equal(splits.leading_digits(run), paths.values[-1].argmax(axis=1))
    with pytest.raises(ValueError, match="training set of the run"):
        splits.category_paths(run, hopcore.training_set(digits=[1, 4, 7], per_digit=4, seed=1))
    with pytest.raises(TypeError, match=r"data = .*a TrainingSet"):
        splits.category_paths(run, data.images)
    short = xr.Dataset({"memories": run.memories.load(), "labels": run.labels}, attrs=run.attrs)
    with pytest.raises(ValueError, match="data"):
        splits.category_paths(short)
    np.testing.assert_allclose(splits.category_paths(short, data), paths, atol=START)
    np.testing.assert_array_equal(splits.recognised(short, data), splits.recognised(run))


def test_noise_pulses_do_not_hide_what_memories_are_made_of(small):
    data, options, _ = small
    run = hopcore.train(data, record_every=5, noise={"epochs": [300], "std": 0.05}, **options)
    expected = hopcore.category_coefficients(hopcore.coefficients(run.memories, data), data)
    np.testing.assert_allclose(splits.category_paths(run), expected, atol=1e-3)


def test_recognised_agrees_with_the_scores(small):
    data, options, run = small
    counts = splits.recognised(run)
    conditions = {name: options[name] for name in ("n", "rescaled_temperature")}
    for epoch in (100, 300, 500):
        state = run.sel(epoch=epoch)
        answers = hopcore.category(data.images, state.memories.values, state.labels.values, **conditions)
        expected = [(answers[data.digits == digit] == digit).sum() for digit in range(10)]
        np.testing.assert_array_equal(counts.sel(epoch=epoch), expected)


def test_what_is_recognised_includes_what_is_left_of_the_start(small):
    data, _, _ = small
    labels = np.full((4, 10), -1.0)
    labels[[0, 1, 2, 3], [1, 4, 7, 7]] = 1
    means = splits.class_means(data).images
    start = np.vstack([means, -means[:1]]), labels  # the last is opposite to all images, and has no say
    run = hopcore.train(data, start=start, n=20, rate=0.005, epochs=40, record_every=2)
    assert "image_weights" in run
    counts = splits.recognised(run)
    answers = hopcore.category(data.images, *start, n=20, rescaled_temperature=0.85)
    assert counts.isel(epoch=0).sum() == (answers == data.digits).sum() > 6
    np.testing.assert_array_equal(counts, splits.recognised(run.drop_vars("image_weights"), data))


def test_a_trained_network_splits_into_its_digits(small):
    _, _, run = small
    tree = splits.split_tree(run)
    found = splits.fates(run)
    assert {leaf.digit for leaf in tree.fates} == set(found[found != NO_FATE]) == {1, 4, 7}
    assert sum(len(leaf.members) for leaf in tree.fates) + len(tree.without_fate) == 12
    for leaf in tree.fates:
        assert leaf.mixture.argmax() == leaf.digit
        assert (found[list(leaf.members)] == leaf.digit).all()
    assert 0 < tree.root.epoch < 500
    everyone = splits.split_tree(run, fates=splits.leading_digits(run))
    assert everyone.without_fate == ()


def test_distances_within_and_between_fates(small):
    _, _, run = small
    last, which = run.isel(epoch=[0, -1]), splits.fates(run)
    found = splits.distances_by_fate(last, which)
    memories = run.memories.values[-1]
    apart = np.sqrt(((memories[:, None] - memories) ** 2).mean(axis=-1))
    known = (which[:, None] != NO_FATE) & (which != NO_FATE) & ~np.eye(12, dtype=bool)
    same = which[:, None] == which
    np.testing.assert_allclose(found.same[-1], apart[known & same].mean())
    np.testing.assert_allclose(found.different[-1], apart[known & ~same].mean())
    assert found.different[0] < 1e-3
    with pytest.raises(ValueError, match="fates"):
        splits.distances_by_fate(last, np.full(12, 4))


def test_a_run_is_on_its_own_paths_and_leaves_them_with_a_pulse(small):
    data, options, run = small
    np.testing.assert_allclose(splits.distances_to_run(run, run), 0, atol=1e-7)
    pulsed = hopcore.train(data, record_every=5, noise={"epochs": [300], "std": 0.1}, **options)
    distance = splits.distances_to_run(pulsed, run).mean("memory")
    np.testing.assert_allclose(distance.sel(epoch=slice(0, 295)), 0, atol=1e-7)
    assert distance.sel(epoch=300) > 0.05


def test_distances_to_places_and_to_paths_are_those_to_the_nearest(small):
    _, _, run = small
    recorded = run.memories.isel(epoch=slice(0, None, 20)).values
    every = recorded.reshape(-1, recorded.shape[-1])
    ink = np.stack([np.ones(784), recorded[-1, 3]])
    expected = np.sqrt(((ink[:, None] - every) ** 2).mean(axis=-1))
    np.testing.assert_allclose(splits.distances_between(ink, every), expected, atol=1e-7)
    np.testing.assert_allclose(splits.distances_to_places(ink, every), expected.min(axis=1), atol=1e-7)
    found = splits.distances_to_paths(ink, run.isel(epoch=slice(0, None, 20)))
    np.testing.assert_allclose(found, expected.min(axis=1), atol=1e-7)
    with pytest.raises(ValueError, match="places"):
        splits.distances_to_places(ink, np.empty((0, 784)))


def test_class_means_are_the_means_of_the_digits(small):
    data, _, _ = small
    means = splits.class_means(data)
    np.testing.assert_array_equal(means.digits, [1, 4, 7])
    np.testing.assert_allclose(means.images[1], data.images[data.digits == 4].mean(axis=0))
    overlaps = [[first @ second / 784 for second in means.images] for first in means.images]
    np.testing.assert_allclose(splits.typicality(data), np.sum(overlaps, axis=1))
