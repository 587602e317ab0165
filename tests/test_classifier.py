"""The estimator is one of scikit-learn's, and its answers are those of the network that it trains."""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.utils.estimator_checks import estimator_checks_generator

import hopcore

FEW = {"epochs": 200, "memories": 20}


def named(check):
    return check.func.__name__ if hasattr(check, "func") else str(check)


@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks warn of themselves
def test_scikit_learns_own_checks_pass():
    for estimator, check in estimator_checks_generator(hopcore.PrototypeClassifier(**FEW)):
        if named(check) != "check_array_api_input":  # it skips itself without an array API
            check(estimator)


@pytest.mark.parametrize("scaling", ["sign", "quantile", "pixel", None])
def test_it_answers_as_its_network_does(scaling):
    wines, kinds = load_wine(return_X_y=True)
    if scaling in ("pixel", None):  # columns of one range
        wines = hopcore.scaled(wines, by="quantile")
    names = np.array(["red", "rosé", "white"])[kinds]
    estimator = hopcore.PrototypeClassifier(n=8, scaling=scaling, **FEW).fit(wines[::2], names[::2])
    assert estimator.score(wines[1::2], names[1::2]) > 0.6  # more with more epochs
    data = estimator.data_
    assert data.categories == 3 and estimator.rescaled_temperature_ == hopcore.suggested_temperature(data)
    network = {"n": 8, "rescaled_temperature": estimator.rescaled_temperature_}
    answers = hopcore.category(data.images, estimator.memories_, estimator.labels_, **network)
    assert (estimator.predict(wines[::2]) == estimator.classes_[answers]).mean() > 0.99  # scores may tie
    scores = hopcore.scores(data.images, estimator.memories_, estimator.labels_, **network)
    np.testing.assert_array_equal(np.tanh(estimator.decision_function(wines[::2])), scores)


def test_the_start_is_along_the_mean_image_and_the_temperature_a_share_of_the_overlaps():
    data = hopcore.TrainingSet([[0.5, -1], [1, 0]], ["a", "b"])
    memories, labels = hopcore.mean_start(data, memories=5, seed=3, size=0.01, spread=0)
    np.testing.assert_allclose(memories, np.tile([0.0075, -0.005], (5, 1)), rtol=0, atol=1e-15)
    assert (labels == -0.01).all() and labels.shape == (5, 2)
    first, second = (hopcore.mean_start(data, seed=seed)[0] for seed in (0, 1))
    assert 0 < abs(first - second).max() < 1e-4 and first.shape == (100, 2)
    assert hopcore.suggested_temperature(data) == pytest.approx(0.7 * 2.25 / 4)
    assert hopcore.suggested_temperature(hopcore.TrainingSet([[0.0]], ["a"])) > 0
    with pytest.raises(TypeError, match="data = 3: must be a TrainingSet"):
        hopcore.suggested_temperature(3)
