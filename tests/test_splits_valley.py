"""Waddington's valley: places between fates, and heights that are low where memories are many."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from test_splits import EPOCHS, walk

from hopcore.splits import build_tree, landscape, leaf_order


def paths(seed, memories=7, digits=(0, 3, 4, 8), epochs=5):
    """Coefficients of both signs, at least one of each memory positive."""
    values = np.random.default_rng(seed).uniform(-0.3, 1, (epochs, memories, len(digits)))
    values[..., 0] = np.abs(values[..., 0]) + 0.01
    coordinates = {"epoch": 10 * np.arange(epochs), "category": list(digits)}
    return xr.DataArray(values, coordinates, ("epoch", "memory", "category"))


@given(st.integers(0, 10**6), st.floats(1e-6, 1e6), st.floats(1e-4, 0.1))
def test_a_landscape_knows_no_units_no_first_memory_no_copies_and_no_side(seed, unit, floor):
    own = paths(seed)
    land = landscape(own, own.category, floor=floor)
    assert (abs(land.place) <= 1).all()
    # all memories are somewhere: heights are those of a density
    np.testing.assert_allclose((np.exp(-land.height) - floor).sum("x"), 1, rtol=1e-3)

    other = own[:, np.random.default_rng(seed).permutation(own.sizes["memory"])] * unit
    twice = landscape(xr.concat([other, other], "memory"), own.category, floor=floor)
    np.testing.assert_allclose(twice.height, land.height, atol=1e-9)

    mirrored = landscape(own, own.category[::-1], floor=floor)
    np.testing.assert_allclose(mirrored.place, -land.place, atol=1e-12)


def test_valleys_lie_where_memories_are_and_fork_when_they_part():
    own = xr.DataArray(np.zeros((40, 20, 3)), {"category": [1, 4, 7]}, ("epoch", "memory", "category"))
    own[..., 1] = 1  # all are 4s, until half of them become 7s
    own[20:, 10:, 1], own[20:, 10:, 2] = 0, 1
    land = landscape(own.assign_coords(epoch=range(40)), (1, 4, 7), records=1)
    assert land.place[0].values.tolist() == [0] * 20 and set(land.place[-1].values.tolist()) == {0, 1}
    x, (first, *_, last) = land.x.values, land.height.values
    assert abs(x[first.argmin()]) < 0.02 and first.min() < last.min()
    low = x[(last < np.roll(last, 1)) & (last < np.roll(last, -1)) & (last < 4)]
    assert low == pytest.approx([0, 1], abs=0.02)


def test_fates_that_part_last_are_neighbours():
    fates = [1, 7, 4, 9]
    tree = build_tree(walk(fates, [(100, [1, 4]), (500, [4]), (700, [7])]), fates, EPOCHS)
    order = leaf_order(tree).tolist()
    assert sorted(order) == sorted(fates)
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset([1, 4]), frozenset([7, 9])}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fates": [0]}, "fates = .*two or more of"),
        ({"fates": [0, 0, 3]}, "fates = "),
        ({"fates": [0, 5]}, "fates = "),
        ({"width": 0}, "width = 0"),
        ({"floor": -1}, "floor = -1"),
        ({"records": 0}, "records = 0"),
        ({"paths": paths(0) * np.nan}, "paths"),
        ({"paths": -abs(paths(0))}, "positive coefficient"),
        ({"paths": paths(0).rename(memory="cell")}, "over epoch, memory and category"),
    ],
)
def test_what_is_no_landscape_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        landscape(**{"paths": paths(0), "fates": [0, 3, 4, 8]} | changes)


def test_one_fate_has_no_order():
    with pytest.raises(ValueError, match="two fates"):
        leaf_order(build_tree(walk([1, 1], []), [1, 1], EPOCHS))
