"""MNIST on a plane, by UMAP, and where memories lie on it (paper, Figs. 2B, 3 and 4)."""

import atexit
import hashlib
import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from tempfile import TemporaryDirectory
from threading import RLock
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hopcore._checks import check_finite_array, check_integer, check_positive, refuse
from hopcore._files import CacheWarning, cache_folder, keep_array, kept_array
from hopcore.data import TrainingSet
from hopcore.mnist import Digits, load_mnist, read_only

# Rounding correlation distances makes them, and so everything below, independent of the order in which
# a processor adds up products, that is of its threads and of how many images are compared at once.
_DECIMALS = 6
_DISTANCES_AT_ONCE = 8_000_000

_EDITION = 2  # changed whenever the fit changes, so that older kept coordinates are not used
_TURN = RLock()  # UMAP computes for one thread at a time: not all that Numba builds on allows more
_LIBRARIES = ("umap-learn", "numba", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True, eq=False, repr=False)
class Embedding:
    """Images laid out on a plane, with the means to place other images among them.

    Attributes
    ----------
    coordinates : (S, 2) float64, read-only: where each image lies.
    digits : (S,) what each image shows.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=20)
    >>> embedding = hopcore.fit_embedding(data, neighbours=10, epochs=20)
    >>> embedding.transform(data.images[:3]).shape
    (3, 2)
    """

    coordinates: np.ndarray
    digits: np.ndarray
    _directions: np.ndarray
    _neighbours: int
    _min_dist: float
    _seed: int
    _epochs: int

    def __len__(self) -> int:
        return len(self.coordinates)

    def __repr__(self) -> str:
        return f"Embedding({len(self)} images, {self._neighbours} neighbours)"

    def transform(self, images: Any) -> np.ndarray | xr.DataArray:
        """Where images (or memories) lie among the embedded ones.

        Each starts at the weighted mean of its neighbours' places and is then moved by UMAP's optimiser
        while the embedded images stay. UMAP's own ``transform`` scales the weights by the largest of
        all images passed, so that a place depends on the company; here they are scaled by the image's
        own largest weight, and a place depends on nothing but the image.

        Images are (..., N), or a DataArray with a dimension ``pixel``. Only correlations matter: neither the
        mean of an image nor its contrast has an effect. Places are (..., 2) float64; for a DataArray, one
        with the dimension ``axis`` (``x``, ``y``) last instead of ``pixel``. ValueError or TypeError for
        another number of pixels, NaN, and images whose pixels are all equal.
        """
        if isinstance(images, xr.DataArray):
            if "pixel" not in images.dims:
                raise ValueError(f"images with dimensions {images.dims}: must have the dimension 'pixel'")
            placed = xr.apply_ufunc(
                self.transform, images, input_core_dims=[["pixel"]], output_core_dims=[["axis"]]
            )
            return placed.rename("coordinates").assign_coords(axis=["x", "y"])
        images = check_finite_array("images", images)
        pixels = self._directions.shape[1]
        if images.ndim == 0 or images.shape[-1] != pixels:
            raise refuse("images", images, f"an array of shape (..., {pixels})")
        turned = directions(images.reshape(-1, pixels))
        nearest, distances = _nearest(turned, self._directions, self._neighbours)
        placed = self._place(nearest, _weights(distances)) if len(nearest) else np.empty((0, 2))
        return placed.reshape(*images.shape[:-1], 2)

    def _place(self, nearest: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Coordinates of points that are drawn to their neighbours in proportion to the weights."""
        umap = _umap()
        fixed = self.coordinates.astype(np.float32)
        shares = weights / weights.sum(axis=1, keepdims=True)
        start = (shares[:, :, None] * fixed[nearest]).sum(axis=1).astype(np.float32)
        pulls = weights / weights.max(axis=1, keepdims=True)
        point, neighbour = np.nonzero(pulls * self._epochs >= 1)  # a weaker one would never have its turn
        a, b = umap.umap_.find_ab_params(1.0, self._min_dist)
        with _TURN:
            placed = umap.layouts.optimize_layout_euclidean(
                start,
                fixed,
                point.astype(np.int32),
                nearest[point, neighbour].astype(np.int32),
                n_epochs=self._epochs,
                n_vertices=len(fixed),
                epochs_per_sample=1.0 / pulls[point, neighbour],
                a=a,
                b=b,
                rng_state=np.random.default_rng(self._seed).integers(-(2**31) + 1, 2**31 - 1, 3),
                initial_alpha=0.25,  # as in UMAP's transform: a quarter of the fit's rate
                move_other=False,
            )
        return np.asarray(placed, dtype=np.float64)


def fit_embedding(
    data: Digits | TrainingSet | None = None,
    *,
    neighbours: int = 55,
    min_dist: float = 0.05,
    seed: int = 4,
    epochs: int | None = None,
) -> Embedding:
    """The UMAP embedding of images by their correlations, fitted once and then kept in the cache folder.

    The defaults are the paper's. Neighbours are found exactly (UMAP by itself searches for them
    approximately), the layout is UMAP's with ``random_state=seed``. It is the same for the same images,
    parameters and versions of the libraries; the kept file holds only coordinates and is not used if
    anything of these differs. Other machines may give another, equally good layout. ValueError or TypeError
    for wrong arguments and images whose pixels are all equal.

    Parameters
    ----------
    data : what to embed (default: the 5,000 embedded MNIST digits).
    neighbours : neighbours of each image that the layout tries to keep near it; fewer than there are images.
    min_dist : how close UMAP packs the images, in units of the plane; at most 1.
    seed : an integer of at least 0.
    epochs : of the layout; UMAP's own choice if None (500 up to 10,000 images, else 200). Placing other
        images takes a third as many, as in UMAP (100 if None).

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set([1, 4], per_digit=20)
    >>> embedding = hopcore.fit_embedding(data, neighbours=10, epochs=20)
    >>> embedding.coordinates.shape
    (40, 2)
    """
    if data is None:
        data = load_mnist()
    elif not isinstance(data, (Digits, TrainingSet)):
        raise refuse("data", data, "Digits, a TrainingSet or None", TypeError)
    neighbours = check_integer("neighbours", neighbours, 2, len(data) - 1)
    min_dist = check_positive("min_dist", min_dist)
    if min_dist > 1:
        raise refuse("min_dist", min_dist, "at most 1")
    seed = check_integer("seed", seed, minimum=0)
    if epochs is not None:
        epochs = check_integer("epochs", epochs, minimum=3)
    return _embedding(data, neighbours, min_dist, seed, epochs)


@lru_cache(maxsize=2)
def _embedding(
    data: Digits | TrainingSet, neighbours: int, min_dist: float, seed: int, epochs: int | None
) -> Embedding:
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    content = hashlib.sha256(data.images.astype("<f8", copy=False).tobytes()).hexdigest()
    made_from = (
        f"{_EDITION} {data.images.shape} {content} {neighbours} {min_dist} {seed} {epochs} {libraries}"
    )
    path = cache_folder() / f"umap-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.npy"
    turned = directions(data.images)
    coordinates = kept_array(path, made_from)
    if coordinates is None:
        coordinates = _fit(turned, neighbours, min_dist, seed, epochs).astype(np.float32)
        keep_array(path, coordinates, made_from)
    coordinates = read_only(coordinates.astype(np.float64))
    placing = 100 if epochs is None else epochs // 3
    return Embedding(coordinates, data.digits, turned, neighbours, min_dist, seed, placing)


def _fit(turned: np.ndarray, neighbours: int, min_dist: float, seed: int, epochs: int | None) -> np.ndarray:
    nearest, distances = _nearest(turned, turned, neighbours)
    with _TURN, warnings.catch_warnings():
        # UMAP's own transform is not used, see Embedding.transform.
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]")
        model = _umap().UMAP(
            n_neighbors=neighbours,
            min_dist=min_dist,
            metric="correlation",
            # Its own kind of seed, or for longer ones a generator.
            random_state=seed if seed < 2**32 else np.random.RandomState(np.random.MT19937(seed)),
            n_jobs=1,
            n_epochs=epochs,
            precomputed_knn=(nearest, distances.astype(np.float32)),
            force_approximation_algorithm=True,  # or UMAP ignores the neighbours of small sets
        )
        return model.fit_transform(turned)


def _umap() -> ModuleType:
    """UMAP, imported only when needed, as that takes seconds, and without its notice about TensorFlow."""
    import numba

    with _TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        try:
            import umap
        except RuntimeError as error:  # Numba finds no folder to keep what it compiles
            folder = TemporaryDirectory(prefix="hopcore-", ignore_cleanup_errors=True)
            atexit.register(folder.cleanup)
            numba.config.CACHE_DIR = folder.name  # type: ignore[attr-defined]
            warnings.warn(f"compiling UMAP anew in each process: {error}", CacheWarning, stacklevel=2)
            import umap
    return umap


def directions(images: ArrayLike) -> np.ndarray:
    """Images (..., N) without brightness and contrast: mean 0, length 1; their products are correlations.

    ValueError for an image whose pixels are all equal.
    """
    images = np.asarray(images, dtype=np.float64)
    turned = images - images.mean(axis=-1, keepdims=True)
    lengths = np.linalg.norm(turned, axis=-1, keepdims=True)
    if (lengths == 0).any():
        index = int(lengths.argmin())
        value = images.reshape(-1, images.shape[-1])[index, 0]
        raise ValueError(f"images[{index}] = {value:g} in every pixel: must not be constant")
    turned /= lengths
    return turned


def _nearest(points: np.ndarray, among: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and correlation distances (1 - correlation) of the nearest directions, nearest first."""
    nearest = np.empty((len(points), count), dtype=np.int64)
    distances = np.empty((len(points), count))
    step = max(1, _DISTANCES_AT_ONCE // len(among))
    for first in range(0, len(points), step):
        block = slice(first, first + step)
        apart = np.round(1.0 - points[block] @ among.T, _DECIMALS)
        np.maximum(apart, 0.0, out=apart)
        found = np.sort(np.argpartition(apart, count - 1, axis=1)[:, :count], axis=1)
        reach = np.take_along_axis(apart, found, axis=1)
        order = np.argsort(reach, axis=1, kind="stable")
        nearest[block] = np.take_along_axis(found, order, axis=1)
        distances[block] = np.take_along_axis(reach, order, axis=1)
    return nearest, distances


def _weights(distances: np.ndarray) -> np.ndarray:
    """UMAP's weights of a new point's k neighbours: exp(-distance/σ), with σ such that they sum to log2 k.

    As in UMAP, the sum leaves out the nearest neighbour, and σ is at least a thousandth of the mean distance.
    """
    target = np.log2(distances.shape[1])
    low, high = np.full(len(distances), 1e-12), np.full(len(distances), 1e12)
    for _ in range(100):
        middle = np.sqrt(low * high)
        too_wide = np.exp(-distances[:, 1:] / middle[:, None]).sum(axis=1) > target
        high, low = np.where(too_wide, middle, high), np.where(too_wide, low, middle)
    floor = 1e-3 * distances.mean(axis=1)
    return np.exp(-distances / np.maximum(np.sqrt(low * high), np.maximum(floor, 1e-12))[:, None])
