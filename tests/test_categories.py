"""Anyone's data: any number of categories with names, any number of pixels, any range of values."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import hopcore
from hopcore import plotting, splits
from hopcore.splits.tree import build_tree

NAMES = [f"kind {letter}" for letter in "zyxwvutsrqponmlkjihgfedcba"]  # not in alphabetical order
FEW = {"n": 8, "memories": 8, "epochs": 60, "rate": 0.02}


def cells(categories, each=2, genes=53, seed=0):
    """Random cells around the centres of so many kinds, named, all kinds there."""
    random = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(categories), each)
    centres = random.choice([-0.8, 0.8], (categories, genes))
    images = np.clip(centres[kinds] + random.normal(0, 0.1, (len(kinds), genes)), -1, 1)
    return hopcore.TrainingSet(images, kinds, names=NAMES[:categories])


@pytest.mark.parametrize("categories", [1, 2, 3, 7, 26])
def test_everything_takes_any_number_of_categories(categories, tmp_path):
    data, names = cells(categories), NAMES[:categories]
    assert data.targets.shape == (2 * categories, categories) and list(data.names) == names
    run = hopcore.train(data, **FEW, record_every=10)
    assert run.labels.shape == (7, 8, categories) and run.category_name.values.tolist() == names
    hopcore.save_run(run, tmp_path / "run.nc")
    again = hopcore.open_run(tmp_path / "run.nc")
    xr.testing.assert_identical(again.load(), run.load())
    assert again.category_name.values.tolist() == names

    end = run.isel(epoch=-1)
    alpha = hopcore.coefficients(end.memories, data)
    sums = hopcore.category_coefficients(alpha, data)
    np.testing.assert_allclose(sums.sum("category"), alpha.sum("image"), rtol=0, atol=1e-12)
    assert sums.category_name.values.tolist() == names
    answer = {"n": 8, "rescaled_temperature": 0.85}
    assert hopcore.scores(data.images, end.memories, end.labels, **answer).shape == data.targets.shape
    assert hopcore.cost(data, end.memories, end.labels, **answer) >= 0

    carried = None if "images" in again else data  # a compact run has images, and gives their names back
    counts = splits.recognised(again, carried)
    assert counts.category_name.values.tolist() == names
    assert (counts <= 2).all()
    tree = splits.split_tree(again, carried, fates=splits.leading_digits(again, carried))
    assert tree.names == tuple(names) and tree.fates[0].mixture.shape == (categories,)
    assert all(f"{tree.name(fate.digit)}: " in str(tree) for fate in tree.fates)
    assert splits.class_means(data).names == data.names
    paths = splits.mean_paths(run, data)
    assert paths.dims == ("epoch", "memory", "category") and paths.category_name.values.tolist() == names
    means, last = splits.class_means(data).images, paths[-1].values
    np.testing.assert_allclose((run.memories[-1].values - last @ means) @ means.T, 0, atol=1e-9)  # projected
    assert splits.split_tree(run, data, paths=paths, fates=np.zeros(8, int)).fates[0].digit == 0

    swept = hopcore.sweep(data, n=[3, 8], rescaled_temperature=0.85, memories=2, epochs=9)
    assert swept.labels.sizes["category"] == categories
    assert swept.category_name.values.tolist() == names


@pytest.mark.parametrize("categories", [2, 3, 7, 26])
def test_figures_name_the_categories(categories):
    data, names = cells(categories, each=3), NAMES[:categories]
    paths = np.repeat(np.linspace(0, 1, 5)[:, None, None], categories, axis=1) * np.eye(categories)
    tree = build_tree(paths, np.arange(categories), np.arange(5), names=data.names)
    counts = xr.DataArray(
        np.ones((3, categories)), {"epoch": [0, 1, 2], **data.coordinates}, ("epoch", "category")
    )
    hot = counts.rename(epoch="rescaled_temperature")
    places = np.random.default_rng(0).normal(size=(len(data), 2))
    pictures = [
        plotting.split_tree_picture(tree, lambda node: data.images[0]),
        plotting.label_panels([[data.targets[0]]], ["a"], ["b"], names),
        plotting.coefficient_panels([[np.ones(len(data))]], data.digits, ["a"], ["b"], names),
        plotting.recognised_panels({"a": counts}, 1),
        plotting.population_panels({"a": 5 * hot}, 5 * categories),
        plotting.population_frame(data.images, data.digits, "a", 10, names),
        plotting.fate_table(data.images[None], data.digits, ["a"], 1, names=names),
        plotting.trail_panels(
            [[plotting.Trails("a", places[None], data.digits)]], places, data.digits, names
        ),
    ]
    for picture in pictures:
        picture.data()  # which lays it out
        figures = [picture.figure, *picture.figure.subfigs]
        texts = [text.get_text() for each in figures for axes in each.axes for text in axes.texts]
        ticks = [label.get_text() for axes in picture.figure.axes for label in axes.get_yticklabels()]
        assert set(names) <= {*texts, *ticks}
    colours = plotting.style.fate_colours(range(categories))
    assert len(set(colours)) == categories and colours[:2] == list(plotting.DIGIT_COLOURS[:2])


def test_pictures_have_a_shape_of_their_own():
    data = hopcore.TrainingSet(np.zeros((2, 6)), ["a", "b"], shape=(2, 3))
    wide = data.images.reshape(2, *data.shape)
    for images, cells_drawn in ((wide, (2, 3)), (data.images, (3, 3))):  # else a square with empty places
        [image] = plotting.image_table(images[:1, None], ["a"]).figure.axes[0].images
        assert image.get_array().shape == cells_drawn


# The random start is given in the categories' order, so it is reordered too. Sums over categories are then
# taken in another order, so that only rounding differs, which learning does not amplify here.
@settings(max_examples=8)
@given(st.permutations(range(4)))
def test_reordering_and_renaming_categories_changes_nothing_but_names(order):
    data, order = cells(4), np.array(order)
    moved = hopcore.TrainingSet(
        data.images, np.argsort(order)[data.digits], names=[data.names[at] for at in order]
    )
    assert [moved.names[at] for at in moved.digits] == [data.names[at] for at in data.digits]
    memories, labels = hopcore.RandomStart().draw(0, (8, 53), 4)
    run = hopcore.train(data, **FEW, start=(memories, labels))
    other = hopcore.train(moved, **FEW, start=(memories, labels[:, order]))
    np.testing.assert_allclose(other.memories, run.memories, rtol=0, atol=1e-9)
    np.testing.assert_allclose(other.labels, run.labels[..., order], rtol=0, atol=1e-9)


def test_names_alone_change_no_bit():
    data = cells(4)
    other = hopcore.TrainingSet(data.images, data.digits, categories=4)
    assert other.fingerprint == data.fingerprint and other != data
    named, plain = (hopcore.train(each, **FEW) for each in (data, other))
    xr.testing.assert_identical(named.drop_vars("category_name"), plain)


def test_ten_categories_of_which_two_are_silent_learn_as_eight_digits_do(digits):
    eight = hopcore.training_set(range(8), per_digit=2, source=digits)
    names = [*"zwei eins acht".split(), *"abcdefg"]
    run = hopcore.train(eight, **FEW)
    for others in ({"categories": 10}, {"names": names}, {"names": [str(digit) for digit in range(10)]}):
        data = hopcore.TrainingSet(eight.images, eight.digits, **others)
        assert data.fingerprint == eight.fingerprint
        xr.testing.assert_identical(
            hopcore.train(data, **FEW).drop_vars("category_name", errors="ignore"), run
        )
    own = hopcore.TrainingSet(eight.images, eight.digits, categories=8)
    assert own.fingerprint != eight.fingerprint
    assert abs(hopcore.train(own, **FEW).memories - run.memories).max() > 1e-3


def test_labels_may_be_text_numbers_or_categoricals():
    images, texts = np.zeros((3, 2)), ["T", "B", "T"]
    data = hopcore.TrainingSet(images, texts)
    assert data.names == ("B", "T") and data.digits.tolist() == [1, 0, 1]
    assert repr(data) == "TrainingSet(3 images of 2 pixels; images per category {B: 1, T: 2})"
    for labels in (
        np.array(texts),
        pd.Series(texts),
        pd.Series(texts, dtype="string"),
        pd.Categorical(texts),
    ):
        assert hopcore.TrainingSet(images, labels) == data
    ordered = pd.Series(pd.Categorical(texts, ["T", "NK", "B"]))  # as AnnData has them: the order is kept
    assert hopcore.TrainingSet(images, ordered).names == ("T", "NK", "B")
    assert hopcore.TrainingSet(images, ordered).digits.tolist() == [0, 2, 0]
    assert "NK: 0" in repr(hopcore.TrainingSet(images, ordered))
    assert hopcore.TrainingSet(images, texts, names=["T", "B"]).digits.tolist() == [0, 1, 0]
    assert hopcore.TrainingSet(images, [1, 0, 1], names=["B", "T"]) == data
    assert hopcore.TrainingSet(images, pd.Categorical([3, 7, 3])).names == ("3", "7")
    assert hopcore.TrainingSet(pd.DataFrame(images), texts) == data
    assert hopcore.TrainingSet(scipy.sparse.csr_matrix(images), texts) == data
    assert hopcore.TrainingSet(images, [0, 999, 5], categories=1000).targets.shape == (3, 1000)
    assert len(hopcore.TrainingSet(images[:1], ["B"])) == 1


@pytest.mark.parametrize(
    ("labels", "others", "error", "message"),
    [
        (["T", "B"], {}, ValueError, r"digits = .*shape \(2,\).*one digit for each of the 3 images"),
        (["T", 1, "B"], {}, TypeError, "digits has text and 1: must be text alone"),
        (["T", None, "B"], {}, TypeError, "digits has text and None"),
        (["T", "B", "X"], {"names": ["T", "B"]}, ValueError, r"digits\[2\] = 'X': must be one of .*'T', 'B'"),
        (["T", "B", "X"], {"categories": 2}, ValueError, "categories = 2: must be the number of names .*, 3"),
        (pd.Categorical(["T", None, "B"]), {}, ValueError, r"digits\[1\] is missing"),
        ([0, 1, 26], {}, ValueError, r"digits\[2\] = 26.0: .* 0 to 9; .*categories=27\)"),
        ([0, 1, 3], {"categories": 3}, ValueError, r"digits\[2\] = 3.0: must be a whole number from 0 to 2$"),
        ([0, 1, 2], {"categories": 0}, ValueError, "categories = 0: must be an integer of at least 1"),
        ([0, 1, 2], {"categories": 3, "names": "ab"}, ValueError, "names = 'ab': must be different texts"),
        ([0, 1, 2], {"names": ["a", "b", "a"]}, ValueError, "names = .*different texts"),
        ([0, 1, 2], {"names": [0, 1, 2]}, ValueError, "names = .*different texts"),
        ([0, 1, 1], {"categories": 3, "names": ["a", "b"]}, ValueError, "categories = 3: .* names, 2"),
        ([0, 1, 1], {"shape": (2, 2)}, ValueError, r"shape = \(2, 2\): .* product is 2"),
    ],
)
def test_wrong_labels_are_refused(labels, others, error, message):
    with pytest.raises(error, match=message):
        hopcore.TrainingSet(np.zeros((3, 2)), labels, **others)


def test_values_of_other_ranges_are_refused_with_the_line_that_scales_them():
    counts = np.array([[0, 3], [200, 1]])
    with pytest.raises(
        ValueError, match=r"images\[0, 1\] = 3.0: must be in \[-1, 1\]; hopcore.scaled\(images, by="
    ):
        hopcore.TrainingSet(counts, ["a", "b"])
    hopcore.TrainingSet(hopcore.scaled(counts, by="quantile"), ["a", "b"])
    with pytest.raises(ValueError, match=r"images\[1, 0\] = nan: must be finite; .*isfinite"):
        hopcore.TrainingSet([[0, 1], [np.nan, 1]], ["a", "b"])


VALUES = st.integers(2, 6).flatmap(
    lambda genes: st.lists(
        st.lists(st.integers(0, 50), min_size=genes, max_size=genes), min_size=2, max_size=8
    )
)


@given(VALUES, st.sampled_from(["pixel", "quantile", "sign"]))
def test_scaled_values_are_pixels_and_come_back_unless_they_are_cut(values, by):
    values = np.array(values, dtype=float)
    values[0, 0], values[1, 0] = 0, 50  # a range
    signed = values - 20 if by == "sign" else values
    pixels = hopcore.scaled(signed, by)
    assert pixels.shape == values.shape and np.abs(pixels).max() <= 1
    back = hopcore.unscaled(pixels, by, like=signed)
    inside = np.abs(pixels) < 1
    np.testing.assert_allclose(back[inside], signed[inside], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(hopcore.scaled(scipy.sparse.csr_matrix(signed), by), pixels)
    if by == "sign":
        np.testing.assert_array_equal(np.sign(np.round(pixels, 12)), np.sign(signed))
    # The ranges are those of training, cell by cell.
    np.testing.assert_array_equal(hopcore.scaled(signed[:1], by, like=signed), pixels[:1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [[1, -1]], "by": "quantile"}, 'values = -1.0: must be at least 0 .*by="sign"'),
        ({"values": [[1, np.nan]], "by": "sign"}, r"values\[0, 1\] = nan: .*isfinite"),
        ({"values": [[1, 1]], "by": "pixel"}, "values = 1.0: must be of more than one value"),
        ({"values": [[1, 2]], "by": "grey"}, "by = 'grey': must be one of 'pixel', 'quantile', 'sign'"),
        ({"values": [[1, 2]], "by": "sign", "like": [[1, 2, 3]]}, r"like = .*shape \(any, 2\)"),
        ({"values": np.zeros((0, 2)), "by": "sign"}, r"values = .*at least one value"),
    ],
)
def test_what_cannot_be_scaled_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        hopcore.scaled(**arguments)
    with pytest.raises(ValueError, match=r"pixels = .*shape \(..., 2\)"):
        hopcore.unscaled([[0.5]], by="sign", like=[[1, 2]])


def test_draws_from_named_categories_keep_them():
    data = cells(7, each=4)
    drawn = hopcore.training_set(["kind w", 0], per_digit=3, source=data)
    assert drawn.digits.tolist() == [3] * 3 + [0] * 3 and drawn.names == data.names
    assert len(hopcore.training_set(per_digit=4, source=data)) == 28
    with pytest.raises(
        ValueError, match="per_digit = 5: must be at most 4, the images of kind z in the source"
    ):
        hopcore.training_set(per_digit=5, source=data)
    with pytest.raises(TypeError, match="digits = 'kind q': must be an integer from 0 to 6"):
        hopcore.training_set(["kind q"], source=data)


@pytest.mark.parametrize("categories", [2, 3, 26])
def test_the_reduced_system_has_as_many_silent_categories_as_the_network(categories):
    images = np.random.default_rng(4).choice([-0.9, 0.9], (2, 64))
    images[1, :40] = images[0, :40]
    pair = hopcore.TrainingSet(images, [0, 1], categories=categories)
    (aa, ab), (_, bb) = images @ images.T
    system = hopcore.ReducedSystem(aa, ab, bb, n=6, temperature=0.7 * 64, categories=pair.categories)
    found = system.fixed_points()
    for alpha, other, ell in zip(found.alpha.values, found.alpha_b.values, found.ell.values, strict=True):
        labels = np.full((1, categories), -1.0)
        labels[0, :2] = ell, -ell
        network = {
            "memories": [[alpha, other]] @ images,
            "labels": labels,
            "n": 6,
            "rescaled_temperature": 0.7,
        }
        by_memory, by_label = hopcore.gradients(pair, **network)
        # At a fixed point a step is along the memory, and the label is at its limit or at rest.
        first, second = np.linalg.lstsq(images.T, by_memory[0], rcond=None)[0]
        assert first * other == pytest.approx(second * alpha, rel=1e-6, abs=1e-12)
        assert abs(ell) == 1 or abs(by_label[0, 0]) <= 1e-6 * np.abs(by_label).max() + 1e-12
