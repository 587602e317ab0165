"""What a type checker has to refuse: mypy reads this file and complains of an `ignore` that is not needed."""

import hopcore

data = hopcore.training_set(digits=[1, 4])


def right() -> None:
    hopcore.train(data, n=30, rescaled_temperature=[0.85, 0.9], epochs=2, record_every=1)
    run = hopcore.train(data, n=lambda epoch: 3.0 + epoch)
    hopcore.coefficients(run.memories, data).rename("alpha")
    hopcore.coefficients(run.memories.values, data).mean(axis=0)
    hopcore.sweep(data, n=range(2, 5), rescaled_temperature=0.85, seed=0, rate=0.01)


def refused() -> None:
    hopcore.train(data, n="x")  # type: ignore[arg-type]
    hopcore.train(data, powers=3)  # type: ignore[call-arg]
    hopcore.train([1, 4])  # type: ignore[arg-type]
    hopcore.sweep(data, n="x", rescaled_temperature=0.85)  # type: ignore[arg-type]
    hopcore.folds(753, 494, 719)  # type: ignore[call-arg]
    hopcore.no_such_name  # type: ignore[attr-defined]  # noqa: B018
