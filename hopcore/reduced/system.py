"""One memory and two digits: the system that the paper reduces a split to."""

from dataclasses import asdict, dataclass, field

import numpy as np
import xarray as xr

from .._checks import check_above, check_finite_array, check_positive, refuse
from . import equilibria, nullclines
from .gradients import activations, velocity
from .linear import columns, label_equilibrium
from .parameters import CATEGORIES, Parameters, broadcast, check_numbers, check_overlaps, parameters


@dataclass(frozen=True)
class ReducedSystem:
    """One memory α_A A + α_B B that learns two digits; the saddles of learning are its fixed points.

    α = α_A is the memory's coefficient on image A and ℓ = l_A = −l_B its label; the labels of all other
    categories are −1 and |α_A| + |α_B| = 1.  ``copies`` identical memories act like one at T̃ = T/K^(1/n).
    Not the two-memory system after its split: for that, see `hopcore.reduced.splitting_flow`.  Source:
    arXiv 2312.03012, section "Properties of the two-memory system" and its supplement.  ValueError if no two
    images have these overlaps (ab² > aa·bb), or a parameter is out of range.

    Parameters
    ----------
    aa, ab, bb : the overlaps ⟨A|A⟩, ⟨A|B⟩, ⟨B|B⟩.
    n : power of the rectified polynomial (and of the cost), above 1.
    temperature : T in the units of the overlaps (T_r times the number of pixels), above 0.
    copies : K, the number of identical memories.
    categories : C, the categories of the network.

    Examples
    --------
    >>> import hopcore
    >>> system = hopcore.ReducedSystem(753, 494, 719, n=30, temperature=700)
    >>> points = system.fixed_points()
    >>> points.alpha.values.round(2).tolist()
    [0.42, 0.44, 0.53]
    """

    aa: float
    ab: float
    bb: float
    n: float = field(kw_only=True)
    temperature: float = field(kw_only=True)
    copies: int = field(default=1, kw_only=True)
    categories: int = field(default=CATEGORIES, kw_only=True)

    def __post_init__(self) -> None:
        checked = (
            *check_overlaps(self.aa, self.ab, self.bb),
            check_above("n", self.n, 1),
            check_positive("temperature", self.temperature),
            *check_numbers(self.copies, self.categories),
        )
        for name, value in zip(asdict(self), checked, strict=True):
            object.__setattr__(self, name, value)

    @property
    def parameters(self) -> Parameters:
        """The same system without units."""
        return parameters(**asdict(self))

    def velocity(self, alpha, ell, branch: int = +1) -> tuple[np.ndarray, np.ndarray]:
        """(dα/dt, dℓ/dt) on the constraint α_B = ±(1 − |α|), per unit of time = rate × epochs.

        ``alpha`` and ``ell``, both in [−1, 1], broadcast; ``branch`` is the sign of α_B.
        """
        alpha, ell = _coefficient("alpha", alpha), _coefficient("ell", ell)
        along_alpha, _, along_ell = velocity(alpha, _on_branch(alpha, branch), ell, self.parameters)
        return along_alpha, along_ell

    def flow(self, alpha_a, alpha_b, ell) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(dα_A/dt, dα_B/dt, dℓ/dt) anywhere within |α_A| + |α_B| ≤ 1, |ℓ| ≤ 1."""
        alpha_a, alpha_b = _coefficient("alpha_a", alpha_a), _coefficient("alpha_b", alpha_b)
        size = np.abs(alpha_a) + np.abs(alpha_b)
        if (size > 1 + 1e-12).any():
            raise refuse("|alpha_a| + |alpha_b|", float(size.max()), "at most 1 (the memory's largest pixel)")
        return velocity(alpha_a, alpha_b, _coefficient("ell", ell), self.parameters)

    def label_nullcline(self, alpha, branch: int = +1) -> np.ndarray:
        """ℓ where dℓ/dt = 0 for each α in [−1, 1]; ±1 where the label grows until it is clipped."""
        alpha, par = _coefficient("alpha", alpha), self.parameters
        return label_equilibrium(activations(alpha, _on_branch(alpha, branch), par), par)

    def memory_nullcline(self) -> xr.Dataset:
        """Every arc of dα/dt = 0 for |ℓ| ≤ 1, on both branches.

        Over ``point``: alpha, alpha_b, ell, and ``arc``, the number of the arc; points follow each other
        along an arc.
        """
        position, ell, arc = nullclines.memory_arcs(self.parameters)
        return xr.Dataset(columns("point", position, ell), {"arc": ("point", arc)}, asdict(self))

    def fixed_points(self) -> xr.Dataset:
        """All fixed points, ordered along the constraint, so by α.

        The order is from (α_A, α_B) = (−1, 0) over (0, 1) and (1, 0) to (0, −1); at low temperature, where
        memories subtract one image by more than half, it is not that of α.

        Over ``point``: alpha, alpha_b, ell, stable (bool) and, over ``eigenvalue`` too, the eigenvalues of
        the Jacobian, the one with the largest real part first.  A label at ±1 is held there by its clipping
        and adds no eigenvalue (nan).  Stability is that of K identical memories, not against their split.
        Eigenvalues beyond ±1e150 are cut there; ±inf stands for a flow that turns within one float.
        """
        par = broadcast(self.parameters)
        points = equilibria.fixed_points(par)
        eigenvalues = equilibria.stability(points, par)
        return xr.Dataset(
            {
                **columns("point", points.position, points.ell),
                "stable": ("point", eigenvalues[:, 0].real < 0),
                "eigenvalues": (("point", "eigenvalue"), eigenvalues),
            },
            attrs=asdict(self),
        )


def _coefficient(name: str, value) -> np.ndarray:
    array = check_finite_array(name, value)
    if (np.abs(array) > 1).any():
        raise refuse(name, float(array.flat[np.abs(array).argmax()]), "within [-1, 1]")
    return array


def _on_branch(alpha: np.ndarray, branch: int) -> np.ndarray:
    """α_B = ±(1 − |α|)."""
    if branch not in (-1, 1):
        raise refuse("branch", branch, "+1 or -1, the sign of alpha_b")
    return branch * (1 - np.abs(alpha))
