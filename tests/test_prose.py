"""Values that the text of a chapter quotes."""

import numpy as np
import pytest
import xarray as xr

from hopcore.prose import say


@pytest.fixture
def kept(monkeypatch):
    shown = {}

    def display(bundle, *, raw, metadata):
        assert raw
        (name,) = (entry["name"] for entry in metadata.values())
        shown[name] = bundle["application/papermill.record/text/plain"]

    monkeypatch.setattr("myst_nb.ext.glue.ipy_display", display)
    return shown


def test_every_number_becomes_one_that_text_can_format(kept):
    say(a=0.25, b=np.float64(0.25), c=xr.DataArray(7), d=np.int64(3), scale="quick")
    assert kept == {"a": "0.25", "b": "0.25", "c": "7", "d": "3", "scale": "'quick'"}
    assert f"{float(kept['b']):.1f}" == "0.2"


def test_arrays_and_odd_names_are_refused(kept):
    with pytest.raises(ValueError, match="one number, got 2"):
        say(a=np.zeros(2))
    with pytest.raises(ValueError, match="'two words'"):
        say(**{"two words": 1})
