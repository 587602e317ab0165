"""The nullcline explorer: one memory and two images, as the power and the temperature change."""

from __future__ import annotations

from functools import partial

import ipywidgets
import numpy as np
import xarray as xr

from hopcore._checks import check_integer, refuse
from hopcore.mnist import SIDE, load_mnist
from hopcore.reduced import ReducedSystem, folds
from hopcore.widgets import controls
from hopcore.widgets.background import Latest
from hopcore.widgets.explorer import Explorer
from hopcore.widgets.fold_strip import FoldStrip
from hopcore.widgets.messages import guarded
from hopcore.widgets.nullcline_view import NullclineView

_PIXELS = SIDE * SIDE
_N_RANGE = (2.0, 60.0)
_T_RANGE = (0.4, 1.2)
_DIGITS, _OVERLAPS = "two digits", "three overlaps"


class NullclineExplorer(Explorer):
    """See `nullcline_explorer`."""

    def __init__(
        self,
        n: float,
        rescaled_temperature: float,
        digits: tuple[int, int],
        images: tuple[int, int],
        overlaps: tuple[float, float, float] | None,
        copies: int,
    ) -> None:
        super().__init__()
        self.n = controls.slider("n", n, *_N_RANGE, 0.25)
        self.folds = FoldStrip(*_N_RANGE)
        self.temperature = controls.slider("T_r", rescaled_temperature, *_T_RANGE, 0.005, ".3f")
        self.source = ipywidgets.Dropdown(
            options=[_DIGITS, _OVERLAPS],
            value=_DIGITS if overlaps is None else _OVERLAPS,
            description="A and B:",
            style={"description_width": f"{controls.NAME_WIDTH}px"},
        )
        self.copies = controls.whole("copies", copies)
        self.digits = [controls.digit(f"digit {name}", each) for name, each in zip("AB", digits, strict=True)]
        self.images = [controls.whole(f"image {name}", each) for name, each in zip("AB", images, strict=True)]
        names = ("⟨A|A⟩", "⟨A|B⟩", "⟨B|B⟩")
        self.overlaps = [
            controls.real(name, each) for name, each in zip(names, overlaps or (0, 0, 0), strict=True)
        ]
        self.view = NullclineView()
        self.words = ipywidgets.HTML()
        self._fold_search = Latest(self.home, self._show_folds)
        self._folds_of: tuple[float, ...] = ()
        (a, b), (image_a, image_b) = self.digits, self.images
        self._choices = {
            _DIGITS: controls.row(a, image_a, b, image_b),
            _OVERLAPS: controls.row(*self.overlaps),
        }
        self.children = [
            self.n,
            self.folds,
            self.temperature,
            controls.row(self.source, self.copies),
            *self._choices.values(),
            self.messages,
            self.view.canvas.widget,
            self.words,
        ]
        for control in (self.n, self.temperature, self.source, self.copies, *self.digits, *self.images):
            control.observe(self._redraw, "value")
        for overlap in self.overlaps:
            overlap.observe(self._overlap_changed, "value")
        self._redraw()

    @guarded
    def _redraw(self) -> None:
        for name, choice in self._choices.items():
            choice.layout.display = None if name == self.source.value else "none"
        images, title = None, "Given overlaps"
        if self.source.value == _DIGITS:
            images = self._chosen_images()
            title = f"A is a {self.digits[0].value}, B a {self.digits[1].value}"
            (aa, ab), (_, bb) = images @ images.T
            for overlap, value in zip(self.overlaps, (aa, ab, bb), strict=True):
                overlap.value = round(float(value), 4)
        else:
            aa, ab, bb = (overlap.value for overlap in self.overlaps)
        temperature = self.temperature.value * _PIXELS
        system = ReducedSystem(aa, ab, bb, n=self.n.value, temperature=temperature, copies=self.copies.value)
        if ab * ab > aa * bb * (1 - 1e-6):
            raise refuse("ab", ab, "within ±√(aa·bb), ends excluded: A and B are one image")
        self.words.value = self.view.draw(system, images, f"{title}, T_r = {self.temperature.value:.3f}")
        self._look_for_folds(system)

    def _overlap_changed(self, _: object) -> None:
        """Overlaps typed by the reader, not those filled in from images, draw anew."""
        if self.source.value == _OVERLAPS:
            self._redraw()

    def _chosen_images(self) -> np.ndarray:
        """The two images, (2, N)."""
        first, second = (digit.value for digit in self.digits)
        if first == second:
            raise refuse("digit B", second, "another digit than A's, as the two differ in category")
        mnist = load_mnist()
        chosen = []
        for digit, image in zip(self.digits, self.images, strict=True):
            held = np.flatnonzero(mnist.digits == digit.value)
            chosen.append(held[check_integer(image.description, image.value, 1, len(held)) - 1])
        return mnist.images[chosen]

    def _look_for_folds(self, system: ReducedSystem) -> None:
        """Folds depend on everything but n; they take longer than a move of a slider may."""
        asked = (system.aa, system.ab, system.bb, system.temperature, system.copies)
        if asked == self._folds_of:
            return
        self._folds_of = asked
        self.folds.wait()
        *overlaps, temperature, copies = asked
        search = partial(folds, *overlaps, temperature=temperature, copies=copies, n_range=_N_RANGE)
        self._fold_search.ask(search)

    def _show_folds(self, found: xr.Dataset | Exception) -> None:
        if isinstance(found, Exception):
            self.messages.refuse(found)
            self.folds.mark([])
        else:
            self.folds.mark(list(zip(found.n.values, found.opens.values, strict=True)))

    def wait(self) -> None:
        """Wait for the folds; for scripts, where no event loop delivers them."""
        self._fold_search.wait()

    def close(self) -> None:
        """Take the widget away; a search that is under way ends unheard."""
        self._fold_search.close()
        super().close()


def nullcline_explorer(
    n: float = 30.0,
    rescaled_temperature: float = 0.89,
    *,
    digits: tuple[int, int] = (1, 4),
    images: tuple[int, int] = (288, 276),
    overlaps: tuple[float, float, float] | None = None,
    copies: int = 2,
) -> NullclineExplorer:
    """Nullclines, flow and fixed points of the reduced system, with n, T_r and two images to choose.

    The paper's Figure 5B with sliders.  Purple: where the memory rests; orange: where its label rests; filled
    discs are stable fixed points, open ones unstable, and the memories there are drawn at the right.  Marks
    under the slider of n tell where two fixed points appear (△: they exist above) or vanish (▽).

    Parameters
    ----------
    n
        At the start, from 2 to 60.
    rescaled_temperature
        T_r = T/784 at the start, from 0.4 to 1.2.
    digits, images
        The digits of A and B, and which of their images in the embedded MNIST, counted from 1; the default
        are the paper's.
    overlaps
        ⟨A|A⟩, ⟨A|B⟩ and ⟨B|B⟩ instead of images.
    copies
        The number of identical memories.

    Returns
    -------
    NullclineExplorer
        An ipywidget.  Values that the sliders cannot reach are moved to their ends; what else is wrong is
        shown in the widget.
    """
    return NullclineExplorer(n, rescaled_temperature, digits, images, overlaps, copies)
