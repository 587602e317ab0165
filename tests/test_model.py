"""The network's equations: scores, cost and gradients."""

import numpy as np
import pytest
import torch

import hopcore


@pytest.fixture(scope="module")
def network():
    """A training set and a network in mid-learning: memories are mixtures of images, labels anything."""
    data = hopcore.training_set(per_digit=2, seed=3)
    rng = np.random.default_rng(1)
    memories = 0.9 * rng.dirichlet(np.full(len(data), 0.3), 6) @ data.images
    return data, memories, rng.uniform(-1, 1, (6, 10))


def torch_cost(data, memories, labels, n, rescaled_temperature, m):
    """The cost in torch, straight from its definition."""
    images, targets = torch.as_tensor(data.images.copy()), torch.as_tensor(data.targets.copy())
    activations = torch.relu(memories @ images.T) / (rescaled_temperature * images.shape[1])
    scores = torch.tanh((activations**n).T @ labels)
    return ((scores - targets).abs() ** (2 * m)).sum()


@pytest.mark.parametrize("n", [2.0, 3.0, 12.5, 30.0, 55.0])
@pytest.mark.parametrize("rescaled_temperature", [0.57, 0.85, 1.1])
@pytest.mark.parametrize("cost_power", [None, 1.0, 4.5])
def test_gradients_equal_autograd(network, n, rescaled_temperature, cost_power):
    data, memories, labels = network
    variables = [torch.tensor(part, requires_grad=True) for part in (memories, labels)]
    torch_cost(data, *variables, n, rescaled_temperature, cost_power or n).backward()
    settings = {"n": n, "rescaled_temperature": rescaled_temperature, "cost_power": cost_power}
    for ours, variable in zip(hopcore.gradients(data, memories, labels, **settings), variables, strict=True):
        theirs = variable.grad.numpy()
        # Theirs loses digits where a score is near its target, as many as the order of its sums decides.
        assert np.abs(ours - theirs).max() <= 1e-9 * np.abs(theirs).max()


# That training follows them is tried in test_training.py, and with autograd in test_benchmarks.py.
@pytest.mark.parametrize("n", [3.0, 12.5, 30.0])
def test_scores_equal_the_definition(network, n):
    data, memories, labels = network
    memories = memories * np.array([1, -1, 1, -1, 1, 1])[:, None]  # two overlap with no image
    expected = np.empty_like(data.targets)
    for i, image in enumerate(data.images):
        activations = [max(0.0, memory @ image) / (0.85 * 784) for memory in memories]
        expected[i] = np.tanh(sum(a**n * label for a, label in zip(activations, labels, strict=True)))
    ours = hopcore.scores(data.images, memories, labels, n=n, rescaled_temperature=0.85)
    assert np.abs(ours - expected).max() < 1e-13


def test_scores_at_extreme_powers_are_finite(network):
    data, memories, labels = network
    for n, rescaled_temperature in [(200.0, 0.01), (1000.0, 0.5), (500.0, 2.0)]:
        ours = hopcore.scores(data.images, memories, labels, n=n, rescaled_temperature=rescaled_temperature)
        assert np.isfinite(ours).all() and np.abs(ours).max() <= 1
    nothing = hopcore.scores(data.images, np.zeros_like(memories), labels, n=30, rescaled_temperature=0.85)
    assert (nothing == 0).all()


def test_a_trained_network_reads_its_training_set():
    data = hopcore.training_set(per_digit=3, seed=0)
    settings = {"n": 30.0, "rescaled_temperature": 0.85}
    run = hopcore.train(data, memories=40, epochs=4000, **settings)
    read = hopcore.category(data.images, run.memories[-1].values, run.labels[-1].values, **settings)
    assert (read == data.digits).mean() > 0.9


def test_of_saturated_scores_the_larger_field_is_read_out():
    image = np.ones((1, 16))
    settings = {"n": 30.0, "rescaled_temperature": 0.5}
    labels = [[0.5, 0.6, 0.2]]
    assert (hopcore.scores(image, image, labels, **settings) == 1).all()
    assert hopcore.category(image, image, labels, **settings).tolist() == [1]


@pytest.mark.parametrize("cost_power", [None, 1.0, 4.5])
def test_the_cost_equals_the_definition(network, cost_power):
    data, memories, labels = network
    settings = {"n": 12.5, "rescaled_temperature": 0.85}
    parts = [torch.as_tensor(part) for part in (memories, labels)]
    expected = float(torch_cost(data, *parts, *settings.values(), cost_power or 12.5))
    assert hopcore.cost(data, memories, labels, cost_power=cost_power, **settings) == pytest.approx(expected)
    # Without memories every score is 0, and each of the S·C errors is 1.
    assert hopcore.cost(data, 0 * memories, labels, cost_power=cost_power, **settings) == data.targets.size


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 1.0}, r"n = 1.0: must be a finite real number above 1"),
        ({"rescaled_temperature": 0}, r"rescaled_temperature = 0: must be"),
        ({"cost_power": -1}, r"cost_power = -1: must be a finite real number above 0"),
        ({"memories": np.zeros((6, 783))}, r"memories = .*must be an array of shape \(any, 784\)"),
        ({"labels": np.zeros((5, 10))}, r"labels = .*must be an array of shape \(6, 10\)"),
        ({"labels": np.zeros((6, 3))}, r"labels = .*must be an array of shape \(6, 10\)"),
        ({"labels": np.full((6, 10), np.inf)}, r"labels\[0, 0\] = inf: must be finite"),
    ],
)
@pytest.mark.parametrize("function", [hopcore.cost, hopcore.gradients])
def test_bad_arguments_are_named(network, function, change, message):
    data, memories, labels = network
    arguments = {"memories": memories, "labels": labels, "n": 30.0, "rescaled_temperature": 0.85, **change}
    with pytest.raises(ValueError, match=message):
        function(data, **arguments)
    with pytest.raises(TypeError, match=r"data = .*a TrainingSet"):
        function(data.images, **arguments)


def test_scores_refuse_bad_images(network):
    _, memories, labels = network
    for images, message in ((np.zeros(784), "of shape"), (np.full((2, 784), np.nan), "must be finite")):
        with pytest.raises(ValueError, match=message):
            hopcore.scores(images, memories, labels, n=30, rescaled_temperature=0.85)
