"""The picture of the decomposition explorer: a memory, its rebuilt form, and the images it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hopcore.data import TrainingSet
from hopcore.plotting.style import INK, LABEL_COLOUR, MEMORY_COLOUR, PIXEL_MAP
from hopcore.widgets.canvas import Canvas
from hopcore.widgets.mosaic import side_of

_SHOWN = 8  # images
_SIDE = 28
TOLERANCE = 0.05
"""The share of the mean memory that may be missing (see `hopcore.images_needed`)."""


@dataclass(frozen=True)
class Parts:
    """One memory, taken apart.

    Attributes
    ----------
    memory : (N,) its pixels.
    order : (S,) the images, largest |α| first.
    alpha : (S,) their coefficients, in this order.
    images, digits : (S, N) and (S,), in this order.
    missing : (S + 1,) what is missing with 0, 1, … S images, over what the memories have on average.
    needed : the number of images that rebuild it.
    """

    memory: np.ndarray
    order: np.ndarray
    alpha: np.ndarray
    images: np.ndarray
    digits: np.ndarray
    missing: np.ndarray
    needed: int

    @classmethod
    def of(
        cls, memory: np.ndarray, alpha: np.ndarray, data: TrainingSet, needed: int, average: float
    ) -> Parts:
        """Take a memory (N,) with coefficients (S,) apart; `average` is Σ|pixel| of the mean memory."""
        order = np.argsort(-np.abs(alpha), kind="stable")
        lacking = memory - np.cumsum(alpha[order, None] * data.images[order], axis=0)
        missing = np.abs(np.vstack([memory, lacking])).sum(axis=1) / average
        return cls(memory, order, alpha[order], data.images[order], data.digits[order], missing, needed)

    def rebuilt(self, count: int) -> np.ndarray:
        """The memory from its largest coefficients, as `hopcore.reconstruct` gives it."""
        return self.alpha[:count] @ self.images[:count]


class DecompositionView:
    """Two rows of pictures and a curve; artists are made once and get new data."""

    def __init__(self) -> None:
        self.canvas = Canvas(7.0, 4.0)
        self._layout: tuple = ()
        with self.canvas.style():
            self._make()

    def _make(self) -> None:
        figure = self.canvas.figure
        self._large = [self._image((left, 0.46, 0.22, 0.46), 11) for left in (0.01, 0.245)]
        step = 1 / _SHOWN
        self._small = [
            self._image((step * at + 0.008, 0.01, step - 0.016, 0.24), 9.5) for at in range(_SHOWN)
        ]
        figure.text(0.01, 0.35, "its largest images: digit, α", fontsize=11)
        self._curve = figure.add_axes((0.59, 0.53, 0.39, 0.4))
        self._curve.set_xlabel("images used")
        self._curve.set_ylabel("missing part")
        self._curve.axhline(TOLERANCE, color=INK, linewidth=0.8, linestyle="--")
        (self._missing,) = self._curve.plot([], [], color=MEMORY_COLOUR)
        (self._needed,) = self._curve.plot([], [], "|", color=INK, markersize=14, markeredgewidth=2)
        (self._here,) = self._curve.plot([], [], "o", color=LABEL_COLOUR, markersize=7, clip_on=False)
        self.canvas.moving(self._missing, self._needed, self._here)

    def _image(self, place: tuple[float, float, float, float], size: float):
        """An image with a title at a place of the figure."""
        axes = self.canvas.figure.add_axes(place)
        axes.set_axis_off()
        look = {"cmap": PIXEL_MAP, "vmin": -1, "vmax": 1, "interpolation": "nearest"}
        image, title = axes.imshow(np.zeros((_SIDE, _SIDE)), **look), axes.set_title("", fontsize=size, pad=3)
        self.canvas.moving(image, title)
        return image, title

    def draw(self, parts: Parts, memory: int, count: int) -> str:
        """Draw a memory, rebuilt from so many images; returns it in words."""
        self._arrange(len(parts.images), parts.missing.max())
        shown = ((parts.memory, f"memory {memory}"), (parts.rebuilt(count), f"from {count}"))
        for (image, title), (pixels, text) in zip(self._large, shown, strict=True):
            image.set_data(_square(pixels))
            title.set_text(text)
        for at, (image, title) in enumerate(self._small):
            there = at < len(parts.images)
            image.set_visible(there)
            title.set_visible(there)
            if there:
                image.set_data(_square(parts.images[at]))
                image.set_alpha(1 if at < count else 0.35)
                title.set_text(f"{parts.digits[at]}: {parts.alpha[at]:.2f}".replace("-", "−"))
        self._missing.set_data(np.arange(len(parts.missing)), parts.missing)
        self._needed.set_data([parts.needed], [TOLERANCE])
        self._here.set_data([count], [parts.missing[count]])
        words = _in_words(parts, memory, count)
        self.canvas.show(words)
        return words

    def _arrange(self, images: int, most: float) -> None:
        layout = (images, np.ceil(2 * most) / 2)
        if layout != self._layout:
            self._layout = layout
            self._curve.set_xlim(0, images)
            self._curve.set_ylim(0, layout[1])
            self.canvas.renew()


def _square(pixels: np.ndarray) -> np.ndarray:
    side = side_of(pixels)
    return pixels.reshape(side, side)


def _in_words(parts: Parts, memory: int, count: int) -> str:
    largest = ", ".join(
        f"a {digit} with α = {alpha:.2f}" for digit, alpha in zip(parts.digits[:3], parts.alpha, strict=False)
    )
    return (
        f"Memory {memory}, largest images: {largest}. With {count} of {len(parts.images)} images "
        f"{100 * parts.missing[count]:.0f} % is missing; {parts.needed} are needed for "
        f"{100 * TOLERANCE:.0f} %."
    ).replace("-", "−")
