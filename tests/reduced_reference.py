"""Networks with two images, as the reduced system sees them, in the extended precision of `plain`."""

import numpy as np
from plain import WIDE


def pair_state(alpha_a, alpha_b, ell, images, copies=1, categories=10):
    """Memories, labels and targets of identical memories α_A A + α_B B with labels ℓ, −ℓ and −1 elsewhere."""
    memory = WIDE(alpha_a) * WIDE(images[0]) + WIDE(alpha_b) * WIDE(images[1])
    label = np.full(categories, WIDE(-1))
    label[:2] = WIDE(ell), -WIDE(ell)
    targets = -np.ones((2, categories))
    targets[0, 0] = targets[1, 1] = 1
    return np.tile(memory, (copies, 1)), np.tile(label, (copies, 1)), targets


def coefficients(memories, images):
    """(α_A, α_B) of each memory, by the normal equations in extended precision."""
    images = WIDE(images)
    aa, ab, bb = images[0] @ images[0], images[0] @ images[1], images[1] @ images[1]
    on_a, on_b = memories @ images[0], memories @ images[1]
    determinant = aa * bb - ab * ab
    return np.stack([(bb * on_a - ab * on_b) / determinant, (aa * on_b - ab * on_a) / determinant], axis=-1)
