"""The learning rule but for its large product, as two compiled passes over the memories.

One memory's numbers are taken through all operations before the next one's, so that they stay in the first
level of cache. Every loop runs over contiguous numbers and becomes vector instructions; what a memory gets
does not depend on the memories or runs beside it in the arrays. Nothing is allocated. The passes release the
interpreter's lock, use one thread, and are compiled at first use and kept on disk.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from numba import njit

from . import elementary
from .elementary import exp, log, of_rank, rank

GROUP = 5
"""How many rows are summed in one go, which saves passes over the sum."""


class Numbers(NamedTuple):
    """Numbers of the type of the arrays, since others would widen single precision to double."""

    lowest: float  # smallest and largest exponents
    highest: float
    tiny: float  # smallest overlap, and smallest divisor
    nothing: float  # in the place of log 0
    zero: float
    one: float
    two: float


_RULE = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
# In sums and maxima the order of terms is free. A NaN never arises from finite numbers here.
_REDUCTION = _RULE | {"fastmath": {"contract", "reassoc", "nnan", "nsz"}}


_ELEMENTARY = sha256(Path(elementary.__file__).read_bytes()).hexdigest()[:12]


def _kept(function):
    """Compiled at first use and kept on disk, beside this file or in the user's cache, if either can be.

    Numba compiles anew when this file has changed, but does not look at others: what is compiled from another
    `elementary` gets another name.
    """
    function.__qualname__ += f"_{_ELEMENTARY}"
    try:
        return njit(cache=True, **_RULE)(function)
    except RuntimeError:  # there is no place to keep it
        return njit(**_RULE)(function)


@_kept
def gradient(
    numbers, overlaps, first, labels, targets, n, n_minus_1, log_temperature, cost_exponent,
    rows, fields, scale, pulls, label_change,
):  # fmt: skip
    """The images' weights in every memory's step, and the gradient of the labels.

    Of each memory they are in units of their own, see `step`.

    Parameters
    ----------
    overlaps : (R, K, P) overlaps over N in the columns from ``first``.
    labels, targets : (R, K, C), and (C, s) of ±1.
    n, n_minus_1, log_temperature, cost_exponent : (R,), the last 2m + 1.
    rows, fields, scale : working space, (GROUP, s), (C, s) and (s,).
    pulls, label_change : results, (R, K, s) and (R, K, C).
    """
    runs, memories, size = pulls.shape
    categories = labels.shape[2]
    for r in range(runs):
        for c in range(categories):
            _clear(fields[c], numbers.zero)
        for start in range(0, memories, GROUP):
            stop = min(start + GROUP, memories)
            for k in range(start, stop):
                own = overlaps[r, k, first : first + size]
                _powers(numbers, own, n[r], log_temperature[r], pulls[r, k], rows[k - start])
            for c in range(categories):
                _add_combination(labels[r, start:stop, c], rows, fields[c])
        _slopes(numbers, fields, targets, cost_exponent[r], scale)
        for k in range(memories):
            own = pulls[r, k]
            weights, pull = rows[0], rows[1]
            largest = _exponents(own, scale, n_minus_1[r])
            _clear(pull, numbers.zero)
            _add_combination(labels[r, k], fields, pull)
            _weigh(numbers, own, largest, pull, overlaps[r, k, first : first + size], weights)
            _products(weights, fields, label_change[r, k])


@njit(**_RULE)
def _powers(numbers, overlaps, n, log_temperature, logarithms, powers):
    """log a and a^n of the activations a = (h/T)₊."""
    lowest, highest, tiny, nothing = numbers.lowest, numbers.highest, numbers.tiny, numbers.nothing
    for i in range(overlaps.size):
        h = overlaps[i]
        logarithm = log(max(h, tiny))
        logarithm = (logarithm if h > tiny else nothing) - log_temperature
        logarithms[i] = logarithm
        powers[i] = exp(min(max(n * logarithm, lowest), highest))


@njit(**_RULE)
def _slopes(numbers, fields, targets, cost_exponent, scale):
    """In the place of the fields, the derivatives by the scores relative to the largest of each image.

    With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that
    log|g| = (2m + 1) log σ(−2u) + 2u + constant; its largest goes to ``scale``.
    """
    lowest, zero, one, two = numbers.lowest, numbers.zero, numbers.one, numbers.two
    for c in range(len(fields)):
        field, target = fields[c], targets[c]
        for i in range(field.size):
            v = -two * target[i] * field[i]
            e = exp(max(min(v, -v), lowest))
            w = one + e
            log_sigmoid = min(v, zero) - (log(w) + (e - (w - one)) / w)
            field[i] = cost_exponent * log_sigmoid - v
    for i in range(scale.size):
        scale[i] = fields[0, i]
    for c in range(1, len(fields)):
        field = fields[c]
        for i in range(field.size):
            scale[i] = max(scale[i], field[i])
    for c in range(len(fields)):
        field, target = fields[c], targets[c]
        for i in range(field.size):
            field[i] = exp(max(field[i] - scale[i], lowest)) * target[i]


@njit(**_RULE)
def _exponents(logarithms, scale, n_minus_1):
    """In the place of log a, the exponent of the image's weight, scale + (n − 1)·log a; the largest."""
    largest = rank(scale[0] + n_minus_1 * logarithms[0])
    for i in range(scale.size):
        exponent = scale[i] + n_minus_1 * logarithms[i]
        logarithms[i] = exponent
        largest = max(largest, rank(exponent))
    return of_rank(largest)


