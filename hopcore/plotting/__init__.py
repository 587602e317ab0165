"""The book's figures: every function returns a `Picture`, which a notebook shows."""

from hopcore.plotting.bars import coefficient_panels, label_panels, largest_in_the_middle
from hopcore.plotting.curves import Curve, curves
from hopcore.plotting.images import image_blocks, image_rows
from hopcore.plotting.maps import MapPanel, map_panels
from hopcore.plotting.style import DIGIT_COLOURS, TEMPERATURE_COLOURS, Picture

__all__ = [
    "DIGIT_COLOURS",
    "TEMPERATURE_COLOURS",
    "Curve",
    "MapPanel",
    "Picture",
    "coefficient_panels",
    "curves",
    "image_blocks",
    "image_rows",
    "label_panels",
    "largest_in_the_middle",
    "map_panels",
]
