"""The embedding is UMAP's, is made once, and places an image whatever its company."""

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import numba
import numpy as np
import pytest
import xarray as xr

from hopcore import _files, embedding
from hopcore.data import TrainingSet, training_set
from hopcore.embedding import fit_embedding

numba.config.THREADING_LAYER = "workqueue"  # it ends the process where two threads use it at once
QUICK = {"neighbours": 12, "epochs": 60}


@pytest.fixture(scope="module")
def data():
    """300 digits that look different."""
    return training_set(digits=(0, 1, 7), per_digit=100, seed=1)


@pytest.fixture
def fits(tmp_path, monkeypatch):
    """An empty cache, and a count of the layouts that are really computed."""
    monkeypatch.setenv("HOPCORE_CACHE", str(tmp_path))
    monkeypatch.setattr(_files, "_unwritable", set())
    embedding._embedding.cache_clear()
    monkeypatch.setattr(embedding, "_fit", Mock(wraps=embedding._fit))
    yield embedding._fit
    embedding._embedding.cache_clear()


@pytest.fixture(scope="module")
def quick(data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOPCORE_CACHE", str(tmp_path_factory.mktemp("umap")))
        return fit_embedding(data, **QUICK)


def again(data, **parameters):
    """As in a new process: nothing is left but the kept file."""
    embedding._embedding.cache_clear()
    return fit_embedding(data, **{**QUICK, **parameters})


def test_digits_that_look_alike_lie_together(data, quick):
    assert quick.coordinates.shape == (300, 2) and np.isfinite(quick.coordinates).all()
    apart = np.linalg.norm(quick.coordinates[:, None] - quick.coordinates, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (data.digits[apart.argmin(axis=1)] == data.digits).mean() > 0.95
    assert quick.digits.tolist() == data.digits.tolist()
    assert len(quick) == 300 and repr(quick) == "Embedding(300 images, 12 neighbours)"


def test_the_layout_is_umaps_for_these_neighbours(data, quick):
    """UMAP, given the plain matrix of correlation distances, builds the same graph and layout."""
    distances = np.maximum(np.round(1 - np.corrcoef(data.images), 6), 0)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :12]
    options = {"min_dist": 0.05, "metric": "correlation", "random_state": 4, "n_jobs": 1, "n_epochs": 60}
    model = embedding._umap().UMAP(12, **options)
    model.set_params(precomputed_knn=(nearest, np.take_along_axis(distances, nearest, axis=1).astype("f4")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = model.fit_transform(data.images)
    np.testing.assert_array_equal(quick.coordinates, expected)


def test_nearest_images_are_exact(data, monkeypatch):
    directions = embedding.directions(data.images)
    nearest, distances = embedding._nearest(directions[:50], directions, 7)
    expected = np.sort(1 - np.corrcoef(data.images)[:50], axis=1)[:, :7]
    np.testing.assert_allclose(distances, expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(nearest[:, 0], np.arange(50))
    monkeypatch.setattr(embedding, "_DISTANCES_AT_ONCE", 1000)
    in_parts = embedding._nearest(directions[:50], directions, 7)
    np.testing.assert_array_equal(in_parts, (nearest, distances))


# What else may lie in the kept file's place is tried in test_fuzz.py.
def test_a_layout_is_the_same_again_in_memory_and_from_its_file(data, quick, fits):
    fresh = again(data)
    assert fit_embedding(data, **QUICK) is fresh
    kept = again(data)
    assert fits.call_count == 1 and kept is not fresh
    np.testing.assert_array_equal(fresh.coordinates, quick.coordinates)
    np.testing.assert_array_equal(kept.coordinates, fresh.coordinates)
    images = training_set(digits=(0, 1, 7), per_digit=5, seed=2).images
    np.testing.assert_array_equal(kept.transform(images), fresh.transform(images))


def test_other_images_parameters_or_libraries_miss_the_kept_file(data, quick, fits, tmp_path, monkeypatch):
    again(data)
    changed = TrainingSet(np.where(np.arange(784) == 300, 0.9, data.images), data.digits)
    again(changed)
    for parameters in ({"neighbours": 13}, {"min_dist": 0.06}, {"epochs": 61}, {"seed": 2**64}):
        other = again(data, **parameters)
    assert np.abs(other.coordinates - quick.coordinates).max() > 0.1
    assert fits.call_count == len(list(tmp_path.iterdir())) == 6
    monkeypatch.setattr(embedding, "version", lambda name: "0.0.1")
    again(data)
    assert fits.call_count == 7


def test_a_place_depends_on_nothing_but_the_image(quick):
    images = training_set(digits=(0, 1, 7), per_digit=30, seed=3).images
    together = quick.transform(images)
    np.testing.assert_array_equal(quick.transform(images[50:20:-1]), together[50:20:-1])
    np.testing.assert_array_equal([quick.transform(image) for image in images[:10]], together[:10])
    faint = 0.001 * images - 0.2  # nor on its mean and contrast
    np.testing.assert_array_equal(quick.transform(faint), together)


def test_several_threads_may_use_it_at_once(data, quick):
    filters = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        placed = list(pool.map(quick.transform, [data.images[:20]] * 8))
    assert all((each == placed[0]).all() for each in placed) and warnings.filters == filters


def test_embedded_images_are_placed_where_they_lie_and_new_ones_among_their_likes(data, quick):
    missed = np.linalg.norm(quick.transform(data.images) - quick.coordinates, axis=1)
    assert np.median(missed) < 0.1 * quick.coordinates.std()
    new = training_set(digits=(0, 1, 7), per_digit=200, seed=1)  # of each, the last 100 are not embedded
    unseen = np.tile(np.repeat([False, True], 100), 3)
    places = quick.transform(new.images[unseen])
    apart = np.linalg.norm(places[:, None] - quick.coordinates, axis=2)
    assert (quick.digits[apart.argmin(axis=1)] == new.digits[unseen]).mean() > 0.9


def test_weights_are_umaps(data):
    umap = embedding._umap().umap_
    directions = embedding.directions(data.images)
    nearest, distances = embedding._nearest(directions[:100], directions[100:], 20)
    single = distances.astype(np.float32)
    sigmas, rhos = umap.smooth_knn_dist(single, 20.0, local_connectivity=0.0)
    _, _, expected, _ = umap.compute_membership_strengths(nearest, single, sigmas, rhos, bipartite=True)
    found = embedding._weights(distances)
    # UMAP stops its bisection at 1e-5 of the sum of the weights.
    np.testing.assert_allclose(found, expected.reshape(100, 20), rtol=0, atol=2e-5)
    np.testing.assert_allclose(found[:, 1:].sum(axis=1), np.log2(20), rtol=1e-12)


def test_weights_among_copies_have_umaps_smallest_width():
    """Where more than log2 k neighbours are at no distance, σ is a thousandth of the mean distance."""
    distances = np.repeat([0.0, 1e-3, 1.0], [8, 6, 6])[None]
    np.testing.assert_allclose(embedding._weights(distances), np.exp(-distances / (1e-3 * distances.mean())))


def test_labelled_memories_give_labelled_places(quick):
    images = training_set(digits=(0, 1, 7), per_digit=2, seed=6).images.reshape(2, 3, 784)
    memories = xr.DataArray(images, dims=("epoch", "memory", "pixel"), coords={"epoch": [0, 10]})
    places = quick.transform(memories)
    assert places.dims == ("epoch", "memory", "axis") and places.axis.values.tolist() == ["x", "y"]
    assert places.epoch.values.tolist() == [0, 10] and places.name == "coordinates"
    np.testing.assert_array_equal(places.values, quick.transform(images))
    assert quick.transform(images).shape == (2, 3, 2)
    assert quick.transform(np.empty((0, 784))).shape == (0, 2)
    assert not quick.coordinates.flags.writeable


def test_where_numba_can_keep_nothing_umap_is_used_all_the_same_and_that_is_told():
    program = """
import numba.core.caching as caching
from hopcore.embedding import _umap
caching.CacheImpl._locator_classes = [caching.UserProvidedCacheLocator]
for _ in range(2):
    assert _umap().UMAP
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    told = "compiling UMAP anew in each process: cannot cache"
    assert done.returncode == 0 and done.stderr.count(told) == 1, done.stderr


def test_umap_is_not_imported_before_it_is_needed():
    program = "import sys, hopcore.embedding; print('umap' in sys.modules, 'numba' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"neighbours": 300}, ValueError, "neighbours = 300: must be an integer from 2 to 299"),
        ({"neighbours": 1}, ValueError, "neighbours = 1: must be an integer from 2 to 299"),
        ({"min_dist": 0}, ValueError, "min_dist = 0"),
        ({"min_dist": 1.5}, ValueError, "min_dist = 1.5: must be at most 1"),
        ({"seed": -4}, ValueError, "seed = -4: must be an integer of at least 0"),
        ({"epochs": 2}, ValueError, "epochs = 2: must be an integer of at least 3"),
        ({"data": np.zeros((9, 784))}, TypeError, "data = .*must be Digits, a TrainingSet or None"),
    ],
)
def test_wrong_arguments_are_refused(data, arguments, error, message):
    with pytest.raises(error, match=message):
        fit_embedding(**{"data": data, **QUICK, **arguments})


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 9)), r"images = .*shape \(2, 9\).*784"),
        (np.full(784, np.nan), r"images\[0\] = nan"),
        (np.eye(784)[:3] * [[1], [1], [0]] + 0.5, r"images\[2\] = 0.5 in every pixel: must not be constant"),
        (xr.DataArray(np.zeros((2, 784)), dims=("memory", "x")), "dimension 'pixel'"),
    ],
)
def test_images_that_do_not_fit_are_refused(quick, images, message):
    with pytest.raises(ValueError, match=message):
        quick.transform(images)
