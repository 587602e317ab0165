"""The sets of images that a network is trained on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopcore._checks import check_finite_array, check_flag, check_integer, refuse
from hopcore.mnist import Digits, load_mnist, read_only
from hopcore.paper.fingerprints import PAIR, TEN_DIGITS

CATEGORIES = 10
"""Categories C of every network, whatever digits it is trained on."""

# The stand-ins for the paper's pair (figure 5): the 288th 1 and the 276th 4, in file order.
_STAND_INS = ((1, 288), (4, 276))


@dataclass(frozen=True, eq=False, repr=False)
class TrainingSet:
    """The S images of N pixels that a network learns, and the digit that each one shows.

    Parameters
    ----------
    images : (S, N), finite, in [-1, 1]; copied as float64 and read-only from then on.
    digits : (S,) whole numbers from 0 to 9; copied as int64, read-only.

    Raises
    ------
    ValueError, TypeError
        For an empty set, shapes that do not fit, pixels outside [-1, 1] or NaN, and digits that are
        not whole or outside 0 to 9.

    Examples
    --------
    >>> import hopcore
    >>> digits = hopcore.load_mnist()
    >>> data = hopcore.TrainingSet(digits.images[:3], digits.digits[:3])
    >>> len(data), data.targets.shape
    (3, (3, 10))
    """

    images: np.ndarray
    digits: np.ndarray

    def __post_init__(self) -> None:
        images = np.array(check_finite_array("images", self.images, ndim=2), order="C")
        if images.size == 0:
            raise refuse("images", images, "at least one image of at least one pixel")
        if (np.abs(images) > 1).any():
            image, pixel = np.argwhere(np.abs(images) > 1)[0]
            raise ValueError(
                f"images[{image}, {pixel}] = {float(images[image, pixel])!r}: must be in [-1, 1], "
                "as 2·grey/255 - 1 is for MNIST"
            )
        object.__setattr__(self, "images", read_only(images))
        object.__setattr__(self, "digits", read_only(_whole_digits(self.digits, len(images))))

    @cached_property
    def targets(self) -> np.ndarray:
        """(S, 10): +1 for the image's own digit, -1 for the others (read-only)."""
        return read_only(np.where(self.digits[:, None] == np.arange(CATEGORIES), 1.0, -1.0))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the images' shape, the images and the digits, in hexadecimal."""
        digest = hashlib.sha256(str(self.images.shape).encode())
        digest.update(self.images.astype("<f8", copy=False).tobytes())
        digest.update(self.digits.astype("<i8", copy=False).tobytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.images)

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, TrainingSet) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Any, ...]:
        # An array forgets on the way to another process that it is read-only: build the set again there.
        return TrainingSet, (self.images, self.digits)

    def __repr__(self) -> str:
        found, counts = np.unique(self.digits, return_counts=True)
        held = ", ".join(f"{digit}: {count}" for digit, count in zip(found, counts, strict=True))
        return (
            f"TrainingSet({len(self)} images of {self.images.shape[1]} pixels; images per digit {{{held}}})"
        )


def check_training_set(data: Any) -> None:
    """Refuse what is no training set where one must be given."""
    if not isinstance(data, TrainingSet):
        raise refuse("data", data, "a TrainingSet", TypeError)


def _whole_digits(value: Any, length: int) -> np.ndarray:
    """A (length,) int64 copy of digits that are whole and from 0 to 9."""
    digits = check_finite_array("digits", value, ndim=1)
    if len(digits) != length:
        raise refuse("digits", digits, f"one digit for each of the {length} images")
    wrong = (digits != np.floor(digits)) | (digits < 0) | (digits >= CATEGORIES)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise ValueError(
            f"digits[{index}] = {float(digits[index])!r}: must be a whole number from 0 to {CATEGORIES - 1}"
        )
    return digits.astype(np.int64)


def training_set(
    digits: Iterable[int] = range(CATEGORIES),
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
    digits : the digits to draw, none twice; the set is grouped by digit in this order.
    per_digit : images of each.
    seed : an integer of at least 0.
    source : what to draw from: digits or another training set (default: the embedded MNIST digits).

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
    if not isinstance(digits, Iterable):
        raise refuse("digits", digits, "a list of digits from 0 to 9", TypeError)
    wanted = [check_integer("digits", digit, 0, CATEGORIES - 1) for digit in digits]
    if not wanted or len(set(wanted)) < len(wanted):
        raise refuse("digits", wanted, "at least one digit, and none twice")
    per_digit = check_integer("per_digit", per_digit, minimum=1)
    seed = check_integer("seed", seed, minimum=0)
    if source is None:
        source = load_mnist()
    elif not isinstance(source, (Digits, TrainingSet)):
        raise refuse("source", source, "Digits, a TrainingSet or None", TypeError)

    drawn = []
    for digit in wanted:
        held = np.flatnonzero(source.digits == digit)
        if per_digit > len(held):
            raise refuse(
                "per_digit", per_digit, f"at most {len(held)}, the images of digit {digit} in the source"
            )
        drawn.append(np.random.default_rng([seed, digit]).permutation(held)[:per_digit])
    chosen = np.concatenate(drawn)
    return TrainingSet(source.images[chosen], source.digits[chosen])


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
