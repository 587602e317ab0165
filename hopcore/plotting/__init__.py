"""The book's figures: every function returns a `Picture`, which a notebook shows."""

from .bands import population_frame, population_panels, population_slider, recognised_panels, vanishing_strip
from .bars import coefficient_panels, label_panels
from .bifurcations import (
    bifurcation_sides,
    departure_panels,
    region_map,
    settling_panels,
    turning_bifurcations,
    turning_flow,
)
from .curves import Curve, coefficient_maps, curves, digit_scatter, temperature_curves
from .images import fate_table, image_blocks, image_table, memory_table
from .maps import Trails, compositions, map_panels, share_trails, trail_panels
from .movies import Movie, learning_movie
from .nullclines import nullcline_frame, nullcline_panels, path_panels
from .slider import Slider, slider_figure
from .starts import start_panels
from .style import DIGIT_COLOURS, TEMPERATURE_COLOURS, Picture, grid_titles
from .trees import split_tree_picture
from .turning import Turning, turning_trails

__all__ = [
    "DIGIT_COLOURS", "TEMPERATURE_COLOURS", "Curve", "Movie", "Picture", "Slider", "Trails", "Turning",
    "bifurcation_sides", "coefficient_maps", "coefficient_panels", "compositions", "curves",
    "departure_panels", "digit_scatter", "fate_table", "grid_titles", "image_blocks", "image_table",
    "label_panels", "learning_movie", "map_panels", "memory_table", "nullcline_frame", "nullcline_panels",
    "path_panels", "population_frame", "population_panels", "population_slider", "recognised_panels",
    "region_map", "settling_panels", "share_trails", "slider_figure", "split_tree_picture", "start_panels",
    "temperature_curves", "trail_panels", "turning_bifurcations", "turning_flow", "turning_trails",
    "vanishing_strip",
]  # fmt: skip
