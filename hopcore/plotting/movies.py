"""Movies of learning: H.264 video inside the page, with the browser's controls."""

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from .images import draw_block
from .maps import Trails, draw_background, draw_trails
from .scripted import data_address
from .style import style

_DPI = 120
_HEIGHT = 3.2  # inches
_FRAMES_PER_SECOND = 5
# A light page of its own: H.264 knows no transparency.
_STYLE: Any = {"savefig.facecolor": "white", "savefig.transparent": False, "text.color": "#404040"}


@dataclass(frozen=True)
class Movie:
    """A video that a notebook shows: MP4 (H.264) with controls, carried by the page itself.

    `video` are the file's bytes, `poster` is the last frame (WebP), shown before it plays, and `description`
    says for those who cannot see it what it shows.
    """

    video: bytes
    poster: bytes
    description: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Movie {self.width}×{self.height}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        words = html.escape(self.description)
        video = (
            f'<video controls loop muted playsinline preload="none" width="{self.width}" '
            f'height="{self.height}" style="max-width: 100%; height: auto" aria-label="{words}" '
            f'poster="{data_address("image/webp", self.poster)}" '
            f'src="{data_address("video/mp4", self.video)}">{words}</video>'
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
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise RuntimeError("movies need ffmpeg: pip install 'hopcore[book]'") from error

    places, memories = np.asarray(places, dtype=float), np.asarray(memories, dtype=float)
    width, height = round(2 * _HEIGHT * _DPI), round(_HEIGHT * _DPI)
    options: Any = {"fps": _FRAMES_PER_SECOND, "codec": "libx264", "pix_fmt_in": "rgba", "quality": None}
    options["output_params"] = ["-crf", "27", "-movflags", "+faststart"]
    with style(_STYLE), TemporaryDirectory() as folder:
        path = Path(folder) / "learning.mp4"
        writer = write_frames(str(path), (width, height), **options)
        writer.send(None)  # starts it
        canvas = FigureCanvasAgg(Figure(figsize=(2 * _HEIGHT, _HEIGHT), facecolor="white", dpi=_DPI))
        left = canvas.figure.add_axes((0.0, 0.0, 0.5, 0.92))
        right = canvas.figure.add_axes((0.51, 0.01, 0.48, 0.9))
        for frame, epoch in enumerate(epochs):
            left.clear()
            right.clear()
            draw_background(left, background, background_digits)
            left.autoscale(False)
            draw_trails(left, Trails("", places[: frame + 1], digits), size=16)
            draw_block(right, memories[frame], columns=10)
            canvas.figure.suptitle(f"epoch {epoch}", x=0.25, y=0.99, size=11)
            canvas.draw()
            writer.send(np.ascontiguousarray(canvas.buffer_rgba()))
        writer.close()
        poster = io.BytesIO()
        Image.fromarray(np.asarray(canvas.buffer_rgba())).save(poster, "WEBP", quality=80)
        return Movie(path.read_bytes(), poster.getvalue(), description, width, height)
