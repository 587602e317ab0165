"""Learning followed in (α_A, α_B, ℓ): from inside the constraint onto it, and to a fixed point.

The flow of `hopcore.reduced.gradients` with two changes that let an implicit integrator with adaptive steps
follow it, neither of which moves a fixed point:

- rescaling and clipping set in over the last 1e-6 before |α_A| + |α_B| = 1 and |ℓ| = 1;
- a gradient whose terms cancel is divided by no less than 1e-3 of them.  The exact flow turns within 1e-8 and
  less of such a place; training, which moves by its rate ε ≫ 1e-8, steps across it to and fro and advances as
  this flow does.
"""

from dataclasses import asdict
from itertools import count

import numpy as np
import xarray as xr
from scipy.integrate import solve_ivp

from .._checks import check_positive, check_real
from .gradients import activations, bracket, label_gradient, memory_gradient, product
from .parameters import Parameters
from .system import ReducedSystem

_STEEPEST = 1e3
_LAYER = 1e-6
_ARRIVED = 1e-5
_MOST_EVALUATIONS = 200_000


def trajectory(
    system: ReducedSystem, alpha, ell, *, alpha_b=None, duration=20.0, tolerance=1e-7
) -> xr.Dataset:
    """Learning from one start, until it arrives at a stable fixed point or the duration is over.

    Returns, over ``time``: alpha, alpha_b, ell.  Attributes: ``reached_constraint`` and ``reached_clipping``,
    the first times at which |α_A| + |α_B| = 1 and |ℓ| = 1 (nan: never); ``arrived``, 1 if a stable fixed
    point was reached to within 1e-5.  RuntimeError if the integrator gives up, as it can at low temperature
    and large n.

    Parameters
    ----------
    alpha, ell : the start, |ℓ| ≤ 1.
    alpha_b : α_B at the start, |α_A| + |α_B| ≤ 1; 1 − |α| if not given.
    duration : the longest time, in units of rate × epochs (3,500 epochs at rate 0.005 are 17.5).
    tolerance : relative and absolute error of the integration, per step.
    """
    alpha, ell = check_real("alpha", alpha), check_real("ell", ell)
    alpha_b = 1 - abs(alpha) if alpha_b is None else check_real("alpha_b", alpha_b)
    system.flow(alpha, alpha_b, ell)  # refuses what is beyond the limits
    duration, tolerance = check_positive("duration", duration), check_positive("tolerance", tolerance)
    par, start = system.parameters, np.array([alpha, alpha_b, ell])
    rests = system.fixed_points()
    rests = np.stack([rests.alpha, rests.alpha_b, rests.ell], axis=-1)[rests.stable.values]

    def arriving(_time, state, _par) -> float:
        return float(np.abs(rests - state).max(axis=-1).min()) - _ARRIVED

    evaluations = count(1)

    def counted(time, state, par):
        if next(evaluations) > _MOST_EVALUATIONS:
            raise RuntimeError(
                f"the flow turns too fast to be followed at time {time:.6g}, state {state.tolist()}"
            )
        return _flow(time, state, par)

    arriving.terminal = True  # type: ignore[attr-defined]
    events = [
        lambda _time, state, _par: abs(state[0]) + abs(state[1]) - 1 + _LAYER,
        lambda _time, state, _par: abs(state[2]) - 1 + _LAYER,
        arriving,
    ]
    run = solve_ivp(
        counted, (0, duration), start, "LSODA", events=events, args=(par,), rtol=tolerance, atol=tolerance
    )
    if not run.success:
        raise RuntimeError(f"the integration stopped at time {run.t[-1]:.6g}: {run.message}")
    first = [
        0.0 if event(0.0, start, par) >= 0 else float(times[0]) if times.size else np.nan
        for event, times in zip(events[:2], run.t_events[:2], strict=True)
    ]
    return xr.Dataset(
        {
            "alpha": ("time", run.y[0]),
            "alpha_b": ("time", run.y[1]),
            "ell": ("time", np.clip(run.y[2], -1, 1)),
        },
        coords={"time": run.t},
        attrs={
            **asdict(system),
            "reached_constraint": first[0],
            "reached_clipping": first[1],
            "arrived": int(run.status == 1),
        },
    )


def _flow(_time, state, par: Parameters) -> np.ndarray:
    alpha_a, alpha_b, ell = state[0], state[1], np.clip(state[2], -1, 1)
    act = activations(alpha_a, alpha_b, par)
    memory, label = memory_gradient(act, ell, par), label_gradient(act, ell, par)

    parts = (product(ell, memory.label_a), memory.silent_a, product(ell, memory.label_b), memory.silent_b)
    slowed = min(1.0, _STEEPEST / max(sum(abs(part) for part in parts), 1.0))
    loss = max(bracket(alpha_a, alpha_b, memory), 0.0) * _ramp(1 - abs(alpha_a) - abs(alpha_b))

    largest = max(label.log_a, label.log_b)
    terms = np.exp(label.log_a - largest) + np.exp(label.log_b - largest) if np.isfinite(largest) else 0.0
    turned = abs(np.expm1(-abs(label.log_a - label.log_b))) if terms else 0.0
    silent = np.exp(min(label.log_gamma - largest, 600.0)) if terms else 1.0
    along = label.ell * max(turned, silent) / max(turned, silent, terms / _STEEPEST)
    outward = along * ell > 0
    return np.array(
        [
            slowed * (memory.a - alpha_a * loss),
            slowed * (memory.b - alpha_b * loss),
            along * (1 - _ramp(1 - abs(state[2])) if outward else 1.0),
        ],
        dtype=float,
    )


def _ramp(gap: float) -> float:
    """How far a limit acts: 1 at it, more beyond it, 0 from a layer before it on."""
    return max(1 - gap / _LAYER, 0.0)