@njit(**_RULE)
def _weigh(numbers, exponents, largest, pull, overlaps, weights):
    """In the place of the exponents, the image's weights in the memory's step; in ``weights`` the labels'."""
    lowest, zero = numbers.lowest, numbers.zero
    for i in range(pull.size):
        power = exp(max(exponents[i] - largest, lowest))
        exponents[i] = power * pull[i]
        weights[i] = power * max(overlaps[i], zero)


@njit(**_RULE)
def _clear(row, zero):
    for i in range(row.size):  # compiled far sooner than an assignment to a slice, which checks shapes
        row[i] = zero


@njit(**_RULE)
def _add_combination(coefficients, rows, total):
    """total += coefficients @ rows."""
    count = coefficients.size
    whole = count - count % GROUP
    for j in range(0, whole, GROUP):
        c0, c1, c2 = coefficients[j], coefficients[j + 1], coefficients[j + 2]
        c3, c4 = coefficients[j + 3], coefficients[j + 4]
        r0, r1, r2, r3, r4 = rows[j], rows[j + 1], rows[j + 2], rows[j + 3], rows[j + 4]
        for i in range(total.size):
            total[i] += c0 * r0[i] + c1 * r1[i] + c2 * r2[i] + c3 * r3[i] + c4 * r4[i]
    for j in range(whole, count):
        c0, r0 = coefficients[j], rows[j]
        for i in range(total.size):
            total[i] += c0 * r0[i]


@njit(**_REDUCTION)
def _products(row, rows, products):
    """products = rows @ row."""
    zero = row[0] - row[0]
    count = len(rows)
    whole = count - count % GROUP
    for j in range(0, whole, GROUP):
        r0, r1, r2, r3, r4 = rows[j], rows[j + 1], rows[j + 2], rows[j + 3], rows[j + 4]
        p0 = p1 = p2 = p3 = p4 = zero
        for i in range(row.size):
            number = row[i]
            p0 += number * r0[i]
            p1 += number * r1[i]
            p2 += number * r2[i]
            p3 += number * r3[i]
            p4 += number * r4[i]
        products[j], products[j + 1], products[j + 2] = p0, p1, p2
        products[j + 3], products[j + 4] = p3, p4
    for j in range(whole, count):
        r0, p0 = rows[j], zero
        for i in range(row.size):
            p0 += row[i] * r0[i]
        products[j] = p0


