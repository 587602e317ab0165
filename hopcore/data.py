"""The sets of images that a network is trained on: digits, or anything else in categories."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from hopcore._checks import check_finite_array, check_flag, check_integer, dense, refuse
from hopcore.mnist import Digits, load_mnist, read_only
from hopcore.paper.fingerprints import PAIR, TEN_DIGITS

CATEGORIES = 10
"""Categories C of a network that learns digits, whichever of them it is trained on."""

# The stand-ins for the paper's pair (figure 5): the 288th 1 and the 276th 4, in file order.
_STAND_INS = ((1, 288), (4, 276))


@dataclass(frozen=True, eq=False, repr=False, init=False)
class TrainingSet:
    """The S images of N pixels that a network learns, and the category that each one shows.

    Images are whatever has numbers: pictures, cells with their genes, rows of a table.

    Parameters
    ----------
    images : (S, N), finite, in [-1, 1]; an array, a table or a sparse matrix. Copied as float64 and read-only
        from then on. `hopcore.scaled` brings other ranges there.
    digits : (S,) the category of each image: text; whole numbers from 0 to C - 1; or a pandas categorical,
        as in AnnData's ``obs``, whose own order of categories is kept.
    categories : the number C of categories, 1 or more. None: as many as there are names; else the 10 digits.
    names : what the categories are called, (C,) different texts. None: the labels, if they are text, in
        alphabetical order, or those of the categorical; else "0", "1", … A name without an image is a
        category that is not shown, as are eight of ten where two digits are learnt.
    shape : rows and columns of a picture, whose product is N; None for none.

    Attributes
    ----------
    images, categories, names, shape : as above; ``names`` is a tuple of C texts.
    digits : (S,) int64, the categories counted from 0, read-only.

    Raises
    ------
    ValueError, TypeError
        For an empty set, shapes that do not fit, pixels outside [-1, 1] or NaN, and labels that are missing
        or none of the categories.

    Examples
    --------
    >>> import hopcore
    >>> digits = hopcore.load_mnist()
    >>> data = hopcore.TrainingSet(digits.images[:3], digits.digits[:3])
    >>> len(data), data.targets.shape
    (3, (3, 10))
    >>> cells = hopcore.TrainingSet([[1, -1], [0.5, -1], [-1, 1]], ["T", "T", "B"])
    >>> cells.names, cells.digits.tolist()
    (('B', 'T'), [1, 1, 0])
    """

    images: np.ndarray
    digits: np.ndarray
    categories: int
    names: tuple[str, ...]
    shape: tuple[int, int] | None

    def __init__(
        self,
        images: Any,
        digits: Any,
        *,
        categories: int | None = None,
        names: Iterable[str] | None = None,
        shape: Sequence[int] | None = None,
    ) -> None:
        pixels = np.array(check_finite_array("images", dense(images), ndim=2, mend=_MEND), order="C")
        if pixels.size == 0:
            raise refuse("images", pixels, "at least one image of at least one pixel")
        if (np.abs(pixels) > 1).any():
            image, pixel = np.argwhere(np.abs(pixels) > 1)[0]
            raise ValueError(
                f"images[{image}, {pixel}] = {float(pixels[image, pixel])!r}: must be in [-1, 1]; "
                'hopcore.scaled(images, by="pixel") makes them so from greys, by="quantile" from counts'
            )
        called = None if names is None else _checked_names(names)
        count = None if categories is None else check_integer("categories", categories, minimum=1)
        if called is not None and count not in (None, len(called)):
            raise refuse("categories", categories, f"the number of names, {len(called)}")
        numbers, called = _numbered(digits, len(pixels), count, called)
        if shape is not None:
            rows, columns = (check_integer("shape", each, minimum=1) for each in shape)
            if rows * columns != pixels.shape[1]:
                raise refuse(
                    "shape", shape, f"rows and columns whose product is {pixels.shape[1]}, the pixels"
                )
            shape = rows, columns
        held = {"images": read_only(pixels), "digits": read_only(numbers), "shape": shape}
        for name, value in {**held, "categories": len(called), "names": called}.items():
            object.__setattr__(self, name, value)

    @cached_property
    def targets(self) -> np.ndarray:
        """(S, C): +1 for the image's own category, -1 for the others (read-only)."""
        return read_only(np.where(self.digits[:, None] == np.arange(self.categories), 1.0, -1.0))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the images' shape, the images, the digits and, if it is not 10, C, in hexadecimal."""
        digest = hashlib.sha256(str(self.images.shape).encode())
        digest.update(self.images.astype("<f8", copy=False).tobytes())
        digest.update(self.digits.astype("<i8", copy=False).tobytes())
        if self.categories != CATEGORIES:
            digest.update(str(self.categories).encode())
        return digest.hexdigest()

    @property
    def kinds(self) -> dict[str, Any]:
        """What sets of the same categories share: ``TrainingSet(images, digits, **data.kinds)``."""
        return {"categories": self.categories, "names": self.names, "shape": self.shape}

    @property
    def coordinates(self) -> Mapping[str, Any]:
        """Of xarray's dimension ``category``: numbers and, unless they are the names, ``category_name``."""
        numbers = {"category": np.arange(self.categories)}
        plain = self.names == _plain(self.categories)
        return numbers if plain else {**numbers, "category_name": ("category", np.array(self.names))}

    def __len__(self) -> int:
        return len(self.images)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrainingSet):
            return NotImplemented
        return self.fingerprint == other.fingerprint and self.kinds == other.kinds

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Any, ...]:
        # An array forgets on the way to another process that it is read-only: build the set again there.
        return partial(TrainingSet, **self.kinds), (self.images, self.digits)

    def __repr__(self) -> str:
        counts = np.bincount(self.digits, minlength=self.categories)
        digits = "category_name" not in self.coordinates
        shown = [(name, count) for name, count in zip(self.names, counts, strict=True) if count or not digits]
        held = ", ".join(f"{name}: {count}" for name, count in shown)
        return (
            f"TrainingSet({len(self)} images of {self.images.shape[1]} pixels; "
            f"images per {'digit' if digits else 'category'} {{{held}}})"
        )


