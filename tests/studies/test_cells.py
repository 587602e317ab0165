"""Cells: scanpy's data, trees of types, and what is counted in them."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from hopcore import splits
from hopcore.paper.scales import CELLS
from hopcore.splits import build_tree
from hopcore.studies import cells

SETTINGS = replace(CELLS["tiny"], powers=(12,), shares=(0.9,), draws=1)


@pytest.mark.parametrize(("name", "types", "genes"), [("krumsiek11", 4, 11), ("pbmc68k", 6, 765)])
def test_draws_have_the_same_number_of_each_type_and_all_others_are_held_out(name, types, genes):
    found = cells.cells_of(name)
    drawn = cells.draw(name, "quantile", seed=1, each=5)
    assert drawn.data.images.shape == (5 * types, genes) and len(found.genes) == genes
    assert np.bincount(drawn.data.digits).tolist() == [5] * types
    assert len(drawn.types) == len(found.types) - 5 * types and found.progenitor in drawn.types
    assert sorted(found.known()[0]) == list(drawn.data.names)
    other = cells.draw(name, "quantile", seed=2, each=5).data
    assert other != drawn.data == cells.draw(name, "quantile", seed=1, each=5).data
    overlaps = drawn.data.images @ drawn.data.images.T / genes
    same = np.kron(np.eye(types), np.ones((5, 5))) > 0
    expected = (np.diag(overlaps).mean() + overlaps[~same].mean()) / 2
    assert cells.overlap(drawn.data) == pytest.approx(expected)


def test_triplets_count_the_closest_two_of_three():
    leaves, known = cells.cells_of("pbmc68k").known()
    assert leaves == ["CD4 T", "CD8 T", "NK", "B", "Mono", "DC"]
    assert known[0].tolist() == [5, 4, 3, 2, 1, 1] and known[4].tolist() == [1, 1, 1, 1, 3, 2]
    assert cells.right_triplets(known, known) == cells.right_triplets(3 * known - 7, known) == 1
    assert cells.right_triplets(-known, known) < 1 / 3
    assert cells.right_triplets(np.ones((6, 6)), known) == pytest.approx(1 / 3)  # all at once is a guess
    missing = known.copy()
    missing[5] = missing[:, 5] = np.nan  # ten of twenty triplets are guessed
    assert cells.right_triplets(missing, known) == pytest.approx((10 + 10 / 3) / 20)
    null = cells.permuted_triplets(known, known)
    assert null.shape == (720,) and null.mean() == pytest.approx(1 / 3) and null.max() == 1


def hierarchy(each=4, genes=64):
    """Cells of six types whose means follow the known tree."""
    leaves, known = cells.cells_of("pbmc68k").known()
    random = np.random.default_rng(0)
    # What every ancestor changes, all types below it have.
    clades = {tuple(np.flatnonzero(row >= level)) for row in known for level in range(1, int(row.max()) + 1)}
    below = [np.isin(np.arange(6), clade)[:, None] for clade in sorted(clades)]
    means = sum(each * random.choice([-0.2, 0.2], genes) for each in below)
    kinds = np.repeat(np.arange(6), each)
    images = np.clip(means[kinds] + random.normal(0, 0.02, (len(kinds), genes)), -1, 1)
    return cells.TrainingSet(images, kinds, names=leaves), known


def test_clusterings_find_a_tree_that_is_there():
    data, known = hierarchy()
    assert cells.right_triplets(cells.by_linkage(data), known) > 0.8
    assert cells.right_triplets(cells.by_scanpy(data), known) > 0.6
    assert cells.right_triplets(cells.by_annealing(data, seed=0), known) > 0.8


def test_progenitors_are_mixtures_of_their_descendants_where_they_are():
    epochs = np.arange(4)
    paths = np.zeros((4, 3, 3))
    paths[0] = 1 / 3
    paths[1, 0], paths[1, 1:] = [1, 0, 0], [0.2, 0.4, 0.4]
    paths[2:] = np.eye(3)
    tree = build_tree(paths, [0, 1, 2], epochs, names=("a", "b", "c"))
    assert [split.epoch for split in tree.splits] == [0, 1]
    assert cells.mixed(tree) == pytest.approx(0.8)
    assert np.isnan(cells.mixed(build_tree(paths[1:], [0, 1, 2], epochs[1:])))
    together = cells.together(tree)
    assert together[1, 2] == 1 and together[0, 1] == 0


@pytest.fixture(scope="module")
def measured():
    return {key: cells.measured(SETTINGS, name, ["quantile"], [0]) for key, name in cells_named().items()}


def cells_named():
    return {"network": "krumsiek11", "blood": "pbmc68k"}


def test_what_is_measured_is_what_the_network_of_the_draw_does(measured):
    drawn = cells.draw("pbmc68k", "quantile", 0, SETTINGS.each)
    run = cells.learn(drawn.data, SETTINGS, 0)
    found, tree = measured["blood"].isel(scaling=0, draw=0), cells.tree_of(run, drawn.data)
    assert found.learnt == len(tree.fates) / 6
    known = np.isin(drawn.types, drawn.data.names)
    end = run.isel(epoch=-1)
    answers = cells.category(
        drawn.others[known],
        end.memories,
        end.labels,
        n=12,
        rescaled_temperature=run.attrs["rescaled_temperature"],
    )
    told = np.array(drawn.data.names)[answers] == drawn.types[known]
    assert found.accuracy.sel(judge="network") == pytest.approx(told.mean())
    assert 0.6 < found.accuracy.sel(judge="regression") <= 1
    assert run.attrs["rescaled_temperature"] == pytest.approx(0.9 * cells.overlap(drawn.data))
    assert splits.recognised(run, drawn.data)[-1].sum() > 0.6 * len(drawn.data)


def test_every_question_has_an_answer_for_both_kinds_of_cells(measured):
    grown = {key: cells.trees(SETTINGS, name, ["quantile"], [0]) for key, name in cells_named().items()}
    assert grown["blood"].learnt.dims == ("scaling", "n", "share", "draw")
    assert grown["blood"].learnt.item() == measured["blood"].learnt.item()
    answers = cells.answers(measured, grown)
    assert len(answers) == 8
    for answer in answers.values():
        assert len(answer["parts"]) in (2, 6)
        assert all(np.asarray(held).dtype == bool for held in answer["parts"].values())
        assert answer["measured"].format(**answer["numbers"])
    better = answers["cell_clusterings"]["parts"]["blood cells: at least as many triplets as by scanpy"]
    right = measured["blood"].right
    assert better.tolist() == [right.sel(way="network").item() >= right.sel(way="scanpy").item()]
    xr.testing.assert_equal(measured["blood"].right.transpose(..., "way"), right)
