"""Times that can be compared: cases are measured in turn, round after round, and compared within a round."""

from collections.abc import Mapping
from statistics import median
from time import perf_counter

from .cases import Case

ROUND_SECONDS = 0.05
"""How long a case runs in one round: long beside the clock, short beside changes of the machine's load."""


def seconds_per_call(cases: Mapping[str, Case], rounds: int) -> dict[str, list[float]]:
    """Seconds per call of every case in every round."""
    repeats = {}
    for name, case in cases.items():
        case()  # the first call allocates
        start = perf_counter()
        case()
        repeats[name] = max(1, round(ROUND_SECONDS / max(perf_counter() - start, 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = perf_counter()
            for _ in range(repeats[name]):
                case()
            times[name].append((perf_counter() - start) / repeats[name])
    return times


def ratio(times: Mapping[str, list[float]], case: str, reference: str) -> float:
    """Median over the rounds of the time of a case in units of another's, in the same round."""
    return median(one / other for one, other in zip(times[case], times[reference], strict=True))
