"""The equations of a fold, where a stable and an unstable fixed point are born, and their solution.

At a fold the flow and its slope along the label nullcline vanish together.  For z = (x, ℓ, n, second), with
a second parameter of any family (temperature, asymmetry, overlap), the three conditions are

    F = 0,      R = 0,      F_x − F_ℓ R_x/R_ℓ = 0

(the last one is the Jacobian's determinant over g R_ℓ: a zero eigenvalue).

All three are explicit functions of z, so one complex step per variable gives their derivatives to rounding,
and Newton's method converges quadratically.  Where the label is clipped, ℓ = ±1 replaces R = 0 and the
slope is F_x.
"""

import numpy as np

from .linear import linearise, slow_slope
from .parameters import Family

_STEP = 1e-30
_NEWTON_STEPS = 30
_TOLERANCE = 1e-12


def conditions(z: np.ndarray, family: Family) -> np.ndarray:
    """(F, R, slope) for z = (x, ℓ, n, second), both on the last axis; R is 0 where the label is clipped."""
    position, ell, n, second = np.moveaxis(z, -1, 0)
    lin = linearise(position, ell, family(n, second))
    label = np.where(np.abs(ell.real) < 1, lin.label, 0.0)
    return np.stack([lin.flow, label, slow_slope(lin, ell)], axis=-1)


def derivatives(z: np.ndarray, family: Family) -> np.ndarray:
    """The derivatives (..., condition, variable) of the conditions."""
    columns = [conditions(z + 1j * _STEP * unit, family).imag / _STEP for unit in np.eye(4)]
    return np.stack(columns, axis=-1)


def newton(start: np.ndarray, direction: np.ndarray, family: Family) -> tuple[np.ndarray, bool]:
    """The fold nearest ``start`` on the plane through it across ``direction``, and whether it was reached.

    A fold with the label clipped at ±1 is found from a start there, one with a free label from any other.
    """
    clipped = abs(start[1]) == 1
    rows, free = ([0, 2], [0, 2, 3]) if clipped else ([0, 1, 2], [0, 1, 2, 3])
    z, step = start.copy(), np.zeros(4)
    for _ in range(_NEWTON_STEPS):
        if z[2] <= 1 or not (clipped or abs(z[1]) < 1):
            break
        with np.errstate(all="ignore"):
            value = np.append(conditions(z, family)[rows], direction @ (z - start))
            matrix = np.vstack([derivatives(z, family)[rows], direction])[:, free]
        step[free] = _newton_step(matrix, value)
        z = z + step
        if (np.abs(step) <= _TOLERANCE * (1 + np.abs(z))).all():
            return z, True
    return z, False


def _newton_step(matrix: np.ndarray, value: np.ndarray) -> np.ndarray:
    """−matrix⁻¹ value; nan, which ends the iteration unconverged, where there is none."""
    try:
        return np.linalg.solve(matrix, -value)
    except np.linalg.LinAlgError:
        return np.full_like(value, np.nan)


def curvature(z: np.ndarray, family: Family) -> np.ndarray:
    """The slope's derivative along the label nullcline: 0 where three fixed points merge (a cusp)."""
    rates = derivatives(z, family)
    return rates[..., 2, 0] - rates[..., 2, 1] * rates[..., 1, 0] / rates[..., 1, 1]
