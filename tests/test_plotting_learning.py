"""Figures of learning: trees, trails, bands and movies."""

import subprocess

import numpy as np
import pytest

from hopcore.plotting import (
    Recognition,
    Trails,
    digit_scatter,
    image_table,
    learning_movie,
    recognised_panels,
    split_tree_picture,
    trail_panels,
)
from hopcore.plotting.movies import _ffmpeg
from hopcore.splits import build_tree

GENERATOR = np.random.default_rng(0)
PLACES = GENERATOR.normal(size=(60, 2))
DIGITS = np.arange(60) % 10


def tree():
    which = np.repeat([1, 4, 7], [4, 2, 1])
    epochs = np.arange(0, 101, 10)
    paths = np.zeros((len(epochs), len(which), 3))
    paths[np.ix_(epochs > 20, which != 1, [0])] = 1
    paths[np.ix_(epochs > 60, which == 7, [1])] = 1
    return build_tree(paths, which, epochs)


def test_a_tree_shows_an_image_at_every_split_and_fate():
    drawn = []

    def image(node):
        drawn.append(node.epoch)
        return np.zeros(16)

    picture = split_tree_picture(tree(), image, lambda split: f"note {split.epoch:.0f}")
    [axes] = picture.figure.axes
    assert sorted(drawn) == [20, 60, 100, 100, 100]
    assert len(axes.images) == 5
    words = {text.get_text() for text in axes.texts}
    assert {"1", "4", "7", "20", "60", "note 20", "note 60"} <= words


def test_an_earlier_split_is_drawn_higher_and_larger_groups_wider():
    [axes] = split_tree_picture(tree(), lambda node: np.zeros(16)).figure.axes
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["20"] < heights["60"]  # the axis points down
    widths = sorted(
        patch.get_linewidth() for patch in axes.patches if hasattr(patch, "get_path") and patch.get_alpha()
    )
    np.testing.assert_allclose(np.square(widths) / widths[0] ** 2, [1, 2, 3, 4])


def test_a_tree_without_a_split_is_refused():
    alone = build_tree(np.zeros((2, 3, 1)), [4, 4, 4], [0, 1])
    with pytest.raises(ValueError, match="split"):
        split_tree_picture(alone, lambda node: np.zeros(16))


def test_bands_add_up_and_carry_their_digits():
    counts = np.array([[0, 20], [5, 20], [10, 20]])
    picture = recognised_panels([Recognition("one", [0, 10, 20], counts)], 20)
    [axes] = picture.figure.axes
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in axes.collections]
    assert tops == [10, 30]
    assert [text.get_text() for text in axes.texts] == ["0", "1"]


def test_trails_end_in_discs_and_a_memory_without_a_fate_is_grey():
    paths = GENERATOR.normal(size=(4, 3, 2))
    picture = trail_panels([[Trails("n = 3", paths, [1, 2, -1])]], PLACES, DIGITS)
    [axes] = picture.figure.axes
    discs = axes.collections[-1]
    np.testing.assert_allclose(discs.get_offsets(), paths[-1])
    grey = discs.get_facecolors()[2, :3]
    assert np.ptp(grey) == 0


def test_a_table_has_its_titles():
    picture = image_table(np.zeros((2, 3, 16)), ["a", "b"], ["1", "2", "3"], ["red", "green", "blue"])
    [axes] = picture.figure.axes
    assert [text.get_text() for text in axes.texts] == ["a", "b", "1", "2", "3"]
    assert picture.data().startswith(b"\x89PNG")


def test_a_scatter_writes_every_digit_at_its_place():
    [axes] = digit_scatter(np.arange(10), np.arange(10)[::-1], x_label="x", y_label="y").figure.axes
    assert {text.get_text(): text.get_position() for text in axes.texts}["3"] == (3, 6)


def test_a_movie_is_h264_with_controls_and_carries_its_description():
    epochs = [0, 10, 20]
    movie = learning_movie(
        epochs,
        GENERATOR.normal(size=(3, 12, 2)),
        GENERATOR.uniform(-1, 1, size=(3, 12, 16)),
        np.arange(12) % 10,
        PLACES,
        DIGITS,
        description='Twelve "memories" part',
    )
    page = movie._repr_mimebundle_()["text/html"]
    assert "controls" in page and "data:video/mp4;base64," in page
    assert "Twelve &quot;memories&quot; part" in page
    assert len(movie.video) < 1_000_000


def test_a_saved_movie_can_be_decoded_frame_by_frame(tmp_path):
    movie = learning_movie(
        [0, 10],
        GENERATOR.normal(size=(2, 10, 2)),
        np.zeros((2, 10, 16)),
        np.arange(10),
        PLACES,
        DIGITS,
        description="still",
    )
    movie.save(tmp_path / "movie.mp4")
    told = subprocess.run(
        [_ffmpeg(), "-i", tmp_path / "movie.mp4", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "h264" in told and "yuv420p" in told
    assert f"{movie.width}x{movie.height}" in told
    assert "frame=    2" in told
