"""The tables on the paper's grids: read as written, and what training gives now."""

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

import hopcore
from hopcore import reduced
from hopcore.paper import PAIR_OVERLAPS, tables
from hopcore.paper.figures import PIXELS
from hopcore.paper.scales import ARREST, FEATURE_TO_PROTOTYPE, Pace
from hopcore.studies import arrest
from hopcore.studies import feature_to_prototype as transition

GENERATOR = np.random.default_rng(0)


def cells(table, count, *names):
    """Places of a table at random, each the values of some of its coordinates."""
    return [{name: GENERATOR.choice(table[name].values) for name in names} for _ in range(count)]


def test_a_kept_table_is_read_as_it_was_shown_and_only_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    found = xr.Dataset({"share": ("n", [0.25, np.nan])}, {"n": [3.0, 30.0]})
    shown = tables.Table("7", found)._repr_mimebundle_()
    [kind] = set(shown) - {"text/plain"}
    assert tables.MIME.endswith(kind)
    tables.Table.parse(shown[kind]).write(hours=1.5, commit="abc")
    again = tables.on_the_papers_grid("7", found, "quick")
    assert again.drop_attrs().equals(found)
    assert (again.attrs["hours"], again.attrs["commit"]) == (1.5, "abc")
    with pytest.raises(ValueError, match="figure = '9': must be one of 7"):
        tables.published("9")
    path = tmp_path / "7.nc"
    path.rename(tmp_path / "8.nc")  # another figure's
    with pytest.raises(ValueError, match=r"8\.nc cannot be used .*made from something else.*paper scale"):
        tables.published("8")


def test_the_map_of_figure_5_is_computed_again():
    table = tables.published("5")
    for place in cells(table, 40, "n", "temperature"):
        one = {name: [value] for name, value in place.items()}
        found = reduced.phase_diagram(*PAIR_OVERLAPS, **one, copies=2)["count"]
        assert found.item() == table["count"].sel(place)


def test_networks_of_figures_2a_and_8_are_trained_again():
    table, [pace] = tables.published("2A").largest[:, :30], FEATURE_TO_PROTOTYPE["paper"].figure_2
    [place] = cells(table, 1, "n", "rescaled_temperature")
    hot = place["rescaled_temperature"]
    same = Pace((hot * PIXELS,), pace.rate, pace.epochs)
    size = {"memories": 100, "dtype": "float64"}
    network = transition.trained(hopcore.training_set(seed=0), [place["n"]], [same], seed=0, **size)
    found = transition.largest_coefficient(network).squeeze().values
    npt.assert_allclose(np.sort(found), np.sort(table.sel(place)), atol=2e-3)

    table = tables.published("8").population
    [place] = cells(table, 1, "set", "rescaled_temperature")
    hot = place["rescaled_temperature"]
    network = arrest.heat(ARREST["paper"], [int(place["set"])], temperatures=[hot])
    assert abs(network.population.squeeze() - table.sel(place)).max() <= 1
