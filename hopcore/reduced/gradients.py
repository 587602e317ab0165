"""Gradients and flow of a memory M = α_A A + α_B B with labels l_A = −l_B = ℓ, others −1, in logarithms.

Written as functions of p = (α_A AA + α_B AB)₊/T̃, q = (α_A AB + α_B BB)₊/T̃, u = pⁿ, v = qⁿ, with the one
weight

    φ(s) = (1 − tanh s)^(2n−1) (1 − tanh² s),

the four products of the learning rule (cost power m = n) are φ(ℓu), φ(−ℓv) on the two labels of the pair and
φ(u), φ(v) on every silent category, and with c = (C − 2)/2

    ∇_A = [ ℓ φ(ℓu) + c φ(u)] pⁿ⁻¹        ∇_ℓ =  φ(ℓu) u − φ(−ℓv) v
    ∇_B = [−ℓ φ(−ℓv) + c φ(v)] qⁿ⁻¹       ∇_γ = −φ(u) u − φ(v) v.

These are the paper's equations (supplement, one memory and two digits).  φ spans thousands of decades, so
each term is an exponential of a logarithm from which the largest one is taken first: only ratios and signs
matter.  Everything but the rectification (·)₊ also accepts complex numbers, for derivatives by a complex
step.

One epoch at rate ε moves the memory by ε ∇/(|∇_A| + |∇_B|) and the label by ε ∇_ℓ/max(|∇_ℓ|, |∇_γ|), then
rescales the memory if its largest pixel, |α_A| + |α_B|, exceeds 1.  As ε → 0, with b = sgn(α_A) r_A +
sgn(α_B) r_B the rate at which the memory presses against the constraint (the bracket), per unit of ε·epochs

    dα_A/dt = r_A − α_A max(b, 0)      dα_B/dt = r_B − α_B max(b, 0)      on |α_A| + |α_B| = 1,

and without the last terms inside.  A coefficient at 0 presses by |r|, whichever way it leaves.  The label
is clipped: at ℓ = ±1 it moves inwards or not at all.  Valid when the images' pixels are ±1 where they
matter and all four sign pairs occur, as then the largest pixel of α_A A + α_B B is |α_A| + |α_B|.
"""

from typing import NamedTuple

import numpy as np

from .parameters import Parameters

_ON = 1e-12

_LARGEST_LOG = 690.0
"""Logarithms of u and v are cut here: e^690 is still a float, and φ has long become 0 or 2^(2n)."""


def softplus(x):
    """log(1 + e^x) without overflow, for real or complex x."""
    positive = x.real > 0
    return np.where(positive, x, 0.0) + np.log1p(np.exp(np.where(positive, -x, x)))


def log_weight(s, n):
    """log φ(s) = (2n + 1)(log 2 − log(1 + e^(2s))) + 2s."""
    return (2 * n + 1) * (np.log(2.0) - softplus(2 * s)) + 2 * s


def weight_slope(s, n):
    """D(s) = d log φ/ds = 2 − (2n + 1)(1 + tanh s)."""
    return 2 - (2 * n + 1) * (1 + np.tanh(s))


class Activations(NamedTuple):
    """p, q and their powers u = pⁿ, v = qⁿ, with the logarithms of p and q (−inf where rectified)."""

    p: np.ndarray
    q: np.ndarray
    log_p: np.ndarray
    log_q: np.ndarray
    u: np.ndarray
    v: np.ndarray


def activations(alpha_a, alpha_b, par: Parameters) -> Activations:
    """Activations of images A and B by the memory α_A A + α_B B."""
    overlaps = alpha_a * par.aa + alpha_b * par.ab, alpha_a * par.ab + alpha_b * par.bb
    p, q = (np.where(each.real > 0, each, 0.0) for each in overlaps)
    with np.errstate(divide="ignore"):
        log_p, log_q = np.log(p), np.log(q)
    powers = par.n * log_p, par.n * log_q
    u, v = (np.exp(np.where(each.real < _LARGEST_LOG, each, _LARGEST_LOG)) for each in powers)
    return Activations(p, q, log_p, log_q, u, v)


class MemoryGradient(NamedTuple):
    """∇_A and ∇_B over |∇_A| + |∇_B|, split into the parts of the pair's labels and of the silent categories.

    ∇_A = ℓ·label_a + silent_a and ∇_B = −ℓ·label_b + silent_b; all are 0 where the memory activates nothing.
    """

    a: np.ndarray
    b: np.ndarray
    label_a: np.ndarray
    label_b: np.ndarray
    silent_a: np.ndarray
    silent_b: np.ndarray


def memory_gradient(act: Activations, ell, par: Parameters) -> MemoryGradient:
    """The memory's gradient in units of its largest pixel, |∇_A| + |∇_B| when all four sign pairs occur."""
    n = par.n
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        power_a, power_b = (n - 1) * act.log_p, (n - 1) * act.log_q
        log_label_a = power_a + log_weight(ell * act.u, n)
        log_label_b = power_b + log_weight(-ell * act.v, n)
        log_silent = np.log(np.asarray(par.silent, dtype=float))
        log_silent_a = power_a + log_weight(act.u, n) + log_silent
        log_silent_b = power_b + log_weight(act.v, n) + log_silent
        log_ell = np.log(np.abs(ell))
        largest = np.maximum(
            np.maximum(log_label_a.real, log_label_b.real) + log_ell,
            np.maximum(log_silent_a.real, log_silent_b.real),
        )
        largest = np.where(np.isfinite(largest), largest, 0.0)
        label_a, label_b = np.exp(log_label_a - largest), np.exp(log_label_b - largest)
        silent_a, silent_b = np.exp(log_silent_a - largest), np.exp(log_silent_b - largest)
        pull_a, pull_b = product(ell, label_a) + silent_a, -product(ell, label_b) + silent_b
        norm = magnitude(pull_a) + magnitude(pull_b)
        norm = np.where(norm == 0, 1.0, norm)
        parts = (pull_a, pull_b, label_a, label_b, silent_a, silent_b)
        return MemoryGradient(*(part / norm for part in parts))


def product(ell, part):
    """ℓ·part, 0 where ℓ is 0 even if the part has overflowed."""
    return np.where(ell == 0, 0.0, ell * part)


def magnitude(x):
    """|x| continued to complex numbers near the real axis: x times the sign of its real part."""
    return np.where(x.real < 0, -x, x)


class LabelGradient(NamedTuple):
    """∇_ℓ over the larger of |∇_ℓ| and |∇_γ|, and the logarithms of the two terms of ∇_ℓ and of |∇_γ|."""

    ell: np.ndarray
    log_a: np.ndarray
    log_b: np.ndarray
    log_gamma: np.ndarray


def label_gradient(act: Activations, ell, par: Parameters) -> LabelGradient:
    """The labels' gradient in units of its largest entry; 0 where the memory activates nothing."""
    n = par.n
    log_a = n * act.log_p + log_weight(ell * act.u, n)
    log_b = n * act.log_q + log_weight(-ell * act.v, n)
    with np.errstate(invalid="ignore"):
        log_gamma = np.logaddexp(n * act.log_p + log_weight(act.u, n), n * act.log_q + log_weight(act.v, n))
        largest = np.maximum(np.maximum(log_a, log_b), log_gamma)
        largest = np.where(np.isfinite(largest), largest, 0.0)
        along_ell = np.exp(log_a - largest) - np.exp(log_b - largest)
        norm = np.maximum(np.abs(along_ell), np.exp(log_gamma - largest))
    return LabelGradient(along_ell / np.where(norm == 0, 1.0, norm), log_a, log_b, log_gamma)


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
