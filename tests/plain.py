"""The learning rule in the plainest way: loops over images and memories, for comparison in the tests."""

import numpy as np


def odd_power(z, p):
    return np.sign(z) * np.abs(z) ** p


def gradients(memories, labels, images, targets, n, temperature, m):
    """Gradients by memories and labels, constants dropped, image by image."""
    by_memories, by_labels = np.zeros_like(memories), np.zeros_like(labels)
    for image, target in zip(images, targets, strict=True):
        activations = np.array([max(0.0, memory @ image) / temperature for memory in memories])
        scores = np.tanh(sum(label * a**n for label, a in zip(labels, activations, strict=True)))
        g = odd_power(scores - target, 2 * m - 1) * (1 - scores**2)
        for k, a in enumerate(activations):
            by_labels[k] += a**n * g
            by_memories[k] += a ** (n - 1) * (labels[k] @ g) * image
    return by_memories, by_labels


def by_largest(rows):
    sizes = np.abs(rows).max(axis=1, keepdims=True)
    return np.where(sizes > 0, rows / np.where(sizes > 0, sizes, 1), 0)


def train(
    data, *, n, rescaled_temperature, start, epochs, rate, momentum=0.0, m=None, constraint="rescale",
    minibatches=1, noise=None,
):  # fmt: skip
    """Memories and labels after the last epoch; ``noise`` maps an epoch to what is added to both."""
    memories, labels = (np.array(part, dtype=float) for part in start)
    temperature = rescaled_temperature * data.images.shape[1]
    m = n if m is None else m
    memory_velocity, label_velocity = np.zeros_like(memories), np.zeros_like(labels)
    for epoch in range(1, epochs + 1):
        for b in range(minibatches):
            by_memories, by_labels = gradients(
                memories, labels, data.images[b::minibatches], data.targets[b::minibatches], n, temperature, m
            )
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
