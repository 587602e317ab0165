"""The paper's parameters and claims, the answers that chapters give, and numbers that their text quotes."""

import json

import numpy as np
import pytest
import xarray as xr

from hopcore.paper import CLAIMS, FIGURES, Answer, Verdict, beyond, claim, ranges, say
from hopcore.paper.verdicts import MIME


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        ("1", (0.51, 0.70, 0.85)),
        ("2A", (0.57, 0.83, 0.96)),
        ("3", (0.85,)),
        ("5A", (0.89,)),
        ("7", (0.70, 0.96, 1.02)),
    ],
)
def test_temperatures_are_those_that_the_captions_print(figure, printed):
    assert tuple(round(value, 2) for value in FIGURES[figure].rescaled_temperature) == printed


def test_every_figure_can_be_trained_and_every_claim_belongs_to_one():
    for each in FIGURES.values():
        assert min(each.n) > 1 and min(each.temperature) > 0 and each.source
        assert set(each.digits) <= set(range(10))
    assert set(FIGURES["2B"].n) <= set(FIGURES["2A"].n)
    assert {claim.figure[0] for claim in CLAIMS.values()} <= {name[0] for name in FIGURES} | {"S"}


@pytest.fixture
def glued(monkeypatch):
    """What was kept for the text, by name."""
    kept = {}

    def display(bundle, *, raw, metadata):
        (name,) = (entry["name"] for entry in metadata.values())
        kept[name] = bundle["application/papermill.record/text/plain"]

    monkeypatch.setattr("myst_nb.ext.glue.ipy_display", display)
    return kept


def answer(**parts):
    return claim("F1", parts=parts, numbers={}, measured="")


def test_a_claim_over_draws_says_in_how_many_it_holds(glued):
    assert answer(a=True).said == "holds"
    assert answer(a=True, b=False).said == "holds in part"
    assert answer(a=False, b=np.bool_(False)).said == "does not hold"
    some = answer(a=[True, True, False], b=np.array([True, False, False]))
    assert (some.verdict, some.said) == (Verdict.IN_PART, "holds in 1 of 3 draws")
    assert str(some).splitlines()[1:] == ["  2 of 3 draws: a", "  1 of 3 draws: b"]
    assert answer(a=[True, True], b=True).said == "holds in 2 of 2 draws"
    assert answer(a=[True, True], b=False).said == "holds in part"
    assert answer(a=[False, False]).said == "does not hold in any of 2 draws"


def test_an_answer_quotes_its_numbers_and_shows_itself(glued):
    found = claim(
        "F2",
        parts={"a < b": True, "rises": False},
        numbers={"share": np.float64(0.25), "n": xr.DataArray(12)},
        measured="{share:.1f} & {n} of <them>",
        figure="fig-rise",
    )
    assert glued == {"F2.share": "0.25", "F2.n": "12"}
    shown = found._repr_mimebundle_()
    assert shown["text/plain"].splitlines() == ["F2 holds in part", "  yes: a < b", "  no: rises"]
    assert "0.2 &amp; 12 of &lt;them&gt;" in shown["text/html"] and "verdict-in-part" in shown["text/html"]
    assert Answer.parse(json.loads(json.dumps(shown[MIME]))) == found


def test_ranges_are_named_after_what_they_are_of():
    found = ranges({"a": xr.DataArray([1.0, np.nan, 3.0]), "b": [1, 2]})
    assert found == {"a": 2, "a_least": 1, "a_most": 3, "b": 1.5, "b_least": 1, "b_most": 2}


def test_what_is_beyond_the_paper_has_no_verdict_but_for_bars(glued):
    found = beyond("speed", "How fast?", numbers={"ratio": 2.0}, measured="{ratio:.0f} times")
    assert (found.verdict, found.said, found.measured) == (None, "", "2 times")
    assert glued == {"speed.ratio": "2.0"}
    assert Answer.parse(json.loads(json.dumps(found._repr_mimebundle_()[MIME]))) == found
    barred = beyond("speed", "How fast?", parts={"twice": [True, False]}, numbers={}, measured="")
    shown = barred._repr_mimebundle_()
    assert shown["text/plain"].splitlines() == ["speed holds in 1 of 2 draws", "  1 of 2 draws: twice"]
    assert "Beyond the paper" in shown["text/html"] and "paper says" not in shown["text/html"]
    assert Answer.parse(json.loads(json.dumps(shown[MIME]))) == barred


def test_wrong_answers_are_refused(glued):
    with pytest.raises(ValueError, match="'Z9'"):
        claim("Z9", parts={"a": True}, numbers={}, measured="")
    for parts in ({}, {"a": []}, {"a": 1}, {"a": [True] * 2, "b": [True] * 3}):
        with pytest.raises(ValueError, match="parts"):
            answer(**parts)
    with pytest.raises(ValueError, match="share must be one number, got 2"):
        claim("F1", parts={"a": True}, numbers={"share": np.zeros(2)}, measured="")
    for name in ("F1", "two words"):
        with pytest.raises(ValueError, match=name):
            beyond(name, "?", numbers={}, measured="")


def test_every_number_becomes_one_that_text_can_format(glued):
    say(a=0.25, b=np.float64(0.25), c=xr.DataArray(7), d=np.int64(3), scale="quick")
    assert glued == {"a": "0.25", "b": "0.25", "c": "7", "d": "3", "scale": "'quick'"}
    with pytest.raises(ValueError, match="one number, got 2"):
        say(a=np.zeros(2))
    with pytest.raises(ValueError, match="'two words'"):
        say(**{"two words": 1})
