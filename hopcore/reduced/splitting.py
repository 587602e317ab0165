"""How two memories part at a saddle: the linearised flow of their difference.

Two memories μ = ± with (α, ℓ) ± (δα, δℓ) follow the full learning rule.  To first order their difference
leaves every score, and so every product g_id of the gradient, at its value at the saddle: what one memory
adds to a score the other takes away.  With those frozen, w_A = φ(ℓu), w_B = φ(−ℓv), y_A = φ(u), y_B = φ(v),
each memory's own gradient is

    ∇_A = (ℓ w_A + c y_A) pⁿ⁻¹      ∇_B = (−ℓ w_B + c y_B) qⁿ⁻¹      ∇_ℓ = w_A u − w_B v

with p, q, u, v and ℓ its own; it is divided by its own largest entry and rescaled onto its own
|α_A| + |α_B| = 1.  At a fixed point (r_A, r_B) = (α_A, α_B), so with x along the constraint (α = ±x),
p' = dp/dx, q' = dq/dx and Λ = p'/p − q'/q > 0,

    d(δx)/dt = a δx + E δℓ,     a = −1 + (n − 1)(α_B r_A p'/p − α_A r_B q'/q) = −1 + (n − 1) α_A α_B Λ
    d(δℓ)/dt = G δx,            E = (α_B w_A pⁿ⁻¹ + α_A w_B qⁿ⁻¹)/(|∇_A| + |∇_B|),    G = n Λ w_A u/|∇_γ|.

(a is written for α_A, α_B > 0.)  There is no term δℓ in d(δℓ)/dt, so the determinant −E G is negative: one
rate is positive, and a saddle with |ℓ| < 1 always splits, at the rate (a + √(a² + 4EG))/2.  Where the label
is clipped δℓ = 0 and the rate is a, which can be negative: then the memories stay together.

With more than two memories the same flow holds for any differences that add up to 0.
"""

import numpy as np
import xarray as xr

from .equilibria import fixed_points
from .gradients import activations, label_gradient, memory_gradient
from .linear import LARGEST, place
from .parameters import Parameters, broadcast
from .system import ReducedSystem


def splitting_flow(system: ReducedSystem) -> xr.Dataset:
    """The linearised flow of (δα, δℓ) at every fixed point of a reduced system of two or more copies.

    Returns, over ``point`` as in `ReducedSystem.fixed_points`, with `alpha`, `ell` and `stable` (against a
    common shift): ``matrix`` (point, rate, difference) with d(δα, δℓ)/dt = matrix · (δα, δℓ); ``growth``, its
    largest rate per unit of time = rate × epochs; ``direction`` (point, difference), the unit vector along
    which that grows.
    """
    par = broadcast(system.parameters)
    points = fixed_points(par)
    matrix = splitting_matrix(points.position, points.ell, par.take(points.system))
    own, by_label, of_label = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 0]
    # for E = G = 0 the difference of the labels neither grows nor decays: the rate that matters is a
    growth = np.where(of_label == 0, own, own / 2 + np.sqrt(own**2 / 4 + by_label * of_label))
    direction = np.stack([growth, of_label], axis=-1) * np.sign(growth)[:, None]
    direction /= np.hypot(growth, of_label)[:, None]
    return (
        system.fixed_points()
        .assign(
            matrix=(("point", "rate", "difference"), matrix),
            growth=("point", growth),
            direction=(("point", "difference"), direction),
        )
        .assign_coords(difference=["alpha", "ell"], rate=["alpha", "ell"])
    )


def splitting_matrix(position, ell, par: Parameters) -> np.ndarray:
    """[[a, E], [G, 0]] for (δα, δℓ) at fixed points, on two last axes; E = G = 0 at ℓ = ±1."""
    at = place(position)
    act = activations(at.alpha_a, at.alpha_b, par)
    memory, label = memory_gradient(act, ell, par), label_gradient(act, ell, par)
    p_x = at.slope_a * par.aa + at.slope_b * par.ab
    q_x = at.slope_a * par.ab + at.slope_b * par.bb
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        pull_a = np.where(act.p > 0, memory.a * p_x / act.p, 0.0)
        pull_b = np.where(act.q > 0, memory.b * q_x / act.q, 0.0)
        turning = at.alpha_b * pull_a - at.alpha_a * pull_b
        own = at.slope_b * memory.a - at.slope_a * memory.b + (par.n - 1) * turning
        by_label = at.alpha_b * memory.label_a + at.alpha_a * memory.label_b
        of_label = np.exp(label.log_a - label.log_gamma) * par.n * (p_x / act.p - q_x / act.q)
        by_label, of_label = np.clip(by_label, 0, LARGEST), np.clip(of_label, -LARGEST, LARGEST)
    free = np.abs(ell) < 1
    by_label, of_label = (np.where(free, at.slope_a * each, 0.0) for each in (by_label, of_label))
    return np.moveaxis(np.array([[own, by_label], [of_label, np.zeros_like(own)]]), (0, 1), (-2, -1))
