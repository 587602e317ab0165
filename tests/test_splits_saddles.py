"""The linearised learning rule at a saddle, against the learning rule itself."""

import numpy as np
import pytest

import hopcore
from hopcore.splits.saddles import saddle

RATE = 1e-7


@pytest.fixture(scope="module")
def before_a_split():
    """A run of equal memories, which nothing can part."""
    data = hopcore.training_set(digits=[1, 4, 7], per_digit=4, seed=0)
    options = {"n": 20.0, "rescaled_temperature": 0.85}
    start = np.full((10, 784), -0.003), np.full((10, 10), -0.003)
    run = hopcore.train(data, start=start, rate=0.01, epochs=250, record_every=1, **options)
    return data, options, run


def step(data, options, memories, labels):
    """One small step of training, in units of the rate."""
    after = hopcore.train(data, start=(memories, labels), rate=RATE, epochs=1, **options)
    return (after.memories.values[-1] - memories) / RATE, (after.labels.values[-1] - labels) / RATE


@pytest.mark.parametrize("epoch", [150, 250])
def test_differences_move_as_the_jacobian_says(before_a_split, epoch):
    data, options, run = before_a_split
    memories, labels = run.memories.sel(epoch=epoch).values, run.labels.sel(epoch=epoch).values
    found = saddle(run, epoch, range(10))
    generator = np.random.default_rng(0)
    images, small = len(data), 1e-5
    change = np.concatenate([generator.normal(size=images), np.zeros(10)])
    free = np.abs(labels[0]) < 0.9
    change[images:][free] = generator.normal(size=free.sum())
    shift = small * change[:images] @ data.images
    shift -= shift[np.abs(memories[0]).argmax()] * memories[0] / memories[0][np.abs(memories[0]).argmax()]
    change = np.concatenate([hopcore.coefficients(shift, data), small * change[images:]])

    pair_memories, pair_labels = memories.copy(), labels.copy()
    pair_memories[0] += shift
    pair_memories[1] -= shift
    pair_labels[0] += change[images:]
    pair_labels[1] -= change[images:]
    largest = np.abs(pair_memories).max(axis=1, keepdims=True)
    assert largest.max() < 1 + 1e-9  # the change keeps to the limit
    by_pixels, by_labels = step(data, options, pair_memories, pair_labels)

    expected = found.jacobian @ change
    parted, near = (by_pixels[0] - by_pixels[1]) / 2, 2e-2 * np.abs(shift).max()
    np.testing.assert_allclose(parted, expected[:images] @ data.images, atol=near)
    parted, near = (by_labels[0] - by_labels[1]) / 2, 2e-2 * np.abs(change[images:]).max()
    np.testing.assert_allclose(parted[free], expected[images:][free], atol=near)


def test_while_memories_grow_a_group_moves_as_one_does(before_a_split):
    """Before the limit of the pixels is met, and the labels' either: the velocity is that of training."""
    data, options, run = before_a_split
    memories, labels = run.memories.sel(epoch=40).values, run.labels.sel(epoch=40).values
    assert np.abs(memories).max() < 0.9
    by_pixels, _ = step(data, options, memories, labels)
    found = saddle(run, 40, range(10))
    assert found.speed == pytest.approx(np.abs(by_pixels[0]).max(), rel=1e-5) == pytest.approx(1, rel=1e-5)


def test_wrong_arguments_are_named(before_a_split):
    _, _, run = before_a_split
    for arguments, name in (((9999, [0]), "epoch"), ((100, []), "members"), ((100, [10]), "members")):
        with pytest.raises(ValueError, match=name):
            saddle(run, *arguments)
    with pytest.raises(ValueError, match="image_weights"):
        saddle(run.drop_vars("image_weights"), 100, [0])


def test_the_share_of_a_difference_along_the_fastest_directions(before_a_split):
    _, _, run = before_a_split
    found = saddle(run, 250, range(10))
    pair = (found.directions[0] + found.directions[1]).real
    assert found.share(pair, 2) == pytest.approx(1)
    assert found.share(pair, len(found.rates)) == pytest.approx(1)
    assert found.share(found.directions[-1].real, 1) < 0.99
    with pytest.raises(ValueError, match="count"):
        found.share(pair, 0)


def test_directions_are_those_of_the_jacobian_and_ordered(before_a_split):
    _, _, run = before_a_split
    found = saddle(run, 250, range(10))
    expected = found.rates[:, None] * found.directions
    np.testing.assert_allclose(found.directions @ found.jacobian.T, expected, atol=1e-9)
    assert (np.diff(found.rates.real) <= 1e-12).all()
    assert found.unstable(0) >= found.unstable(0.1) >= found.unstable(1.0)
    assert 0 <= found.speed <= 1
