"""The learning rule, written plainly from its equations, for comparison in the tests.

Extended precision instead of logarithms: (1 ∓ tanh z) is written as 2/(1 + e^(±2z)), which keeps its
digits, and x86's 80-bit floats reach 1e±4900.  Nothing here is shared with `hopcore`.
"""

from types import SimpleNamespace

import numpy as np

WIDE = np.longdouble


def gradients(memories, labels, images, targets, n, temperature, m):
    """Gradients by memories (K, N) and labels (K, C), constants dropped."""
    activations = np.maximum(images @ memories.T, 0) / temperature
    fields = activations**n @ labels
    # by how much each score misses its target, and how far it is from the other end
    miss = 2 / (1 + np.exp(2 * targets * fields))
    rest = 2 / (1 + np.exp(-2 * targets * fields))
    product = -targets * miss ** (2 * m - 1) * miss * rest
    return (activations ** (n - 1) * (product @ labels.T)).T @ images, (activations**n).T @ product


def by_largest(rows):
    sizes = np.abs(rows).max(axis=1, keepdims=True)
    return rows / np.where(sizes == 0, 1, sizes)


def train(
    data, *, n, rescaled_temperature, start, epochs, rate, momentum=0.0, cost_power=None,
    constraint="rescale", minibatches=1, noise=None,
):  # fmt: skip
    """Memories and labels after the last epoch; ``noise`` maps an epoch to what is added to both."""
    memories, labels, images, targets = (WIDE(each) for each in (*start, data.images, data.targets))
    n, rate, temperature = WIDE(n), WIDE(rate), WIDE(rescaled_temperature) * images.shape[1]
    m = n if cost_power is None else WIDE(cost_power)
    memory_velocity, label_velocity = np.zeros_like(memories), np.zeros_like(labels)
    for epoch in range(1, epochs + 1):
        for b in range(minibatches):
            of_batch = images[b::minibatches], targets[b::minibatches]
            by_memories, by_labels = gradients(memories, labels, *of_batch, n, temperature, m)
            memory_velocity = momentum * memory_velocity - by_largest(by_memories)
            label_velocity = momentum * label_velocity - by_largest(by_labels)
            labels = labels + rate * by_largest(label_velocity)
            memories = memories + rate * by_largest(memory_velocity)
            if noise is not None and epoch in noise and b == minibatches - 1:
                memories, labels = memories + noise[epoch][0], labels + noise[epoch][1]
            labels = np.clip(labels, -1, 1)
            if constraint == "clip":
                memories = np.clip(memories, -1, 1)
            else:
                memories = memories / np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))
    return memories, labels


def epoch(memories, labels, images, targets, n, temperature, rate):
    """Memories and labels after one full-batch epoch without momentum, of cost power m = n."""
    data, rescaled = SimpleNamespace(images=images, targets=targets), WIDE(temperature) / images.shape[1]
    start = memories, labels
    return train(data, n=n, rescaled_temperature=rescaled, start=start, epochs=1, rate=rate)
