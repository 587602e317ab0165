"""The five instruments, one function each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import log10
from typing import Any

from hopcore._checks import check_above, check_flag, check_integer, check_positive, check_real, refuse
from hopcore.data import TrainingSet, training_set

from .kernel import in_notebook
from .page import KNOWN, Page, kinds
from .stills import still_of

_DEFAULTS = {"momentum": 0.0, "autoplay": False}
_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "n": partial(check_above, bound=1),
    "low": partial(check_above, bound=1),
    "rescaled_temperature": check_positive,
    "rate": check_positive,
    "memories": partial(check_integer, minimum=1, maximum=400),
    "momentum": check_real,
    "seed": partial(check_integer, minimum=0),
    "spread": partial(check_real, allowed="a number above 0 and at most 1", holds=lambda each: 0 < each <= 1),
    "autoplay": check_flag,
}


def network(
    data: TrainingSet | None = None,
    *,
    n: float = 30.0,
    rescaled_temperature: float = 0.85,
    rate: float = 0.01,
    memories: int = 100,
    momentum: float = 0.0,
    digits: Iterable[int] | None = None,
    genes: Sequence[str] = (),
    seed: int = 0,
    spread: float | None = None,
    predicted: float | Mapping[float, float] | None = None,
    autoplay: bool = False,
    still: bytes | None = None,
) -> Any:
    """A network that learns in the page: its memories, what it recognises, and its tree of splits.

    Parameters
    ----------
    data
        The images (S, N); None takes `hopcore.training_set`.
    n, rescaled_temperature, rate, memories, momentum, seed
        As in `hopcore.train`; all can be changed in the instrument.  A widget starts as `hopcore.train` does.
    digits
        Which digits, or categories by their numbers, of the data to learn; None takes all.
    genes
        Names of the N columns of data that are no pictures; their memories are rows of a table.
    spread
        Standard deviation σ of the start, above 0 and at most 1, with a slider from 1e-12 to 0.1.  None:
        as in `hopcore.RandomStart`, without a slider.
    predicted
        Epoch of the first split by a prediction, marked on the tree as long as nothing but spread and seed
        has been changed: a number, or {σ: epoch} for a line in log σ between them.
    autoplay
        Start by itself, unless the reader asked for reduced motion.
    still
        A picture (PNG) for where scripts do not run; None draws one.

    Returns
    -------
    hopcore.live.Page in a build of the book and without a kernel, else a widget.
    """
    return _learning(
        "network", data, still, digits, n=n, rescaled_temperature=rescaled_temperature, rate=rate,
        memories=memories, momentum=momentum, seed=seed, autoplay=autoplay, genes=genes,
        **_foretold(spread, predicted),
    )  # fmt: skip


def _foretold(spread: float | None, predicted: float | Mapping[float, float] | None) -> dict[str, Any]:
    """The options of a spread and a prediction, both over log₁₀ σ; what is not given is none."""
    given: dict[str, Any] = {}
    if spread is not None:
        given["spread"] = log10(_CHECKS["spread"]("spread", spread))
    if predicted is not None:
        line = dict(predicted) if isinstance(predicted, Mapping) else {1.0: predicted}
        if not line:
            raise refuse("predicted", predicted, "an epoch, or one for each of some spreads")
        given["predicted"] = [
            [log10(_CHECKS["spread"]("predicted", each)), check_positive("predicted", line[each])]
            for each in sorted(line)
        ]
    return given


def three(
    data: TrainingSet | None = None,
    *,
    digits: Iterable[int] = (1, 4, 7),
    n: float = 30.0,
    rescaled_temperature: float = 0.85,
    rate: float = 0.01,
    memories: int = 100,
    seed: int = 0,
    still: bytes | None = None,
) -> Any:
    """Three digits: trails of all memories in their three category sums ᾱ, to be turned.  As `network`."""
    chosen = list(digits)
    if len(chosen) != 3:
        raise refuse("digits", chosen, "three digits")
    return _learning(
        "three", data, still, chosen, n=n, rescaled_temperature=rescaled_temperature, rate=rate,
        memories=memories, seed=seed,
    )  # fmt: skip


def heat(
    data: TrainingSet | None = None,
    *,
    n: float = 25.0,
    rescaled_temperature: float = 1.3,
    rate: float = 0.01,
    memories: int = 100,
    digits: Iterable[int] | None = None,
    seed: int = 0,
    still: bytes | None = None,
) -> Any:
    """A network whose temperature is turned by hand while it learns: hold, release, melt.  As `network`."""
    return _learning(
        "heat", data, still, digits, n=n, rescaled_temperature=rescaled_temperature, rate=rate,
        memories=memories, seed=seed,
    )  # fmt: skip


def draw(
    data: TrainingSet | None = None,
    *,
    n: float = 30.0,
    low: float = 3.0,
    rescaled_temperature: float = 0.85,
    rate: float = 0.02,
    memories: int = 100,
    seed: int = 0,
    still: bytes | None = None,
) -> Any:
    """A digit drawn by hand, and the memories that answer at ``low`` and at ``n``.  As `network`."""
    data = _images(data)
    if len(set(kinds(data)["picture"] or (0, 1))) > 1:
        raise refuse("data", data, "square pictures, to be drawn")
    return _learning(
        "draw", data, still, n=n, low=low, rescaled_temperature=rescaled_temperature, rate=rate,
        memories=memories, seed=seed,
    )  # fmt: skip


def nullclines(
    data: TrainingSet | None = None,
    *,
    n: float = 20.0,
    rescaled_temperature: float = 700 / 784,
    overlaps: tuple[float, float, float] = (753.0, 494.0, 719.0),
    copies: int = 1,
    still: bytes | None = None,
) -> Any:
    """Nullclines, flow and fixed points of one memory and two digits, and the bifurcation diagram over n.

    Parameters
    ----------
    data
        Images of which pairs may be chosen; None takes `hopcore.training_set`.
    n, rescaled_temperature
        At the start; T is the second times the number of pixels.
    overlaps
        ⟨A|A⟩, ⟨A|B⟩ and ⟨B|B⟩ at the start; the default are the paper's.
    copies
        Identical memories, see `hopcore.ReducedSystem`.
    still
        As in `network`.
    """
    from hopcore.reduced import ReducedSystem

    data = _images(data)
    temperature = check_positive("rescaled_temperature", rescaled_temperature) * data.images.shape[1]
    system = ReducedSystem(*overlaps, n=n, temperature=temperature, copies=copies)
    given = {name: getattr(system, name) for name in ("n", "temperature", "aa", "ab", "bb", "copies")}
    return _shown("nullclines", data, given, still)


def _learning(
    name: str,
    data: TrainingSet | None,
    still: bytes | None,
    digits: Iterable[int] | None = None,
    **given: Any,
) -> Any:
    """An instrument whose network learns, from values that are checked by their names."""
    data = _images(data)
    told = {key: given.pop(key) for key in ("spread", "predicted", "genes") if key in given}
    if len(told.get("genes", ())):
        told["genes"] = [str(each) for each in told["genes"]]
        if len(told["genes"]) != data.images.shape[1]:
            raise refuse("genes", told["genes"], f"{data.images.shape[1]} names, one for each column")
    else:
        told.pop("genes", None)
    given = {key: _CHECKS[key](key, value) for key, value in {**_DEFAULTS, **given}.items()} | told
    given["rescaledTemperature"] = given.pop("rescaled_temperature")
    if not 0 <= given["momentum"] < 1:
        raise refuse("momentum", given["momentum"], "a number from 0 up to, not including, 1")
    if digits is not None:
        held = sorted(set(data.digits.tolist()))
        chosen = [check_integer("digits", digit, 0, data.categories - 1) for digit in digits]
        if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(held):
            raise refuse("digits", chosen, f"at least one of {held}, and none twice")
        given["digits"] = sorted(chosen)
    return _shown(name, data, given, still)


def _images(data: TrainingSet | None) -> TrainingSet:
    if data is None:
        return training_set()
    if not isinstance(data, TrainingSet):
        raise refuse("data", data, "a TrainingSet", TypeError)
    return data


def _shown(name: str, data: TrainingSet, given: dict[str, Any], still: bytes | None) -> Any:
    if in_notebook():
        from .widget import Instrument, Nullclines

        return (Nullclines if name == "nullclines" else Instrument)(name, data, given)
    title = KNOWN["instruments"][name]["title"]
    picture, alt = still_of(name, data, given) if still is None else (still, title)
    return Page(name, data, given, picture, alt)
