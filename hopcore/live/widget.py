"""Instruments in a notebook: the same JavaScript as an anywidget, and the network as a Python object."""

from typing import Any

import anywidget
import numpy as np
import traitlets

from hopcore._checks import check_above, check_finite_array, check_integer, check_positive, check_real, refuse
from hopcore.data import TrainingSet
from hopcore.training import RandomStart

from .page import grey, kinds, module


class Widget(anywidget.AnyWidget):
    """An instrument of the given name; what its page does is told in `state` traits."""

    _esm = module()
    name = traitlets.Unicode().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    shape: Any = traitlets.List().tag(sync=True)
    digit_of_image: Any = traitlets.List().tag(sync=True)
    grey = traitlets.Bytes().tag(sync=True)
    kinds = traitlets.Dict().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)
    """The last refusal or error of the instrument; empty if there is none."""

    def __init__(self, name: str, data: TrainingSet, options: dict[str, Any], **more: Any) -> None:
        self.data = data
        super().__init__(
            name=name,
            options=options,
            shape=list(data.images.shape),
            digit_of_image=data.digits.tolist(),
            grey=grey(data).tobytes(),
            kinds=kinds(data),
            **more,
        )

    def __repr__(self) -> str:
        return f"<instrument {self.name}, {len(self.data)} images>"


class Instrument(Widget):
    """A network that learns in the notebook's page.

    ``epoch``, ``memories`` and ``labels`` follow it, at most twice a second and when it stops; ``n``,
    ``rescaled_temperature`` and ``rate`` may be set while it learns, ``seed`` begins anew.  It starts as
    `hopcore.train` does with the same seed.

    Examples
    --------
    >>> from hopcore import live
    >>> net = live.network()                                      # doctest: +SKIP
    >>> net.n = 12                                                # doctest: +SKIP
    >>> net.memories.shape                                        # doctest: +SKIP
    (100, 784)
    """

    n = traitlets.Float().tag(sync=True)
    rescaled_temperature = traitlets.Float().tag(sync=True)
    rate = traitlets.Float().tag(sync=True)
    epoch = traitlets.Int(0).tag(sync=True)
    start = traitlets.Dict().tag(sync=True)
    # What a page sends are memoryviews, which Bytes would refuse.
    current_memories = traitlets.CBytes().tag(sync=True)
    current_labels = traitlets.CBytes().tag(sync=True)

    def __init__(self, name: str, data: TrainingSet, options: dict[str, Any]) -> None:
        shown = {"n": "n", "rescaled_temperature": "rescaledTemperature", "rate": "rate"}
        given = {trait: options[key] for trait, key in shown.items()}
        start = RandomStart(spread=10 ** options.get("spread", -5)).draw(
            options["seed"], (options["memories"], data.images.shape[1]), data.categories
        )
        super().__init__(name, data, options, **given, **_state(*start))

    @traitlets.validate("n")
    def _above_one(self, proposal: Any) -> float:
        return check_above("n", proposal["value"], 1)

    @traitlets.validate("rescaled_temperature", "rate")
    def _positive(self, proposal: Any) -> float:
        return check_positive(proposal["trait"].name, proposal["value"])

    @property
    def memories(self) -> np.ndarray:
        """The memories (K, N)."""
        return np.frombuffer(self.current_memories).reshape(-1, self.shape[1])

    @property
    def labels(self) -> np.ndarray:
        """The labels (K, C)."""
        return np.frombuffer(self.current_labels).reshape(-1, self.data.categories)

    def play(self) -> None:
        """Let it learn."""
        self.send({"do": "play"})

    def pause(self) -> None:
        """Hold it as it is."""
        self.send({"do": "pause"})

    def step(self, epochs: int = 1) -> None:
        """Let it learn for so many epochs."""
        self.send({"do": "step", "given": check_integer("epochs", epochs, minimum=0)})

    def push(self, std: float = 0.15) -> None:
        """Add normal noise to every pixel and label."""
        self.send({"do": "push", "given": check_positive("std", std)})

    def load(self, memories: Any, labels: Any) -> None:
        """Begin from memories (K, N) and labels (K, C), for example those of a run of `hopcore.train`."""
        memories = check_finite_array("memories", memories, (None, self.shape[1]))
        labels = check_finite_array("labels", labels, (None, self.data.categories))
        if len(memories) != len(labels) or not len(memories):
            raise refuse("labels", labels, f"one row for each of the {len(memories)} memories, at least one")
        with self.hold_sync():
            for key, value in _state(memories, labels).items():
                setattr(self, key, value)


class Nullclines(Widget):
    """The nullclines of one memory and two digits; `set` what it shows."""

    def set(self, **given: float) -> None:
        """Set n, temperature, aa, ab, bb or copies."""
        known = {"n", "temperature", "aa", "ab", "bb", "copies"}
        if not set(given) <= known:
            raise refuse("settings", sorted(given), f"some of {sorted(known)}")
        self.send({"do": "set", "given": {key: check_real(key, value) for key, value in given.items()}})


def _state(memories: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    first, second = (np.ascontiguousarray(part, dtype="<f8").tobytes() for part in (memories, labels))
    start = {"memories": first, "labels": second}
    return {"epoch": 0, "current_memories": first, "current_labels": second, "start": start}
