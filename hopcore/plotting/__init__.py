"""The book's figures: every function returns a `Picture`, which a notebook shows."""

from .bars import (
    coefficient_panels,
    label_panels,
    population_frame,
    population_panels,
    population_slider,
    recognised_panels,
    vanishing_strip,
)
from .curves import (
    Curve,
    coefficient_maps,
    curves,
    digit_scatter,
    dot_rows,
    foretold_scatter,
    line_of_fates,
    place_panels,
    start_panels,
    temperature_curves,
)
from .images import fate_table, image_blocks, image_table, memory_table
from .maps import Movie, Trails, compositions, learning_movie, map_panels, share_trails, trail_panels
from .reduced import (
    bifurcation_sides,
    departure_panels,
    nullcline_frame,
    nullcline_panels,
    path_panels,
    region_map,
    settling_panels,
    turning_bifurcations,
    turning_flow,
)
from .scripted import Slider, Turning, slider_figure, turning_trails, turning_valley
from .style import DIGIT_COLOURS, TEMPERATURE_COLOURS, Picture, grid_titles
from .trees import split_tree_picture, valley_panels

__all__ = [
    "DIGIT_COLOURS", "TEMPERATURE_COLOURS", "Curve", "Movie", "Picture", "Slider", "Trails", "Turning",
    "bifurcation_sides", "coefficient_maps", "coefficient_panels", "compositions", "curves",
    "departure_panels", "digit_scatter", "dot_rows", "fate_table", "foretold_scatter", "grid_titles",
    "image_blocks", "image_table", "label_panels", "learning_movie", "line_of_fates", "map_panels",
    "memory_table",
    "nullcline_frame", "nullcline_panels", "path_panels", "place_panels", "population_frame",
    "population_panels", "population_slider", "recognised_panels", "region_map", "settling_panels",
    "share_trails", "slider_figure", "split_tree_picture", "start_panels", "temperature_curves",
    "trail_panels", "turning_bifurcations", "turning_flow", "turning_trails", "turning_valley",
    "valley_panels", "vanishing_strip",
]  # fmt: skip