@_kept
def advance(
    numbers, rate, clip, limited, pixels_from, first, change, label_change, pulls,
    values, labels, weights, kept,
):  # fmt: skip
    """Divide the gradients by their largest entries, move, and (if ``limited``) keep within the limits.

    Parameters
    ----------
    rate, clip : learning rate, and whether single pixels are cut.
    pixels_from, first : first column of the pixels in ``values``, of the minibatch in ``weights``.
    change, label_change, pulls : (R, K, P), (R, K, C), (R, K, s) gradients.
    values, labels, weights, kept : the state, see `hopcore.training.state.State`.
    """
    for r in range(values.shape[0]):
        for k in range(values.shape[1]):
            step, label_step = _rates(numbers, change[r, k, pixels_from:], label_change[r, k])
            _add(values[r, k], rate * step, change[r, k])
            _add(labels[r, k], rate * label_step, label_change[r, k])
            _add(weights[r, k, first : first + pulls.shape[2]], rate * step, pulls[r, k])
            if limited:
                _limit(numbers, clip, pixels_from, values[r, k], labels[r, k], weights[r, k], kept[r, k])


@_kept
def advance_with_momentum(
    numbers, rate, momentum, clip, limited, pixels_from, first, change, label_change, pulls,
    values, labels, weights, kept, velocity, label_velocity, weight_velocity,
):  # fmt: skip
    """`advance` with velocities, to which the gradients are added, and which are divided in their turn."""
    for r in range(values.shape[0]):
        for k in range(values.shape[1]):
            step, label_step = _rates(numbers, change[r, k, pixels_from:], label_change[r, k])
            _scale(velocity[r, k], momentum)
            _scale(label_velocity[r, k], momentum)
            _scale(weight_velocity[r, k], momentum)
            _add(velocity[r, k], step, change[r, k])
            _add(label_velocity[r, k], label_step, label_change[r, k])
            _add(weight_velocity[r, k, first : first + pulls.shape[2]], step, pulls[r, k])
            step = rate / max(_largest(velocity[r, k, pixels_from:]), numbers.tiny)
            label_step = rate / max(_largest(label_velocity[r, k]), numbers.tiny)
            _add(values[r, k], step, velocity[r, k])
            _add(labels[r, k], label_step, label_velocity[r, k])
            _add(weights[r, k], step, weight_velocity[r, k])
            if limited:
                _limit(numbers, clip, pixels_from, values[r, k], labels[r, k], weights[r, k], kept[r, k])


@_kept
def limit(numbers, clip, pixels_from, values, labels, weights, kept):
    """Labels within [−1, 1]; memories rescaled, or clipped, into the same range."""
    for r in range(values.shape[0]):
        for k in range(values.shape[1]):
            _limit(numbers, clip, pixels_from, values[r, k], labels[r, k], weights[r, k], kept[r, k])


@njit(**_RULE)
def _rates(numbers, change, label_change):
    """One over the largest pixel and label of a gradient.

    A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
    """
    label_size = _largest(label_change)
    moves = numbers.one if label_size > numbers.zero else numbers.zero
    return moves / max(_largest(change), numbers.tiny), numbers.one / max(label_size, numbers.tiny)


@njit(**_RULE)
def _limit(numbers, clip, pixels_from, values, labels, weights, kept):
    _cut(labels, numbers.one)
    if clip:
        _cut(values, numbers.one)
        return
    largest = _largest(values[pixels_from:])
    if largest > numbers.one:
        factor = numbers.one / largest
        _scale(values, factor)
        _scale(weights, factor)
        _scale(kept, factor)


@njit(**_RULE)
def _largest(numbers):
    """The largest absolute value."""
    largest = rank(abs(numbers[0]))
    for i in range(numbers.size):
        largest = max(largest, rank(abs(numbers[i])))
    return of_rank(largest)


@njit(**_RULE)
def _add(total, factor, addend):
    for i in range(total.size):
        total[i] += factor * addend[i]


@njit(**_RULE)
def _scale(values, factor):
    for i in range(values.size):
        values[i] *= factor


@njit(**_RULE)
def _cut(values, one):
    for i in range(values.size):
        values[i] = min(max(values[i], -one), one)
