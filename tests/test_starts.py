"""Where learning starts: drawn from a normal distribution with the run's seed, for one network or a sweep."""

import numpy as np
import pytest

import hopcore
from hopcore import RandomStart


@pytest.fixture(scope="module")
def data():
    return hopcore.training_set([1, 4], per_digit=3)


@pytest.mark.parametrize("given", [(), (-0.001, 1e-8), (0.2, 0.1), (1, 0)])
def test_both_parts_have_the_mean_and_the_spread(data, given):
    mean, spread = given or (-0.003, 1e-5)  # of the paper
    run = hopcore.train(data, start=RandomStart(*given), memories=400, epochs=0, seed=3)
    for part in (run.memories.values, run.labels.values):
        assert part.mean() == pytest.approx(mean, abs=4 * spread / part.size**0.5 + 1e-12)
        assert part.std() == pytest.approx(spread, rel=0.05, abs=1e-15)


def test_the_default_is_the_papers_program(data):
    options = {"memories": 5, "epochs": 20, "seed": 1}
    drawn = hopcore.train(data, start=RandomStart(), **options)
    assert drawn.identical(hopcore.train(data, **options))
    assert not drawn.equals(hopcore.train(data, start=RandomStart(spread=1e-8), **options))


def test_a_sweep_draws_a_start_for_every_seed_and_its_store_tells_starts_apart(data, tmp_path):
    grid = {"n": 3, "rescaled_temperature": 0.85, "seed": [0, 1], "memories": 3, "epochs": 5}
    for start in (RandomStart(), RandomStart(spread=0.1)):
        found = hopcore.sweep(data, **grid, start=start, store=tmp_path)
        assert np.abs(found.memories.diff("seed")).max() > start.spread
        alone = hopcore.train(data, n=3, rescaled_temperature=0.85, seed=1, memories=3, epochs=5, start=start)
        assert np.allclose(found.memories.sel(seed=1).squeeze(), alone.memories[-1], atol=1e-12)
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"mean": 1.5}, ValueError, r"start\.mean = 1\.5: must be a number from -1 to 1"),
        ({"mean": float("nan")}, ValueError, r"start\.mean = nan"),
        ({"spread": -1e-9}, ValueError, r"start\.spread = -1e-09: must be a finite .*of at least 0"),
        ({"spread": "wide"}, TypeError, r"start\.spread = 'wide'"),
    ],
)
def test_wrong_starts_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        RandomStart(**given)
