"""The flow along the constraint and its Jacobian at an equilibrium of the label.

The constraint |α_A| + |α_B| = 1 as a line: one position x for the three edges where learning can rest.

    x in [−1, 0]   α_A = x ≤ 0,      α_B = 1 + x     (positive branch, α_B = 1 − |α_A|)
    x in [0, 1]    α_A = x,          α_B = 1 − x     (positive branch)
    x in [1, 2]    α_A = 2 − x,      α_B = 1 − x ≤ 0 (negative branch, α_B = −(1 − |α_A|))

Exchanging A and B maps x to 1 − x.  On the fourth edge, α_A and α_B both negative, there is no fixed point:
a fixed point needs (∇_A, ∇_B) along (α_A, α_B), ∇_A < 0 only where ℓ < 0 and ∇_B < 0 only where ℓ > 0.

With r_A = ∇_A/(|∇_A| + |∇_B|) and r_B likewise, rescaling gives

    dx/dt = F = α_B r_A − α_A r_B       where the memory presses against the constraint (bracket > 0),

and the label relaxes to the root of R = log(u φ(ℓu)) − log(v φ(−ℓv)), where dℓ/dt = g R with the gain
g = u φ(ℓu)/|∇_γ|.  The partial derivatives below are exact; y = ℓu and z = −ℓv.

Let u > v (else exchange A and B): on ℓ ≥ 0, R starts at n log(p/q) > 0 and falls, since D falls along s
and D(s) + D(−s) = 2 − 4n < 0,

    dR/dℓ = u D(ℓu) + v D(−ℓv) ≤ v [D(ℓv) + D(−ℓv)] < 0.

So there is exactly one root in (0, 1], or none if R(1) > 0: then the label grows until it is clipped, and
ℓ = 1 is a boundary equilibrium.  Labels that start at the wrong sign with both scores saturated can have
other roots; they belong to no fixed point (see `hopcore.reduced.equilibria`).
"""

from typing import NamedTuple

import numpy as np

from .gradients import (
    Activations,
    activations,
    label_gradient,
    log_weight,
    memory_gradient,
    product,
    weight_slope,
)
from .parameters import Parameters

FIRST, LAST = -1.0, 2.0
"""The ends of the line."""

_STEPS = 60

LARGEST = 1e150
"""Derivatives are cut here (they grow as 1/φ(u)), so that their products stay floats."""


class Place(NamedTuple):
    """α_A and α_B at a position, and their derivatives along the line (±1)."""

    alpha_a: np.ndarray
    alpha_b: np.ndarray
    slope_a: np.ndarray
    slope_b: np.ndarray


def place(position) -> Place:
    """α_A and α_B at positions on the line."""
    where = position.real
    return Place(
        np.where(where <= 1, position, 2 - position),
        np.where(where >= 0, 1 - position, 1 + position),
        np.where(where <= 1, 1.0, -1.0),
        np.where(where >= 0, -1.0, 1.0),
    )


def columns(dim: str, position, ell, prefix: str = "") -> dict:
    """α_A, α_B and ℓ along a dimension, as a dataset's variables `alpha`, `alpha_b` and `ell`."""
    at = place(position)
    values = {"alpha": at.alpha_a, "alpha_b": at.alpha_b, "ell": ell}
    return {prefix + name: (dim, each) for name, each in values.items()}


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


def flow(position, ell, par: Parameters) -> np.ndarray:
    """dx/dt on the constraint; where the bracket is negative the memory moves off it, unrescaled."""
    at = place(position)
    grad = memory_gradient(activations(at.alpha_a, at.alpha_b, par), ell, par)
    bracket = np.sign(at.alpha_a) * grad.a + np.sign(at.alpha_b) * grad.b
    free = np.where(position > 1, -grad.b, grad.a)
    return np.where(bracket > 0, at.alpha_b * grad.a - at.alpha_a * grad.b, free)


def label_along(position, par: Parameters) -> np.ndarray:
    """The label's equilibrium ℓ* at positions on the constraint."""
    at = place(position)
    return label_equilibrium(activations(at.alpha_a, at.alpha_b, par), par)


class Linear(NamedTuple):
    """F and R with their derivatives along x and ℓ."""

    flow: np.ndarray
    flow_x: np.ndarray
    flow_ell: np.ndarray
    label: np.ndarray
    label_x: np.ndarray
    label_ell: np.ndarray
    balance_ell: np.ndarray
    """The part of F_ℓ that is left at a fixed point; F over it is a Newton step of ℓ even where F is ±1/2."""


