"""Properties of data, arguments, the store, the decomposition and the splits, tried with hypothesis."""

import pickle
import tempfile
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from hopcore.data import TrainingSet, training_set
from hopcore.decomposition import category_coefficients, coefficients, images_needed, reconstruct
from hopcore.splits import NO_FATE, Fate, build_tree, fate_separations, rank_agreement, separation_epochs
from hopcore.sweeps.store import RunStore
from hopcore.training import Options, Run

seeds = st.integers(0, 9999)

pixels = st.floats(-1, 1)


@st.composite
def sets(draw):
    """Images (S, N) and digits (S,) that a training set may hold."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 9)))
    digits = arrays(np.int64, shape[0], elements=st.integers(0, 9))
    return draw(arrays(np.float64, shape, elements=pixels)), draw(digits)


@given(sets())
def test_what_is_allowed_is_kept_as_it_is(given_set):
    images, digits = given_set
    data = TrainingSet(images.tolist(), digits.astype(float))
    assert data.images.tobytes() == images.tobytes() and data.digits.tolist() == digits.tolist()
    assert data.images.dtype == np.float64 and data.digits.dtype == np.int64
    assert np.array_equal(data.targets, np.where(digits[:, None] == range(10), 1, -1))
    sent = pickle.loads(pickle.dumps(data))
    assert sent == data and sent.fingerprint == data.fingerprint
    assert not sent.images.flags.writeable and not sent.digits.flags.writeable


@given(sets(), st.data())
def test_the_fingerprint_tells_sets_apart(given_set, data):
    images, digits = given_set
    image = data.draw(st.integers(0, len(images) - 1))
    other, renamed = images.copy(), digits.copy()
    other[image, data.draw(st.integers(0, images.shape[1] - 1))] += 0.5
    renamed[image] = (renamed[image] + 1) % 10
    found = {TrainingSet(*each).fingerprint for each in ((images, digits), (images, renamed))}
    found.add(TrainingSet(np.where(other > 1, other - 1, other), digits).fingerprint)
    assert len(found) == 3


WRONG_PIXELS = st.tuples(st.just("images"), st.sampled_from([np.nan, -np.inf, 1.0000000000000002, 255.0]))
WRONG_DIGITS = st.tuples(st.just("digits"), st.sampled_from([-1, 10, 0.5, np.nan, 1e300]))


@given(sets(), WRONG_PIXELS | WRONG_DIGITS, st.data())
def test_one_wrong_number_is_named_wherever_it_is(given_set, wrong, data):
    given_set = dict(zip(("images", "digits"), given_set, strict=True))
    name, value = wrong
    spoilt = given_set[name].astype(float)
    place = tuple(data.draw(st.integers(0, length - 1)) for length in spoilt.shape)
    spoilt[place] = value
    with pytest.raises(ValueError, match=rf"{name}\[{', '.join(map(str, place))}\] = "):
        TrainingSet(**given_set | {name: spoilt})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(max_size=5)
    | st.binary(max_size=5) | st.just(10**400) | st.just(object())
    | arrays(st.sampled_from(["f4", "f8", "i8", "u1", "c16", "U2", "S2", "M8[D]", "?", "O"]),
             array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=120)
@given(ANYTHING, ANYTHING | st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_whatever_is_given_becomes_a_training_set_or_is_refused_by_name(images, digits):
    try:
        data = TrainingSet(images, digits)
    except (ValueError, TypeError) as error:
        assert str(error).startswith(("images", "digits"))
    else:
        assert np.abs(data.images).max() <= 1 and set(data.digits) <= set(range(10))
        assert np.array_equal(data.images, np.asarray(images, dtype=float))


OPTIONS = st.sampled_from([each.name for each in fields(Options)])
CONDITIONS = st.sampled_from(["n", "rescaled_temperature", "seed"])


@settings(max_examples=250)
@given(OPTIONS | CONDITIONS, ANYTHING)
def test_whatever_is_given_as_an_option_or_condition_is_taken_or_refused_by_name(name, value):
    conditions = {"n": 3, "rescaled_temperature": 0.85, "seed": 0}
    try:
        if name in conditions:
            run = Run.scheduled(**conditions | {name: value}, epochs=2)
            assert run.seed >= 0 and all(n > 1 for n in getattr(run.n, "values", [run.n]))
        else:
            options = Options.checked(TrainingSet(np.zeros((2, 16)), [1, 4]), **{name: value})
            assert set(options.described()) == set(vars(options))
    except (ValueError, TypeError) as error:
        assert str(error).startswith(name)


@given(st.lists(st.integers(0, 9), min_size=1, unique=True), st.integers(1, 4), st.integers(4, 9), seeds)
def test_draws_are_nested_and_independent_of_one_another(digits, few, many, seed):
    images = np.linspace(-1, 1, 100)[:, None]
    source = TrainingSet(images, np.arange(100) % 10)
    drawn = training_set(digits, many, seed, source)
    assert drawn.digits.tolist() == [digit for digit in digits for _ in range(many)]
    assert len(np.unique(drawn.images)) == len(drawn)
    for digit in digits:
        alone = training_set([digit], few, seed, source)
        own = drawn.images[drawn.digits == digit]
        assert np.array_equal(alone.images, own[:few]) and np.isin(own, images[source.digits == digit]).all()


names = st.text(max_size=6)
identities = st.dictionaries(names, names | st.integers() | st.floats(allow_nan=False), max_size=4)
numbers = st.floats(width=32) | st.sampled_from([-0.0, np.inf, -np.inf, np.nan, 5e-324, 1e308])


@settings(max_examples=40)
@given(
    identities, identities, st.sampled_from(["float64", "float32"]),
    st.tuples(st.integers(1, 3), st.integers(0, 5), st.integers(1, 3)), st.data(),
)  # fmt: skip
def test_every_run_comes_back_bit_for_bit_under_its_own_identity_alone(first, second, dtype, shape, data):
    assume(first != second)
    with np.errstate(over="ignore"):  # 1e308 in float32 is infinite
        memories, labels = (
            data.draw(arrays(np.float64, (shape[0], size), elements=numbers)).astype(dtype)
            for size in shape[1:]
        )
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(folder)
        store.write(first, memories, labels)
        for kept, found in zip((memories, labels), store.read(first), strict=True):
            assert (kept.tobytes(), kept.dtype, kept.shape) == (found.tobytes(), found.dtype, found.shape)
        assert store.read(second) is None
        assert list(store.folder.iterdir()) == [store.path(first)]


def random_set(seed, images, side):
    generator = np.random.default_rng(seed)
    return TrainingSet(generator.uniform(-1, 1, (images, side)), generator.integers(0, 10, images))


@given(seeds, st.integers(1, 8), st.integers(8, 20), st.integers(1, 5))
def test_coefficients_follow_scale_order_and_names_of_the_images(seed, images, side, count):
    data, generator = random_set(seed, images, side), np.random.default_rng(seed + 1)
    alpha = generator.normal(size=(count, images))
    memories = alpha @ data.images
    np.testing.assert_allclose(coefficients(memories, data), alpha, rtol=0, atol=1e-9)
    np.testing.assert_allclose(coefficients(-3 * memories, data), -3 * alpha, rtol=0, atol=1e-8)
    order, new = generator.permutation(images), generator.permutation(10)
    other = TrainingSet(data.images[order] / 2, new[data.digits[order]])
    again = coefficients(memories, other)
    np.testing.assert_allclose(again, 2 * alpha[:, order], rtol=0, atol=1e-8)
    sums = category_coefficients(alpha, data)
    np.testing.assert_allclose(sums.sum(axis=1), alpha.sum(axis=1), rtol=0, atol=1e-12)
    np.testing.assert_allclose(category_coefficients(again, other)[:, new], 2 * sums, rtol=0, atol=1e-8)


@pytest.mark.filterwarnings("ignore::hopcore.decomposition.NotUniqueWarning")
@given(seeds, st.integers(1, 6), st.integers(1, 12), st.integers(0, 3))
def test_rebuilding_is_a_projection_also_of_dependent_images(seed, images, side, repeated):
    data, generator = random_set(seed, images, side), np.random.default_rng(seed + 1)
    again = np.append(np.arange(images), np.arange(min(repeated, images)))
    data = TrainingSet(data.images[again], data.digits[again])
    memories = generator.uniform(-1, 1, (4, side))
    rebuilt, alpha = reconstruct(memories, data, len(data)), coefficients(memories, data)
    np.testing.assert_allclose(reconstruct(rebuilt, data, len(data)), rebuilt, rtol=0, atol=1e-9)
    assert np.abs((memories - rebuilt) @ data.images.T).max() < 1e-8
    np.testing.assert_allclose(alpha, alpha[:, again], rtol=0, atol=1e-9)


@given(seeds, st.integers(2, 8), st.floats(0.01, 0.5), st.floats(1e-3, 1e3))
def test_images_needed_follow_order_and_not_scale(seed, images, tolerance, factor):
    data, generator = random_set(seed, images, 24), np.random.default_rng(seed + 1)
    memories = generator.normal(size=(5, images)) ** 3 @ data.images
    count = images_needed(memories, data, tolerance)
    assert ((count >= 1) & (count <= images)).all()
    order, others = generator.permutation(5), generator.permutation(images)
    shuffled = TrainingSet(data.images[others], data.digits[others])
    assert np.array_equal(images_needed(factor * memories[order], shuffled, tolerance), count[order])
    assert (images_needed(memories, data, tolerance / 2) >= count).all()


@st.composite
def walks(draw):
    """Paths (epoch, K, 10) of memories that drift apart, with fates and epochs."""
    generator = np.random.default_rng(draw(seeds))
    fates = np.array(draw(st.lists(st.sampled_from([NO_FATE, 0, 3, 4, 8]), min_size=1, max_size=8)))
    epochs = np.cumsum(generator.integers(1, 20, 40))
    together, alone = generator.normal(0, 0.03, (40, 10, 10)), generator.normal(0, 0.01, (40, len(fates), 10))
    return np.cumsum(together[:, fates] + alone, axis=0), fates, epochs


def shape(node, named=int, number=int):
    """A tree as nested tuples: epoch, members and branches, which have no order."""
    members = frozenset(map(number, node.members))
    if isinstance(node, Fate):
        return named(node.digit), members
    return node.epoch, members, frozenset(shape(each, named, number) for each in node.branches)


@given(walks(), st.sampled_from([0.0, 30.0]))
def test_a_tree_holds_every_memory_with_a_fate_once_and_splits_later_and_later(walk, simultaneous):
    paths, fates, epochs = walk
    tree = build_tree(paths, fates, epochs, simultaneous=simultaneous)
    held = sorted(member for leaf in tree.fates for member in leaf.members)
    assert held == np.flatnonzero(fates != NO_FATE).tolist()
    assert list(tree.without_fate) == np.flatnonzero(fates == NO_FATE).tolist()
    assert sum(count - 1 for count in tree.branch_counts) == max(len(tree.fates) - 1, 0)
    for split in tree.splits:
        assert len(split.branches) >= 2 and epochs[0] <= split.epoch <= epochs[-1]
        assert split.members == tuple(sorted(m for branch in split.branches for m in branch.members))
        assert all(branch.epoch >= split.epoch for branch in split.branches)
    if tree.splits:
        whole = build_tree(paths, fates, epochs, simultaneous=float(epochs[-1]))
        assert whole.branch_counts == (len(tree.fates),)


@given(walks(), seeds, st.sampled_from([0.5, 2.0, 1024.0]))
def test_a_tree_follows_order_scale_and_time(walk, seed, factor):
    paths, fates, epochs = walk
    tree = build_tree(paths, fates, epochs)
    assume(tree.root is not None)
    order = np.random.default_rng(seed).permutation(len(fates))
    back = {each: int(index) for each, index in enumerate(order)}
    shuffled = build_tree(paths[:, order], fates[order], epochs)
    assert shape(shuffled.root, number=back.get) == shape(tree.root)
    # powers of two: not one distance is rounded otherwise
    assert shape(build_tree(factor * paths, fates, epochs, apart=0.2 * factor).root) == shape(tree.root)
    later = build_tree(paths, fates, 2 * epochs + 5)
    assert [split.epoch for split in later.splits] == [2 * split.epoch + 5 for split in tree.splits]


@given(walks(), st.permutations(range(10)))
def test_a_tree_follows_the_names_of_the_digits(walk, names):
    paths, fates, epochs = walk
    tree = build_tree(paths, fates, epochs)
    parted = tree.separations[np.triu_indices(len(tree.digits), 1)]
    # of equal epochs either may be joined first
    assume(tree.root is not None and len(set(parted)) == len(parted))
    renamed = np.where(fates == NO_FATE, NO_FATE, np.array(names)[fates])
    again = build_tree(paths, renamed, epochs)
    assert shape(again.root) == shape(tree.root, named=names.__getitem__)


@given(walks())
def test_parting_is_mutual(walk):
    paths, fates, epochs = walk
    parted = separation_epochs(paths, epochs)
    assert np.array_equal(parted, parted.T) and np.isin(parted, epochs).all()
    assert (np.diag(parted) == epochs[-1]).all()
    _, separations = fate_separations(parted, fates)
    assert np.array_equal(separations, separations.T, equal_nan=True)


@given(arrays(np.float64, st.tuples(st.integers(2, 4), st.integers(2, 6)), elements=st.integers(1, 4)), seeds)
def test_agreement_has_no_first_run_and_no_first_digit(ranks, seed):
    generator = np.random.default_rng(seed)
    agreement = rank_agreement(ranks)
    assert -1 <= agreement <= 1 + 1e-12
    shuffled = generator.permutation(generator.permutation(ranks, axis=0), axis=1)
    assert rank_agreement(shuffled) == pytest.approx(agreement, abs=1e-12)
    assume(np.ptp(ranks[0]) > 0)
    assert rank_agreement([ranks[0], 10 * ranks[0]]) == pytest.approx(1)
