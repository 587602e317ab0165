"""The paper's parameters and claims, and the answers that chapters give."""

import json

import pytest

from hopcore.claims import Answer, Beyond, ClaimsTable, Verdict
from hopcore.paper import CLAIMS, FIGURES


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


def test_the_map_panels_are_part_of_the_curves():
    curves, panels = FIGURES["2A"], FIGURES["2B"]
    assert set(panels.n) <= set(curves.n)
    assert set(panels.temperature) <= set(curves.temperature)
    assert panels.epochs == curves.epochs


def test_every_figure_can_be_trained():
    for each in FIGURES.values():
        assert min(each.n) > 1
        assert min(each.temperature) > 0
        assert each.source
        assert set(each.digits) <= set(range(10))


def test_every_claim_belongs_to_a_figure_or_the_supplement():
    known = {name[0] for name in FIGURES} | {"S"}
    assert {claim.figure[0] for claim in CLAIMS.values()} <= known
    assert all(claim.id == key for key, claim in CLAIMS.items())


def test_verdict_of_parts():
    assert Verdict.of(True, True) is Verdict.HOLDS
    assert Verdict.of(True, False) is Verdict.IN_PART
    assert Verdict.of(False, False) is Verdict.FAILS
    with pytest.raises(ValueError, match="parts"):
        Verdict.of()


@pytest.fixture
def table():
    return ClaimsTable(
        "a_chapter",
        "quick",
        3,
        (
            Answer("F1", "a < b & 0.5", Verdict.HOLDS, {"share": 0.5}),
            Answer("F2", "ℓ rises", Verdict.IN_PART, {"n": 12}, "fig-rise"),
        ),
        (Beyond("how fast", "twice as fast", {"ratio": 2.0}, "fig-speed"),),
    )


def test_a_saved_table_comes_back(table, tmp_path):
    path = table.save(tmp_path / "claims")
    assert path.name == "a_chapter.quick.json"
    assert ClaimsTable.load(path) == table
    assert json.loads(path.read_text(encoding="utf-8"))["answers"][0]["verdict"] == "holds"


def test_a_table_shows_claim_measurement_and_verdict(table):
    shown = table._repr_html_()
    assert "a &lt; b &amp; 0.5" in shown
    assert CLAIMS["F1"].statement.split(".")[0] in shown
    assert shown.count("<tr") == 3
    assert "verdict-in-part" in shown
    assert str(table).splitlines() == ["F1  holds: a < b & 0.5", "F2  holds in part: ℓ rises"]


def test_an_unknown_claim_is_refused():
    with pytest.raises(ValueError, match="'Z9'"):
        Answer("Z9", "nothing", Verdict.HOLDS, {})
