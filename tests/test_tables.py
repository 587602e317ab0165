"""The tables on the paper's grids: read as written, and what training gives now."""

import numpy as np
import pytest
import xarray as xr

from hopcore import reduced
from hopcore.paper import PAIR_OVERLAPS, tables


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


def test_random_cells_of_the_map_of_figure_5_are_computed_again():
    count, generator = tables.published("5")["count"], np.random.default_rng(0)
    for _ in range(40):
        place = {name: generator.choice(count[name].values) for name in count.dims}
        one = {name: [value] for name, value in place.items()}
        assert reduced.phase_diagram(*PAIR_OVERLAPS, **one, copies=2)["count"] == count.sel(place)
