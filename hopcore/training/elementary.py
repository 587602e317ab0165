"""Exponential and logarithm that the compiler turns into vector instructions.

The library functions are called number by number. These have no branches and no tables, so a loop over an
array works on a whole register at once; both are right to about one unit in the last place.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload

_OPTIONS = {"fastmath": {"contract"}, "error_model": "numpy"}  # products may be fused with sums, nothing else


def exp(x):
    """e^x, for x so that the result is a normal number; for use in compiled functions alone."""
    raise NotImplementedError


def log(x):
    """log x for positive normal x; for use in compiled functions alone."""
    raise NotImplementedError


def rank(x):
    """An integer that grows with x: the compiler knows the largest of integers by vector, not of numbers."""
    raise NotImplementedError


def of_rank(rank):
    """The number of that rank."""
    raise NotImplementedError


# e^x = 2^k·e^r with k an integer and |r| at most log(2)/2. Adding _INTEGER rounds to an integer and leaves it
# in the last bits, from which it is moved to the bits of the exponent. log 2 is taken in two parts, of which
# the first has few digits, so that its product with k is exact. The polynomials in r interpolate
# (e^r − 1 − r)/r² at Chebyshev points; relative errors of e^r below 2e-17 and 2e-8.

_INTEGER_64, _INTEGER_32 = np.float64(1.5 * 2**52), np.float32(1.5 * 2**23)
_LOG2E_64, _LOG2E_32 = np.float64(1.4426950408889634), np.float32(1.4426950408889634)
_LN2_64 = np.float64(0.6931471803691238), np.float64(1.9082149292705877e-10)
_LN2_32 = np.float32(0.693145751953125), np.float32(1.428606765330187e-06)
_EXP_64 = tuple(
    np.float64(number)
    for number in (
        0.5000000000000001, 0.16666666666666667, 0.041666666666623821, 0.0083333333333300382,
        0.0013888888917367081, 0.00019841269863171556, 2.4801521057868205e-05, 2.7557268276905696e-06,
        2.7620201591031549e-07, 2.5100472505694996e-08,
    )
)  # fmt: skip
_EXP_32 = tuple(
    np.float32(number) for number in (0.5, 0.1666657667, 0.04166655421, 0.008363232884, 0.001392625083)
)
_ONE_64, _ONE_32 = np.float64(1), np.float32(1)


@overload(exp, jit_options=_OPTIONS)
def _exp(x):
    if x == types.float64:

        def double(x):
            shifted = x * _LOG2E_64 + _INTEGER_64
            k = shifted - _INTEGER_64
            r = x - k * _LN2_64[0] - k * _LN2_64[1]
            c = _EXP_64
            p = c[8] + r * c[9]
            p = c[7] + r * p
            p = c[6] + r * p
            p = c[5] + r * p
            p = c[4] + r * p
            p = c[3] + r * p
            p = c[2] + r * p
            p = c[1] + r * p
            p = c[0] + r * p
            p = _ONE_64 + (r + r * r * p)
            bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << 52)
            return np.int64(bits).view(np.float64)

        return double

    def single(x):
        shifted = x * _LOG2E_32 + _INTEGER_32
        k = shifted - _INTEGER_32
        r = x - k * _LN2_32[0] - k * _LN2_32[1]
        c = _EXP_32
        p = c[3] + r * c[4]
        p = c[2] + r * p
        p = c[1] + r * p
        p = c[0] + r * p
        p = _ONE_32 + (r + r * r * p)
        bits = np.float32(p).view(np.int32) + (np.float32(shifted).view(np.int32) << 23)
        return np.int32(bits).view(np.float32)

    return single


# x = 2^k·(1 + f) with 1 + f between √½ and √2, and log(1 + f) = 2·artanh(s) for s = f/(2 + f), whose series
# in s² is replaced by a polynomial. Coefficients and the order of summation are those of Sun's fdlibm.

_LG_64 = tuple(
    np.float64(number)
    for number in (
        0.6666666666666735130, 0.3999999999940941908, 0.2857142874366239149, 0.2222219843214978396,
        0.1818357216161805012, 0.1531383769920937332, 0.1479819860511658591,
    )
)  # fmt: skip
_LG_32 = tuple(np.float32(number) for number in (0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841))
_HALF_64, _HALF_32 = np.float64(0.5), np.float32(0.5)
_TWO_64, _TWO_32 = np.float64(2), np.float32(2)
_BITS_OF_ONE_64, _BITS_OF_ONE_32 = int(_ONE_64.view(np.int64)), int(_ONE_32.view(np.int32))
_ABOVE_ROOT_HALF_64 = _BITS_OF_ONE_64 - int(np.sqrt(_HALF_64).view(np.int64))
_ABOVE_ROOT_HALF_32 = _BITS_OF_ONE_32 - int(np.sqrt(_HALF_32).view(np.int32))
_INTEGER_BITS_64 = int(_INTEGER_64.view(np.int64)) - 1023
_INTEGER_BITS_32 = int(_INTEGER_32.view(np.int32)) - 127


@overload(log, jit_options=_OPTIONS)
def _log(x):
    if x == types.float64:

        def double(x):
            bits = np.float64(x).view(np.int64)
            exponent = (bits + _ABOVE_ROOT_HALF_64) >> 52  # k + 1023
            f = np.int64(bits - (exponent << 52) + _BITS_OF_ONE_64).view(np.float64) - _ONE_64
            k = np.int64(exponent + _INTEGER_BITS_64).view(np.float64) - _INTEGER_64
            s = f / (_TWO_64 + f)
            z = s * s
            c = _LG_64
            p = c[5] + z * c[6]
            p = c[4] + z * p
            p = c[3] + z * p
            p = c[2] + z * p
            p = c[1] + z * p
            p = z * (c[0] + z * p)
            half_square = _HALF_64 * f * f
            return k * _LN2_64[0] - ((half_square - (s * (half_square + p) + k * _LN2_64[1])) - f)

        return double

    def single(x):
        bits = np.float32(x).view(np.int32)
        exponent = np.int32(np.int32(bits + _ABOVE_ROOT_HALF_32) >> 23)  # k + 127, in 32 bits throughout
        f = np.int32(bits - (exponent << 23) + _BITS_OF_ONE_32).view(np.float32) - _ONE_32
        k = np.int32(exponent + _INTEGER_BITS_32).view(np.float32) - _INTEGER_32
        s = f / (_TWO_32 + f)
        z = s * s
        c = _LG_32
        p = c[2] + z * c[3]
        p = c[1] + z * p
        p = z * (c[0] + z * p)
        half_square = _HALF_32 * f * f
        return k * _LN2_32[0] - ((half_square - (s * (half_square + p) + k * _LN2_32[1])) - f)

    return single


# The bits of a positive number, read as an integer, grow with it; those of a negative one fall, but for the
# sign.

_NOT_SIGN_64, _NOT_SIGN_32 = np.int64(0x7FFFFFFFFFFFFFFF), np.int32(0x7FFFFFFF)


@overload(rank)
def _rank(x):
    if x == types.float64:

        def double(x):
            bits = np.float64(x).view(np.int64)
            return np.int64(bits ^ ((bits >> 63) & _NOT_SIGN_64))

        return double

    def single(x):
        bits = np.float32(x).view(np.int32)
        return np.int32(bits ^ ((bits >> 31) & _NOT_SIGN_32))

    return single


@overload(of_rank)
def _of_rank(rank):
    if rank == types.int64:

        def double(rank):
            return np.int64(rank ^ ((rank >> 63) & _NOT_SIGN_64)).view(np.float64)

        return double

    def single(rank):
        return np.int32(rank ^ ((rank >> 31) & _NOT_SIGN_32)).view(np.float32)

    return single
