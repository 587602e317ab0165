"""An epoch as a CUDA graph: recorded once, replayed without the host."""

from __future__ import annotations

from collections.abc import Callable

import torch


class RecordedEpoch:
    """A recording of ``epoch``, which advances ``state``; the epochs run to warm up are undone."""

    def __init__(self, epoch: Callable[[], None], state: list[torch.Tensor], device: torch.device) -> None:
        before = [array.clone() for array in state]
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(3):
                epoch()
        torch.cuda.current_stream(device).wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            epoch()
        for array, value in zip(state, before, strict=True):
            array.copy_(value)

    def replay(self) -> None:
        """One epoch."""
        self._graph.replay()