def check_training_set(data: Any) -> None:
    """Refuse what is no training set where one must be given."""
    if not isinstance(data, TrainingSet):
        raise refuse("data", data, "a TrainingSet", TypeError)


_MEND = "; images[:, np.isfinite(images).all(axis=0)] leaves out the genes or pixels that have others"


def _plain(categories: int) -> tuple[str, ...]:
    """The names of categories that have none."""
    return tuple(map(str, range(categories)))


def _checked_names(names: Any) -> tuple[str, ...]:
    listed = [] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    if (
        not listed
        or len(set(map(str, listed))) < len(listed)
        or not all(isinstance(each, str) for each in listed)
    ):
        raise refuse("names", names, "different texts, one for each category")
    return tuple(map(str, listed))


def _numbered(
    labels: Any, length: int, count: int | None, names: tuple[str, ...] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels (length,) as whole numbers from 0, and the names of the categories that they count."""
    labels = getattr(labels, "array", labels)  # of a pandas column
    if hasattr(labels, "codes") and hasattr(labels, "categories"):
        own = tuple(map(str, labels.categories))
        missing = np.flatnonzero(np.asarray(labels.codes) < 0)
        if len(missing):
            raise ValueError(
                f"digits[{missing[0]}] is missing: must be labelled; leave it out, digits.notna()"
            )
        given = np.array(own)[np.asarray(labels.codes)]
        names = own if names is None and count in (None, len(own)) else names
    else:
        # NumPy would make text of the numbers in a list of both.
        given = labels if isinstance(labels, np.ndarray) else np.asarray(labels, dtype=object)
        if given.dtype.kind == "O" and any(isinstance(each, str) for each in given.flat):
            other = [each for each in given.flat if not isinstance(each, str)]
            if other:
                raise TypeError(
                    f"digits has text and {other[0]!r}: must be text alone; digits.astype(str), say"
                )
            given = given.astype(str)
    if given.dtype.kind == "U" and given.ndim == 1:
        names = _checked_names(np.unique(given)) if names is None else names
        if count not in (None, len(names)):
            raise refuse("categories", count, f"the number of names that the labels have, {len(names)}")
        place = {name: number for number, name in enumerate(names)}
        numbers = np.array([place.get(each, -1) for each in given.tolist()], dtype=np.int64)
        if (numbers < 0).any():
            index = int(np.argmax(numbers < 0))
            raise ValueError(
                f"digits[{index}] = {str(given[index])!r}: must be one of the names {list(names)}"
            )
    else:
        numbers = check_finite_array("digits", labels, ndim=1)
        names = names or _plain(count or CATEGORIES)
    if len(numbers) != length:
        raise refuse("digits", numbers, f"one digit for each of the {length} images")
    wrong = (numbers != np.floor(numbers)) | (numbers < 0) | (numbers >= len(names))
    if wrong.any():
        index = int(np.argmax(wrong))
        more = (
            "" if count else f"; TrainingSet(images, digits, categories={int(numbers.max()) + 1}) takes more"
        )
        allowed = f"a whole number from 0 to {len(names) - 1}{more}"
        raise ValueError(f"digits[{index}] = {float(numbers[index])!r}: must be {allowed}")
    return numbers.astype(np.int64), names


def training_set(
    digits: Iterable[int | str] | None = None,
    per_digit: int = 20,
    seed: int = 0,
    source: Digits | TrainingSet | None = None,
) -> TrainingSet:
    """Images drawn without replacement, the same number of each digit.

    Each digit has its own random stream, made from the seed and the digit. So what is drawn of a
    digit does not depend on the other digits asked for, and a smaller ``per_digit`` gives the first
    images of a larger one.

    Parameters
    ----------
    digits : the digits to draw, none twice, or the names of categories; the set is grouped in this order.
        None draws all of them.
    per_digit : images of each.
    seed : an integer of at least 0.
    source : what to draw from: digits or another training set, whose categories and names are kept
        (default: the embedded MNIST digits).

    Raises
    ------
    ValueError, TypeError
        For a digit asked for twice or outside 0 to 9, no digit at all, a negative seed, and more
        images per digit than the source holds.

    Examples
    --------
    >>> import hopcore
    >>> data = hopcore.training_set(digits=[1, 4], per_digit=3, seed=0)
    >>> data.digits.tolist()
    [1, 1, 1, 4, 4, 4]
    >>> data.images.shape
    (6, 784)
    """
    if source is None:
        source = load_mnist()
    elif not isinstance(source, (Digits, TrainingSet)):
        raise refuse("source", source, "Digits, a TrainingSet or None", TypeError)
    kinds = source.kinds if isinstance(source, TrainingSet) else {"names": _plain(CATEGORIES)}
    names = list(kinds["names"])
    if digits is None:
        digits = range(len(names))
    elif not isinstance(digits, Iterable) or isinstance(digits, str):
        raise refuse("digits", digits, f"a list of digits from 0 to {len(names) - 1}", TypeError)
    wanted = [
        names.index(digit) if digit in names else check_integer("digits", digit, 0, len(names) - 1)
        for digit in digits
    ]
    if not wanted or len(set(wanted)) < len(wanted):
        raise refuse("digits", wanted, "at least one digit, and none twice")
    per_digit = check_integer("per_digit", per_digit, minimum=1)
    seed = check_integer("seed", seed, minimum=0)

    drawn = []
    for digit in wanted:
        held = np.flatnonzero(source.digits == digit)
        if per_digit > len(held):
            raise refuse(
                "per_digit",
                per_digit,
                f"at most {len(held)}, the images of {_called(names[digit])} in the source",
            )
        drawn.append(np.random.default_rng([seed, digit]).permutation(held)[:per_digit])
    chosen = np.concatenate(drawn)
    return TrainingSet(source.images[chosen], source.digits[chosen], **kinds)


def _called(name: str) -> str:
    return f"digit {name}" if name.isdigit() else name


def paper_pair(published: bool = False) -> TrainingSet:
    """A 1 and a 4, in this order, with the overlaps of the paper's (figure 5).

    They are a stand-in from the embedded digits, the 288th 1 and the 276th 4, whose overlaps AA, AB, BB are
    752.7, 494.0 and 719.3; the paper gives 753, 494 and 719. With ``published`` they are the images of the
    authors' program (753.2, 494.0 and 719.7), found in the full MNIST: ConnectionError if that is not kept
    and not reachable, ValueError if it does not hold them.

    Examples
    --------
    >>> import hopcore
    >>> pair = hopcore.paper_pair()
    >>> (pair.images @ pair.images.T).round(1).tolist()
    [[752.7, 494.0], [494.0, 719.3]]
    """
    if check_flag("published", published):
        return _found(PAIR)
    mnist = load_mnist()
    pair = [np.flatnonzero(mnist.digits == digit)[number - 1] for digit, number in _STAND_INS]
    return TrainingSet(mnist.images[pair], mnist.digits[pair])


def paper_training_set() -> TrainingSet:
    """The 200 images that the authors' program learns, twenty of each digit, found in the full MNIST.

    The images are no part of this package: they are recognised by fingerprints among the 60,000, which
    ``load_mnist(full=True)`` downloads once. `training_set` draws stand-ins from the embedded 5,000. Two of
    the 200 are the same image, so that coefficients are not unique. Errors are as for `paper_pair`.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.paper_training_set()  # doctest: +SKIP
    TrainingSet(200 images of 784 pixels; images per digit {0: 20, ...})
    """
    return _found(TEN_DIGITS)


def images_of(name: str) -> TrainingSet | None:
    """What chapters draw from: "embedded", None, the digits that come along; "published", the authors'."""
    if name not in ("embedded", "published"):
        raise refuse("name", name, '"embedded" or "published"')
    return paper_training_set() if name == "published" else None


def _found(fingerprints: Sequence[str]) -> TrainingSet:
    """The images of the full MNIST with these fingerprints, in their order."""
    mnist = load_mnist(full=True)
    greys = np.rint((mnist.images + 1) * 127.5).astype(np.uint8)
    place = {hashlib.sha256(grey.tobytes()).hexdigest()[:12]: index for index, grey in enumerate(greys)}
    missing = [each for each in fingerprints if each not in place]
    if missing:
        raise ValueError(
            f"of the {len(fingerprints)} images that the authors used, {len(missing)} are not among the "
            f"{len(mnist)} of the full MNIST (the first has the fingerprint {missing[0]}): must be all 70,000"
        )
    chosen = [place[each] for each in fingerprints]
    return TrainingSet(mnist.images[chosen], mnist.digits[chosen])
