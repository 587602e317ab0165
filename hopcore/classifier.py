"""Prototype learning as a scikit-learn estimator: memories answer for images that they have not seen."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hopcore.data import TrainingSet
from hopcore.model import fields, suggested_temperature
from hopcore.scaling import scaled
from hopcore.training import mean_start, train


class PrototypeClassifier(ClassifierMixin, BaseEstimator):
    """A network of `hopcore.train` that learns rows of a table and tells the classes of others.

    It goes wherever scikit-learn's classifiers do: in pipelines, cross-validation and grid searches.

    Parameters
    ----------
    n : power of the rectified polynomial, above 1.
    rescaled_temperature : T_r = T/N, above 0; None is `hopcore.suggested_temperature`.
    memories, rate, epochs, dtype : as for `hopcore.train`.
    scaling : "sign" takes columns less their means, as `hopcore.scaled` does with values that have a sign;
        "pixel" and "quantile" take them as they are; None is for values in [−1, 1].
    random_state : of the start, as everywhere in scikit-learn.

    Attributes
    ----------
    memories_ : (K, N), in [−1, 1].
    labels_ : (K, C).
    classes_ : (C,) the classes in their order; ``data_`` the scaled training set.
    rescaled_temperature_ : what was learnt at.

    Raises
    ------
    ValueError, TypeError
        From ``fit``, for what scikit-learn or `hopcore.train` refuse.

    Examples
    --------
    >>> import hopcore
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.model_selection import cross_val_score
    >>> wines, kinds = load_wine(return_X_y=True)
    >>> found = cross_val_score(hopcore.PrototypeClassifier(memories=20, epochs=300), wines, kinds, cv=3)
    >>> bool(found.mean() > 0.9)
    True
    """

    def __init__(
        self,
        n: float = 12.0,
        rescaled_temperature: float | None = None,
        memories: int = 50,
        rate: float = 0.02,
        epochs: int = 1000,
        scaling: str | None = "sign",
        dtype: str = "float64",
        random_state: Any = 0,
    ) -> None:
        self.n = n
        self.rescaled_temperature = rescaled_temperature
        self.memories = memories
        self.rate = rate
        self.epochs = epochs
        self.scaling = scaling
        self.dtype = dtype
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Learn rows X (S, N) and their classes y (S,)."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, digits = np.unique(y, return_inverse=True)
        self._like, self._mean = X, X.mean(axis=0) if self.scaling == "sign" else 0.0
        self.data_ = TrainingSet(self._pixels(X), digits, categories=len(self.classes_))
        given = self.rescaled_temperature
        self.rescaled_temperature_ = suggested_temperature(self.data_) if given is None else given
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        start = mean_start(self.data_, self.memories, seed)
        how = {name: getattr(self, name) for name in ("n", "rate", "epochs", "dtype")}
        run = train(self.data_, rescaled_temperature=self.rescaled_temperature_, start=start, **how)
        self.memories_, self.labels_ = run.memories.values[-1], run.labels.values[-1]
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """The scores before their tanh, (S, C); of two classes, the second less the first, (S,)."""
        check_is_fitted(self)
        images = self._pixels(validate_data(self, X, dtype=np.float64, reset=False))
        network = {"n": self.n, "rescaled_temperature": self.rescaled_temperature_}
        found = fields(images, self.memories_, self.labels_, **network)
        return found[:, 1] - found[:, 0] if len(self.classes_) == 2 else found

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row, (S,)."""
        found = self.decision_function(X)
        return self.classes_[(found > 0).astype(int) if found.ndim == 1 else found.argmax(axis=1)]

    def _pixels(self, values: np.ndarray) -> np.ndarray:
        if self.scaling is None:
            return values
        return scaled(values - self._mean, self.scaling, like=self._like - self._mean)
