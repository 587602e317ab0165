"""Movies of learning: H.264 video inside the page, with the browser's controls."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from hopcore.plotting.images import draw_block
from hopcore.plotting.maps import draw_background
from hopcore.plotting.style import STYLE
from hopcore.plotting.trails import Trails, draw_trails

_DPI = 120
_HEIGHT = 3.2  # inches
_FRAMES_PER_SECOND = 5
# A light page of its own: H.264 knows no transparency.
_STYLE: Any = {**STYLE, "savefig.facecolor": "white", "savefig.transparent": False, "text.color": "#404040"}


@dataclass(frozen=True)
class Movie:
    """A video that a notebook shows: MP4 (H.264) with controls, carried by the page itself.

    `video` are the file's bytes, `description` says for those who cannot see it what it shows.
    """

    video: bytes
    description: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Movie {self.width}×{self.height}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        address = "data:video/mp4;base64," + base64.b64encode(self.video).decode()
        words = html.escape(self.description)
        video = (
            f'<video controls loop muted playsinline preload="auto" width="{self.width}" '
            f'height="{self.height}" style="max-width: 100%; height: auto" aria-label="{words}" '
            f'src="{address}">{words}</video>'
        )
        return {"text/plain": repr(self), "text/html": video}


def learning_movie(
    epochs: Sequence[int],
    places: ArrayLike,
    memories: ArrayLike,
    digits: ArrayLike,
    background: ArrayLike,
    background_digits: ArrayLike,
    *,
    description: str,
) -> Movie:
    """Trails on the map at the left, the memories themselves at the right, one frame for each epoch.

    Parameters
    ----------
    epochs : (E,).
    places : (E, K, 2) of the memories on the map.
    memories : (E, M, pixels) those to show, in their order; ten in a row.
    digits : (K,) the digit that colours each trail, below 0 for none.
    background, background_digits : places (S, 2) and digits (S,) of the images of the map.
    description : what the movie shows, for those who cannot see it.

    Raises
    ------
    RuntimeError
        If no ffmpeg is found; the extra `book` installs one.
    """
    from matplotlib.animation import FFMpegWriter

    places, memories = np.asarray(places, dtype=float), np.asarray(memories, dtype=float)
    options = ["-pix_fmt", "yuv420p", "-crf", "27", "-movflags", "+faststart"]
    with mpl.rc_context({**_STYLE, "animation.ffmpeg_path": _ffmpeg()}), TemporaryDirectory() as folder:
        path = Path(folder) / "learning.mp4"
        figure = Figure(figsize=(2 * _HEIGHT, _HEIGHT), facecolor="white", dpi=_DPI)
        canvas = FigureCanvasAgg(figure)
        left = figure.add_axes((0.0, 0.0, 0.5, 0.92))
        right = figure.add_axes((0.51, 0.01, 0.48, 0.9))
        draw_background(left, background, background_digits)
        right.set_axis_off()
        # Thousands of points that never change: drawn once, then used as a picture.
        canvas.draw()
        page = np.asarray(canvas.buffer_rgba()).copy()
        extent = (*left.get_xlim(), *left.get_ylim())
        across, up = page.shape[1] // 2, round(page.shape[0] * 0.92)
        writer = FFMpegWriter(fps=_FRAMES_PER_SECOND, codec="libx264", extra_args=options)
        with writer.saving(figure, str(path), dpi=_DPI):
            for frame, epoch in enumerate(epochs):
                left.clear()
                left.imshow(page[-up:, :across], extent=extent, aspect="auto", interpolation="none", zorder=0)
                draw_trails(left, Trails("", places[: frame + 1], digits), size=16)
                left.set(xlim=extent[:2], ylim=extent[2:])
                left.set_axis_off()
                right.clear()
                draw_block(right, memories[frame], columns=10)
                figure.suptitle(f"epoch {epoch}", x=0.25, y=0.99, size=11)
                writer.grab_frame()
        return Movie(path.read_bytes(), description, round(2 * _HEIGHT * _DPI), round(_HEIGHT * _DPI))


def _ffmpeg() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as error:
        raise RuntimeError("movies need ffmpeg: pip install 'hopcore[book]'") from error
    return get_ffmpeg_exe()
