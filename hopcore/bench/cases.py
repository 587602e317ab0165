"""What is timed: one epoch in several ways, each a function without arguments."""

from collections.abc import Callable

import numpy as np
import torch

from hopcore.data import TrainingSet
from hopcore.training import Options, Run
from hopcore.training.run import build_learner

Case = Callable[[], object]

N, RESCALED_TEMPERATURE, SEED = 30.0, 0.85, 0
STANDARD_RUN = Run(N, RESCALED_TEMPERATURE, SEED)
"""The paper's most used network: n = 30, T_r = 0.85, 100 memories, 200 images."""


def epoch(data: TrainingSet, *, runs: int = 1, **options) -> Case:
    """One epoch of hopcore's training, of a stack of runs; the form is chosen as `train` chooses it."""
    learner = build_learner(data, Options.checked(data, **options), [STANDARD_RUN] * runs)
    return torch.inference_mode()(learner.epoch)


def products(data: TrainingSet, *, memories: int = 100, dtype: str = "float64") -> Case:
    """The two products that any direct evaluation needs: overlaps M·Xᵀ and memory steps W·X."""
    kind = getattr(torch, dtype)
    images = torch.as_tensor(data.images.copy()).to(kind)
    generator = torch.Generator().manual_seed(0)
    state = torch.rand(memories, images.shape[1], dtype=kind, generator=generator)
    weights = torch.rand(memories, images.shape[0], dtype=kind, generator=generator)
    overlaps, step = torch.empty_like(weights), torch.empty_like(state)

    @torch.inference_mode()
    def both() -> None:
        torch.mm(state, images.T, out=overlaps)
        torch.mm(weights, images, out=step)

    return both


def image_loop(data: TrainingSet) -> Case:
    """One epoch in NumPy, image by image, in the style of the paper's programs.

    One pass over the images sums the memories' gradient, another the labels'; each evaluates the network.
    """
    memories, labels = (part.copy() for part in Options.checked(data).starts(data, SEED))
    n, pixels = N, data.images.shape[1]
    temperature = RESCALED_TEMPERATURE * pixels

    def activations(image: np.ndarray) -> np.ndarray:
        overlaps = np.dot(memories, image)
        return (overlaps + np.abs(overlaps)) / (2 * temperature)

    def slopes(image: np.ndarray, target: np.ndarray) -> np.ndarray:
        powers = np.repeat(activations(image) ** n, labels.shape[1]).reshape(labels.shape)
        scores = np.tanh(np.sum(labels * powers, axis=0))
        errors = scores - target
        return np.sign(errors) * np.abs(errors) ** (2 * n - 1) * (1 - scores**2)

    def one_epoch() -> None:
        by_memories, by_labels = np.zeros_like(memories), np.zeros_like(labels)
        for image, target in zip(data.images, data.targets, strict=True):
            pull = np.sum(labels * slopes(image, target), axis=1) * activations(image) ** (n - 1)
            by_memories += image * np.repeat(pull, pixels).reshape(memories.shape)
        for image, target in zip(data.images, data.targets, strict=True):
            powers = np.repeat(activations(image) ** n, labels.shape[1]).reshape(labels.shape)
            by_labels += slopes(image, target) * powers
        for values, gradient in ((memories, by_memories), (labels, by_labels)):
            values -= 0.005 * gradient / np.abs(gradient).max(axis=1, keepdims=True)
        np.clip(labels, -1, 1, out=labels)
        memories[:] /= np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))

    return one_epoch


def autograd(data: TrainingSet, *, dtype: str = "float64") -> Case:
    """One epoch in torch as one would first write it: the cost, ``backward``, a normalised step."""
    kind = getattr(torch, dtype)
    images, targets = (torch.as_tensor(part.copy()).to(kind) for part in (data.images, data.targets))
    start = Options.checked(data).starts(data, SEED)
    memories, labels = (torch.as_tensor(part).to(kind).requires_grad_() for part in start)
    n, temperature = N, RESCALED_TEMPERATURE * images.shape[1]

    def one_epoch() -> None:
        powers = (torch.relu(memories @ images.T) / temperature) ** n
        cost = ((torch.tanh(powers.T @ labels) - targets).abs() ** (2 * n)).sum()
        gradients = torch.autograd.grad(cost, (memories, labels))
        with torch.no_grad():
            for values, gradient in zip((memories, labels), gradients, strict=True):
                size = gradient.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(kind).tiny)
                values -= 0.005 * gradient / size
            labels.clamp_(-1, 1)
            memories.div_(memories.abs().amax(dim=1, keepdim=True).clamp(min=1))

    return one_epoch
