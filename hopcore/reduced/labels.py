"""The label at which dℓ/dt = 0, for a memory that does not move.

∇_ℓ = 0 where R(ℓ) = log(u φ(ℓu)) − log(v φ(−ℓv)) is 0.  Let u > v (else exchange A and B): on ℓ ≥ 0, R
starts at n log(p/q) > 0 and falls, since D falls along s and D(s) + D(−s) = 2 − 4n < 0,

    dR/dℓ = u D(ℓu) + v D(−ℓv) ≤ v [D(ℓv) + D(−ℓv)] < 0.

So there is exactly one root in (0, 1], or none if R(1) > 0: then the label grows until it is clipped, and
ℓ = 1 is a boundary equilibrium.  Labels that start at the wrong sign with both scores saturated can have
other roots; they belong to no fixed point (see `hopcore.reduced.equilibria`).
"""

import numpy as np

from .gradients import Activations, log_weight, weight_slope
from .parameters import Parameters

_STEPS = 60


def label_equilibrium(act: Activations, par: Parameters) -> np.ndarray:
    """ℓ* in [−1, 1] by Newton's method kept inside a bracket; nan where nothing is activated."""
    n, larger, smaller = np.broadcast_arrays(par.n, np.maximum(act.u, act.v), np.minimum(act.u, act.v))
    with np.errstate(invalid="ignore"):
        drive = n * np.abs(act.log_p - act.log_q)
    residual_at_one = drive + log_weight(larger, n) - log_weight(-smaller, n)
    size = np.where(np.isnan(drive), np.nan, 1.0)
    inside = np.flatnonzero(residual_at_one < 0)
    size.flat[inside] = _root(drive.flat[inside], larger.flat[inside], smaller.flat[inside], n.flat[inside])
    return np.where(act.log_p >= act.log_q, size, -size)


def _root(drive, larger, smaller, n) -> np.ndarray:
    """The root of R in (0, 1) for one-dimensional arrays; rows leave the iteration as they converge."""
    root = np.empty_like(drive)
    rows = np.arange(drive.size)
    lower, upper = np.zeros_like(drive), np.ones_like(drive)
    guess = np.minimum(drive / ((2 * n - 1) * (larger + smaller)), 1.0)
    for _ in range(_STEPS):
        up, down = guess * larger, -guess * smaller
        residual = drive + log_weight(up, n) - log_weight(down, n)
        slope = larger * weight_slope(up, n) + smaller * weight_slope(down, n)
        lower, upper = np.where(residual > 0, guess, lower), np.where(residual > 0, upper, guess)
        step = guess - residual / slope
        step = np.where((step >= lower) & (step <= upper), step, (lower + upper) / 2)
        root[rows] = step
        # Newton's steps square their error: the one after 1e-10 would be below rounding
        moving = np.abs(step - guess) > 1e-10 * step
        if not moving.any():
            break
        rows, guess, lower, upper, drive, larger, smaller, n = (
            each[moving] for each in (rows, step, lower, upper, drive, larger, smaller, n)
        )
    return root
