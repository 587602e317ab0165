"""A Matplotlib figure inside a widget."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets
import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from hopcore.plotting.style import STYLE

_DPI = 160
_CSS_PIXELS = 108  # for one inch: text in its size on the page


class Canvas:
    """A figure that is drawn by Agg into an image widget; artists are kept and given new data.

    What is announced with `moving` is drawn anew each time, everything else once.  Matplotlib's own settings
    are changed only while something is made or drawn, and pyplot is not used.

    Parameters
    ----------
    width, height : inches.

    Attributes
    ----------
    widget : the figure as a widget.
    picture : the PNG that it shows.
    """

    def __init__(self, width: float, height: float) -> None:
        with self.style():
            self.figure = Figure(figsize=(width, height), dpi=_DPI)
            self._agg = FigureCanvasAgg(self.figure)
        self._moving: list[Artist] = []
        self._still: Any = None
        self._size = round(_CSS_PIXELS * width), round(_CSS_PIXELS * height)
        self.picture = b""
        # an <img> of its own: the image widget has no place for a description
        self.widget = ipywidgets.HTML()

    @contextmanager
    def style(self) -> Iterator[None]:
        """The book's style, for making artists."""
        with mpl.rc_context(STYLE):
            yield

    def moving(self, *artists: Artist) -> None:
        """Announce artists that get new data; they are drawn in this order, above the rest."""
        for artist in artists:
            artist.set_animated(True)
        self._moving += artists

    def renew(self) -> None:
        """Draw everything anew next time: what stands still has changed, such as the limits of an axis."""
        self._still = None

    def show(self, description: str) -> None:
        """Draw, and describe what is seen for readers who do not see it."""
        with self.style():
            if self._still is None:
                self._agg.draw()
                self._still = self._agg.copy_from_bbox(self.figure.bbox)
            else:
                self._agg.restore_region(self._still)
            for artist in self._moving:
                self.figure.draw_artist(artist)
        self.picture = png(np.asarray(self._agg.buffer_rgba()))
        width, height = self._size
        self.widget.value = (
            f'<img src="data:image/png;base64,{base64.b64encode(self.picture).decode()}" '
            f'alt="{html.escape(description)}" width="{width}" height="{height}" decoding="sync" '
            'style="height: auto; max-width: 100%; vertical-align: top;">'
        )


def png(pixels: np.ndarray) -> bytes:
    """A PNG file of (height, width, 4) bytes, packed in the least time."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
