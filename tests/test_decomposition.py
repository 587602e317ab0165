"""Coefficients are those that made the memories, and the count of images is the paper's definition."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import numpy as np
import pytest
import xarray as xr

from hopcore import decomposition
from hopcore.data import TrainingSet, training_set
from hopcore.decomposition import category_coefficients, coefficients, images_needed, reconstruct


@pytest.fixture(scope="module")
def data():
    """200 real digits, which are linearly independent."""
    return training_set()


def combinations(data, memories, seed=0, power=3):
    """Coefficients of a few large and many small values, and the memories that they make."""
    alpha = np.random.default_rng(seed).normal(size=(*memories, len(data))) ** power
    alpha /= np.abs(alpha).sum(axis=-1, keepdims=True)
    return alpha, alpha @ data.images


def dependent():
    """Six images of which one occurs twice and one is the mean of two others: rank 4."""
    images = np.random.default_rng(3).uniform(-1, 1, size=(4, 30))
    return TrainingSet(np.vstack([images, images[:1], images[1:3].mean(axis=0)]), [0, 1, 2, 3, 0, 1])


def test_known_coefficients_are_recovered_without_a_warning(data):
    alpha, memories = combinations(data, (3, 40))
    found = coefficients(memories, data)
    assert found.shape == (3, 40, 200) and found.dtype == np.float64
    np.testing.assert_allclose(found, alpha, rtol=0, atol=1e-12)
    np.testing.assert_allclose(coefficients(memories[1, 2], data), alpha[1, 2], rtol=0, atol=1e-12)
    single = coefficients(memories.astype(np.float32), data)
    assert single.dtype == np.float64
    # The rounding of the pixels, 3e-8 of 784 each, grows by the inverse of the smallest singular value.
    smallest = np.linalg.svd(data.images, compute_uv=False)[-1]
    np.testing.assert_allclose(single, alpha, rtol=0, atol=6e-8 * 28 / smallest)


def test_coefficients_solve_the_least_squares_problem(data):
    memories = np.random.default_rng(2).uniform(-1, 1, size=(4, 784))  # not in the span of the images
    expected = np.linalg.lstsq(data.images.T, memories.T, rcond=None)[0].T
    np.testing.assert_allclose(coefficients(memories, data), expected, rtol=0, atol=1e-10)


def test_repeated_images_warn_with_the_rank_and_the_line_that_asked():
    own, ones = dependent(), np.ones((2, 30))
    with pytest.warns(decomposition.NotUniqueWarning, match="not unique: the 6 images have rank 4") as caught:
        coefficients(ones, own)
        images_needed(ones, own)
        images_needed(xr.DataArray(ones, dims=("memory", "pixel")), own)
        reconstruct(ones, own, 1)
    assert [warning.filename for warning in caught] == [__file__] * 4
    more = TrainingSet(np.random.default_rng(6).uniform(-1, 1, size=(12, 7)), np.arange(12) % 10)
    with pytest.warns(decomposition.NotUniqueWarning, match="the 12 images have rank 7"):
        coefficients(np.ones((2, 7)), more)


@pytest.mark.filterwarnings("ignore::hopcore.decomposition.NotUniqueWarning")
def test_coefficients_that_are_not_unique_rebuild_the_memories_and_are_the_smallest():
    own = dependent()
    alpha, memories = combinations(own, (8,))
    found = coefficients(memories, own)
    np.testing.assert_allclose(found @ own.images, memories, rtol=0, atol=1e-12)
    assert (np.linalg.norm(found, axis=1) < np.linalg.norm(alpha, axis=1)).all()


def test_the_inverse_is_computed_once_for_sets_of_equal_content(monkeypatch):
    svd = Mock(wraps=np.linalg.svd)
    monkeypatch.setattr(np.linalg, "svd", svd)
    decomposition._pseudo_inverse.cache_clear()
    rng = np.random.default_rng(8)
    images, memories = rng.uniform(-1, 1, size=(300, 320)), rng.uniform(-1, 1, size=(2, 320))
    sets = [TrainingSet(images, np.zeros(300)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda own: coefficients(memories, own), sets))
    svd.assert_called_once()
    for alpha in found:
        np.testing.assert_array_equal(alpha, found[0])


def test_category_coefficients_sum_over_each_digits_images():
    own = TrainingSet(np.eye(5), [7, 1, 7, 0, 1])
    alpha = np.array([[[1.0, 2, 4, 8, 16]], [[-1, 0, 1, 0, 0.5]]])
    expected = np.zeros((2, 1, 10))
    expected[0, 0, [0, 1, 7]] = 8, 18, 5
    expected[1, 0, [0, 1, 7]] = 0, 0.5, 0
    np.testing.assert_array_equal(category_coefficients(alpha, own), expected)


def images_needed_plainly(memories, data, tolerance):
    """The definition, one memory and one k after the other, for a single run."""
    alpha = memories @ np.linalg.pinv(data.images)
    allowed = tolerance * memories.shape[1] * np.mean(np.abs(memories))
    counts = []
    for memory, own in zip(memories, alpha, strict=True):
        largest_first = sorted(range(len(own)), key=lambda i: -abs(own[i]))
        for k in range(1, len(own) + 1):
            rebuilt = np.zeros_like(memory)
            for i in largest_first[:k]:
                rebuilt += own[i] * data.images[i]
            if np.sum(np.abs(memory - rebuilt)) < allowed or k == len(own):
                counts.append(k)
                break
    return counts


@pytest.mark.parametrize(("tolerance", "block"), [(0.02, 4), (0.05, 4), (0.4, 128)])
def test_images_needed_equals_a_plain_loop(data, monkeypatch, tolerance, block):
    """Also where there are more memories than a block holds."""
    monkeypatch.setattr(decomposition, "_BLOCK", block)
    few, many = (combinations(data, (4,), seed=9, power=power)[1] for power in (9, 1))
    noise = np.random.default_rng(10).uniform(-1, 1, size=(2, 784))  # nothing rebuilds it
    memories = np.vstack([few, many, noise, data.images[:1]])
    expected = images_needed_plainly(memories, data, tolerance)
    assert expected[-1] == 1 and expected[-2] == 200 and len(set(expected)) > 3
    faint = 0.01 * few[:3]  # another run, with its own mean
    found = images_needed(memories, data, tolerance)
    assert found.dtype.kind == "i" and found.tolist() == expected
    runs = np.stack([memories[:3], faint])[None]
    expected = [images_needed_plainly(run, data, tolerance) for run in runs[0]]
    assert images_needed(runs, data, tolerance).tolist() == [expected]


def test_k_coefficients_are_the_k_largest_of_either_sign():
    own = TrainingSet(np.eye(4), [0, 1, 2, 3])
    memory = [[0.1, -0.9, 0.5, -0.2]]
    np.testing.assert_allclose(reconstruct(memory, own, 1), [[0, -0.9, 0, 0]], rtol=0, atol=1e-15)
    np.testing.assert_allclose(reconstruct(memory, own, 3), [[0, -0.9, 0.5, -0.2]], rtol=0, atol=1e-15)


def test_the_count_of_images_is_where_the_reconstruction_is_good_enough(data):
    _, memories = combinations(data, (5,), power=7)
    before, allowed = memories.copy(), 0.05 * 784 * np.abs(memories).mean()
    for index, k in enumerate(images_needed(memories, data)):
        assert 1 < k < 200
        missed = [memories - reconstruct(memories, data, int(used)) for used in (k - 1, k)]
        few, enough = np.abs(missed)[:, index].sum(axis=1)
        assert enough < allowed <= few
    np.testing.assert_array_equal(memories, before)


@pytest.fixture
def labelled(data):
    _, memories = combinations(data, (2, 3), power=5)
    coordinates = {"n": [3.0, 30.0], "rate": 0.005}
    return xr.DataArray(memories, coordinates, ("n", "memory", "pixel"), "memories")


def test_labelled_memories_give_labelled_coefficients(data, labelled):
    alpha = coefficients(labelled, data)
    assert alpha.dims == ("n", "memory", "image") and alpha.name == "coefficients"
    assert alpha.n.values.tolist() == [3.0, 30.0] and alpha.rate == 0.005
    np.testing.assert_array_equal(alpha.digit.values, data.digits)
    np.testing.assert_array_equal(alpha.values, coefficients(labelled.values, data))
    summed = category_coefficients(alpha, data)
    assert summed.dims == ("n", "memory", "category") and summed.category.values.tolist() == list(range(10))
    np.testing.assert_array_equal(summed.values, category_coefficients(alpha.values, data))


def test_labelled_memories_may_have_their_dimensions_in_any_order(data, labelled):
    mixed = labelled.transpose("pixel", "memory", "n")
    alpha = coefficients(mixed, data).transpose("n", "memory", "image")
    np.testing.assert_allclose(alpha, coefficients(labelled, data), rtol=0, atol=1e-14)
    counts = images_needed(mixed, data)
    assert counts.dims == ("n", "memory") and counts.name == "images_needed"
    assert counts.n.values.tolist() == [3.0, 30.0]
    np.testing.assert_array_equal(counts.values, images_needed(labelled.values, data))
    rebuilt = reconstruct(mixed, data, 5)
    assert rebuilt.dims == ("memory", "n", "pixel")
    expected = reconstruct(labelled.values[1], data, 5)
    np.testing.assert_allclose(rebuilt.sel(n=30), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda d: coefficients(np.zeros((2, 3)), d), ValueError, r"memories = .*shape \(2, 3\).*784"),
        (lambda d: coefficients(0.5, d), ValueError, r"memories = .*784"),
        (lambda d: coefficients(np.full((1, 784), np.nan), d), ValueError, r"memories\[0, 0\] = nan"),
        (lambda d: coefficients(np.zeros((2, 784)), d.images), TypeError, "data = .*must be a TrainingSet"),
        (lambda d: coefficients(xr.DataArray(np.zeros((2, 784))), d), ValueError, "dimension 'pixel'"),
        (lambda d: category_coefficients(np.zeros((2, 3)), d), ValueError, r"alpha = .*\(2, 3\).*200"),
        (lambda d: category_coefficients(np.zeros((2, 200)), None), TypeError, "data = None"),
        (lambda d: images_needed(np.zeros(784), d), ValueError, r"memories = .*\(784,\).*\(\.\.\., K, N\)"),
        (lambda d: images_needed(np.zeros((1, 784)), d, 0), ValueError, "tolerance = 0"),
        (
            lambda d: images_needed(xr.DataArray([[0.0]], dims=("x", "pixel")), d),
            ValueError,
            "dimension 'memory'",
        ),
        (lambda d: reconstruct(np.zeros((1, 784)), d, 0), ValueError, "k = 0: .* an integer from 1 to 200"),
        (lambda d: reconstruct(np.zeros((1, 784)), d, 201), ValueError, "k = 201: must be .* from 1 to 200"),
    ],
)
def test_wrong_input_is_refused(data, call, error, message):
    with pytest.raises(error, match=message):
        call(data)