def slow_slope(linear: Linear, ell) -> np.ndarray:
    """dF/dx along the label nullcline: F_x − F_ℓ R_x/R_ℓ, or F_x where the label is clipped at ±1."""
    with np.errstate(invalid="ignore", over="ignore"):
        following = linear.flow_x - linear.flow_ell * linear.label_x / linear.label_ell
    return np.where(np.abs(ell) < 1, following, linear.flow_x)


def linearise(position, ell, par: Parameters) -> Linear:
    """F, R and their derivatives where the bracket is positive; an image not activated adds nothing."""
    n, at = par.n, place(position)
    act = activations(at.alpha_a, at.alpha_b, par)
    grad = memory_gradient(act, ell, par)
    y, z = ell * act.u, -ell * act.v
    p, q = np.where(act.p.real > 0, act.p, np.inf), np.where(act.q.real > 0, act.q, np.inf)
    slope_y, slope_z = weight_slope(y, n), weight_slope(z, n)
    p_x = at.slope_a * par.aa + at.slope_b * par.ab
    q_x = at.slope_a * par.ab + at.slope_b * par.bb
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # derivatives of the gradients before they are divided by their norm
        of_label_a = product(ell, grad.label_a) * y * slope_y
        of_label_b = product(ell, grad.label_b) * z * slope_z
        of_silent_a = grad.silent_a * act.u * weight_slope(act.u, n)
        of_silent_b = grad.silent_b * act.v * weight_slope(act.v, n)
        a_x = p_x / p * ((n - 1) * grad.a + n * (of_label_a + of_silent_a))
        b_x = q_x / q * ((n - 1) * grad.b - n * (of_label_b - of_silent_b))
        a_ell, b_ell = grad.label_a * (1 + y * slope_y), -grad.label_b * (1 + z * slope_z)
        flow = at.alpha_b * grad.a - at.alpha_a * grad.b
        sign_a, sign_b = np.sign(grad.a.real), np.sign(grad.b.real)
        pull_x = at.slope_b * grad.a - at.slope_a * grad.b + at.alpha_b * a_x - at.alpha_a * b_x
        flow_x = pull_x - flow * (sign_a * a_x + sign_b * b_x)
        balance_ell = at.alpha_b * a_ell - at.alpha_a * b_ell
        # beyond the largest float (ℓ = 0 at low temperature) F is 0 in exact arithmetic
        rescaled = balance_ell - flow * (sign_a * a_ell + sign_b * b_ell)
        flow_ell = np.where(np.isfinite(balance_ell), rescaled, balance_ell)
        label = n * (act.log_p - act.log_q) + log_weight(y, n) - log_weight(z, n)
        label_x = n * ((1 + y * slope_y) * p_x / p - (1 + z * slope_z) * q_x / q)
        label_ell = act.u * slope_y + act.v * slope_z
    return Linear(flow, flow_x, flow_ell, label, label_x, label_ell, balance_ell)


def eigenvalues(position, ell, par: Parameters) -> np.ndarray:
    """Eigenvalues of the Jacobian of (dx/dt, dℓ/dt), on a last axis of 2, largest real part first.

    Where the label is clipped at ±1 only the direction along the constraint is left, and the second value
    is nan.
    """
    lin = linearise(position, ell, par)
    at = place(position)
    label = label_gradient(activations(at.alpha_a, at.alpha_b, par), ell, par)
    with np.errstate(over="ignore", invalid="ignore"):
        gain = np.exp(label.log_a - label.log_gamma)
        top_left, top_right, low_left, low_right = (
            np.clip(entry, -LARGEST, LARGEST)
            for entry in (lin.flow_x, lin.flow_ell, gain * lin.label_x, gain * lin.label_ell)
        )
        half_trace = (top_left + low_right) / 2
        root = np.sqrt(((top_left - low_right) / 2) ** 2 + top_right * low_left + 0j)
        larger = np.where(half_trace < 0, half_trace - root, half_trace + root)
        # the other one from the determinant: as a difference it would lose every digit
        determinant = np.clip(slow_slope(lin, ell), -LARGEST, LARGEST) * low_right
        both = np.stack([larger, determinant / larger], axis=-1)
    both = np.take_along_axis(both, np.argsort(-both.real, axis=-1), axis=-1)
    clipped = np.stack([lin.flow_x, np.full_like(lin.flow_x, np.nan)], axis=-1)
    return np.where((np.abs(ell) < 1)[..., None], both, clipped)
