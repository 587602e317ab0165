"""The flow of learning in (α_A, α_B, ℓ), on the constraint and inside it.

One epoch at rate ε moves the memory by ε ∇/(|∇_A| + |∇_B|) and the label by ε ∇_ℓ/max(|∇_ℓ|, |∇_γ|), then
rescales the memory if its largest pixel, |α_A| + |α_B|, exceeds 1.  As ε → 0, with b = sgn(α_A) r_A +
sgn(α_B) r_B the rate at which the memory presses against the constraint (the bracket), per unit of ε·epochs

    dα_A/dt = r_A − α_A max(b, 0)      dα_B/dt = r_B − α_B max(b, 0)      on |α_A| + |α_B| = 1,

and without the last terms inside.  A coefficient at 0 presses by |r|, whichever way it leaves.  The label
is clipped: at ℓ = ±1 it moves inwards or not at all.  Valid when the images' pixels are ±1 where they
matter and all four sign pairs occur, as then the largest pixel of α_A A + α_B B is |α_A| + |α_B|.
"""

import numpy as np

from .gradients import activations, label_gradient, memory_gradient
from .parameters import Parameters

_ON = 1e-12


def velocity(alpha_a, alpha_b, ell, par: Parameters):
    """(dα_A/dt, dα_B/dt, dℓ/dt); rescaling acts where |α_A| + |α_B| is 1 to rounding."""
    act = activations(alpha_a, alpha_b, par)
    memory, label = memory_gradient(act, ell, par), label_gradient(act, ell, par)
    touching = np.abs(alpha_a) + np.abs(alpha_b) >= 1 - _ON
    loss = np.where(touching, np.maximum(bracket(alpha_a, alpha_b, memory), 0.0), 0.0)
    outward = (np.abs(ell) >= 1) & (np.sign(label.ell) == np.sign(ell))
    return memory.a - alpha_a * loss, memory.b - alpha_b * loss, np.where(outward, 0.0, label.ell)


def bracket(alpha_a, alpha_b, memory):
    """b: the rate of growth of |α_A| + |α_B| before rescaling, in [−1, 1]."""
    return _pressing(alpha_a, memory.a) + _pressing(alpha_b, memory.b)


def _pressing(alpha, pull):
    return np.where(alpha == 0, np.abs(pull), np.sign(alpha) * pull)
