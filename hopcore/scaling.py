"""Values of any range as pixels, from −1 to 1, and back."""

from typing import Any

import numpy as np

from hopcore._checks import check_choice, check_finite_array, dense, refuse

QUANTILE = 0.99
"""What is beyond this part of a gene's values is cut, so that one cell does not set the scale of all."""

_WAYS = ("pixel", "quantile", "sign")


def scaled(values: Any, by: str, like: Any = None) -> np.ndarray:
    """Values of any range as pixels in [−1, 1], as `hopcore.TrainingSet` takes them; `unscaled` goes back.

    Parameters
    ----------
    values : (S, N), finite: pictures, counts, scores; an array, a table or a sparse matrix.
    by : how.

        - "pixel": one range for all, the lowest value is −1 and the highest 1: for greys 0 to 255 it is
          2·grey/255 − 1;
        - "quantile": gene by gene (column by column), 0 is −1 and the 99th percentile 1: for counts, their
          logarithms, and all else that is 0 or more;
        - "sign": gene by gene, 0 stays 0 and the 99th percentile of the absolute values is 1: for scores with
          a sign, such as values less their mean.
    like : (M, N), values from which the ranges are taken; None for ``values`` themselves. For held-out
        values, those of training.

    Returns
    -------
    (S, N) float64. Values beyond the range are cut: they alone do not come back. A gene without values is −1
    everywhere by "quantile", and 0 by "sign".

    Raises
    ------
    ValueError, TypeError
        For NaN, another number of columns, negative counts, and one value everywhere.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.scaled([[0, 255], [51, 204]], by="pixel").round(2).tolist()
    [[-1.0, 1.0], [-0.6, 0.6]]
    >>> counts = [[0, 3], [4, 0], [2, 1]]
    >>> back = hopcore.unscaled(hopcore.scaled(counts, by="sign", like=[[4, 3]]), by="sign", like=[[4, 3]])
    >>> back.round(12).tolist()
    [[0.0, 3.0], [4.0, 0.0], [2.0, 1.0]]
    """
    values, low, high = _ranges(values, by, like)
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = 2 * (values - low) / (high - low) - 1
    empty = 0.0 if by == "sign" else -1.0
    return np.clip(np.where(high > low, pixels, empty), -1, 1)


def unscaled(pixels: Any, by: str, like: Any) -> np.ndarray:
    """Values of the pixels (…, N) of images or memories: the inverse of `scaled` with the same ``like``.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.unscaled([[-0.6, 0.6]], by="pixel", like=[[0, 255]]).round(2).tolist()
    [[51.0, 204.0]]
    """
    pixels = check_finite_array("pixels", dense(pixels))
    _, low, high = _ranges(like, by, None)
    if pixels.ndim == 0 or (pixels.shape[-1:] != np.shape(high)[-1:] and by != "pixel"):
        raise refuse("pixels", pixels, f"an array of shape (..., {np.shape(high)[-1]})")
    return low + (pixels + 1) / 2 * (high - low)


def _ranges(values: Any, by: str, like: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The values, and what is −1 and 1 in each column."""
    check_choice("by", by, _WAYS)
    mend = "; values[:, np.isfinite(values).all(axis=0)] leaves out the genes that have others"
    values = check_finite_array("values", dense(values), ndim=2, mend=mend)
    like = values if like is None else check_finite_array("like", dense(like), (None, values.shape[1]))
    if not like.size:
        raise refuse("values", like, "at least one value")
    if by == "pixel":
        low, high = like.min(), like.max()
        if low == high:
            raise refuse("values", float(low), "of more than one value, to have a range")
        return values, low, high
    if by == "quantile" and min(values.min(initial=0), like.min()) < 0:
        lowest = float(min(values.min(initial=0), like.min()))
        raise refuse("values", lowest, 'at least 0 for by="quantile"; by="sign" takes negative ones')
    sizes = np.abs(like)
    high = np.quantile(sizes, QUANTILE, axis=0)
    high = np.where(high > 0, high, sizes.max(axis=0))  # a gene that fewer than one cell in a hundred has
    return values, np.zeros_like(high) if by == "quantile" else -high, high
