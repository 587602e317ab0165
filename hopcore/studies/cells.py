"""Cells in the place of digits: types of blood cells, the tree in which they are learnt, and other trees.

Cells and their preparation are scanpy's, which comes with ``hopcore[cells]``.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations, permutations
from typing import Any

import numpy as np
import xarray as xr
from scipy.cluster.hierarchy import cophenet
from scipy.spatial.distance import cdist, squareform

from hopcore import splits
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.model import category
from hopcore.paper.scales import CellScale
from hopcore.scaling import scaled
from hopcore.splits import SplitTree, build_tree
from hopcore.splits.recognition import in_means
from hopcore.studies import arrest
from hopcore.studies.grid import Workers, over_grid
from hopcore.studies.splitting import by_linkage
from hopcore.training import mean_start, train

SCALINGS = ("quantile", "sign", "pixel")
"""Gene by gene to the 99th percentile; gene by gene about the mean; one range for all genes."""

POWER, SHARE = 12.0, 0.9
"""n, and the part of `overlap` that T_r is, where nothing else is said."""

LEARNING, RECORD, TOGETHER = 16, 0.4, 0.2
"""Rate times epochs: of learning, between two records, and within which splits count as one."""

MERGED = {
    "CD4+/CD25 T Reg": "CD4 T",
    "CD4+/CD45RO+ Memory": "CD4 T",
    "CD4+/CD45RA+/CD25- Naive T": "CD4 T",
    "CD8+ Cytotoxic T": "CD8 T",
    "CD8+/CD45RA+ Naive Cytotoxic": "CD8 T",
    "CD56+ NK": "NK",
    "CD19+ B": "B",
    "CD14+ Monocyte": "Mono",
    "Dendritic": "DC",
    "CD34+": "CD34+",
}


_KNOWN: dict[str, tuple[Any, str]] = {
    "krumsiek11": ((("Ery", "Mk"), ("Mo", "Neu")), "progenitor"),
    "pbmc68k": ((((("CD4 T", "CD8 T"), "NK"), "B"), ("Mono", "DC")), "CD34+"),
}
"""The trees of types that textbooks draw, and what comes before them."""


@dataclass(frozen=True)
class Cells:
    """Cells (S, N) with their types (S,), the known tree of types, and the type that comes before them."""

    values: np.ndarray
    types: np.ndarray
    genes: tuple[str, ...]
    tree: tuple[Any, ...]
    progenitor: str

    def known(self) -> tuple[list[str], np.ndarray]:
        """The leaves of the known tree, and how deep their common ancestors are, (F, F)."""
        leaves = list(_leaves(self.tree))
        depth = np.zeros((len(leaves),) * 2)

        def descend(node: Any) -> None:
            below = [leaves.index(leaf) for leaf in _leaves(node)]
            depth[np.ix_(below, below)] += 1
            for branch in node if isinstance(node, tuple) else ():
                descend(branch)

        descend(self.tree)
        return leaves, depth


def _leaves(node: Any) -> Any:
    if isinstance(node, str):
        return [node]
    return [leaf for branch in node for leaf in _leaves(branch)]


@lru_cache(maxsize=2)
def cells_of(name: str) -> Cells:
    """The cells "krumsiek11", states of a Boolean network, or "pbmc68k", blood cells."""
    import scanpy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names of states are not unique
        if name == "krumsiek11":
            found = scanpy.datasets.krumsiek11()
            values, types = np.maximum(found.X, 0), found.obs["cell_type"].astype(str)
        else:
            found = scanpy.datasets.pbmc68k_reduced().raw.to_adata()
            values, types = found.X.toarray(), found.obs["bulk_labels"].map(MERGED).astype(str)
    return Cells(np.asarray(values, dtype=float), types.to_numpy(), tuple(found.var_names), *_KNOWN[name])


@dataclass(frozen=True)
class Drawn:
    """The same number of cells of each type, to learn from, and all others: (S, N) and their types (S,)."""

    data: TrainingSet
    others: np.ndarray
    types: np.ndarray


def draw(name: str, by: str, seed: int, each: int) -> Drawn:
    """So many cells of every type of the known tree, scaled by their own ranges."""
    cells = cells_of(name)
    random, names = np.random.default_rng(seed), sorted(_leaves(cells.tree))
    chosen = np.concatenate([random.permutation(np.flatnonzero(cells.types == one))[:each] for one in names])
    learnt = cells.values[chosen]
    mean = learnt.mean(axis=0) if by == "sign" else 0.0
    rest = np.setdiff1d(np.arange(len(cells.types)), chosen)
    pixels, others = (scaled(each - mean, by, like=learnt - mean) for each in (learnt, cells.values[rest]))
    return Drawn(TrainingSet(pixels, cells.types[chosen], names=names), others, cells.types[rest])


def overlap(data: TrainingSet) -> float:
    """The mean of self-overlaps and overlaps between types, per gene."""
    overlaps = data.images @ data.images.T / data.images.shape[1]
    apart = data.digits[:, None] != data.digits
    return float((np.diag(overlaps).mean() + overlaps[apart].mean()) / 2)


def learn(
    data: TrainingSet,
    settings: CellScale,
    seed: int,
    n: float = POWER,
    share: float = SHARE,
    every: bool = True,
) -> xr.Dataset:
    """A network of cells, recorded often, or at its end alone."""
    records = round(RECORD / settings.rate) if every else None
    with threads(1):
        return train(
            data,
            n=n,
            rescaled_temperature=share * overlap(data),
            rate=settings.rate,
            epochs=round(LEARNING / settings.rate),
            start=mean_start(data, settings.memories, seed),
            record_every=records,
            dtype=settings.dtype,
        )


def tree_of(run: xr.Dataset, data: TrainingSet) -> SplitTree:
    """The tree of splits of a recorded run, by the shares of its memories."""
    paths = splits.mean_paths(run, data)
    return splits.split_tree(run, data, paths=paths, simultaneous=TOGETHER / run.attrs["rate"])


def together(tree: SplitTree) -> np.ndarray:
    """How long each pair of all types is together, (C, C); NaN for types that are nobody's fate."""
    epochs = np.full((len(tree.names),) * 2, np.nan)
    epochs[np.ix_(tree.digits, tree.digits)] = tree.separations
    return epochs


def right_triplets(closeness: np.ndarray, known: np.ndarray) -> float:
    """The part of triplets of which the closest two are those of the known tree; both are (F, F).

    Ties, and types without a place, count as much as a guess.
    """
    right = []
    for triplet in combinations(range(len(known)), 3):
        pairs = list(combinations(triplet, 2))
        true, found = (np.array([matrix[pair] for pair in pairs]) for matrix in (known, closeness))
        if (true == true.max()).sum() == 1:
            best = np.ones(3, dtype=bool) if np.isnan(found).any() else found == found.max()
            right.append(best[true.argmax()] / best.sum())
    return float(np.mean(right))


def permuted_triplets(closeness: np.ndarray, known: np.ndarray) -> np.ndarray:
    """`right_triplets` with the types in every other order."""
    orders = [list(order) for order in permutations(range(len(known)))]
    return np.array([right_triplets(closeness[np.ix_(order, order)], known) for order in orders])


def by_scanpy(data: TrainingSet) -> np.ndarray:
    """Closeness (C, C) of types in the dendrogram that scanpy draws."""
    import anndata
    import pandas as pd
    import scanpy

    types = pd.Categorical.from_codes(data.digits, categories=list(data.names))
    index = pd.Index(map(str, range(len(data))))
    cells = anndata.AnnData(data.images.copy(), obs=pd.DataFrame({"type": types}, index=index))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if data.images.shape[1] > 50:
            scanpy.pp.pca(cells, n_comps=min(50, len(data) - 1))
        scanpy.tl.dendrogram(cells, "type")
    return -squareform(cophenet(np.asarray(cells.uns["dendrogram_type"]["linkage"])))


def by_annealing(data: TrainingSet, seed: int, centres: int = 30, steps: int = 60) -> np.ndarray:
    """Closeness (C, C) of types in deterministic annealing: how cold it is when their centres part.

    Rose, Gurewitz and Fox (1990): centres are the means of all cells, weighed by exp(-distance²/T); they part
    as T falls.
    """
    random, points = np.random.default_rng(seed), data.images
    variance = np.linalg.eigvalsh(np.cov(points.T, bias=True))[-1]
    places = np.repeat(points.mean(axis=0)[None], centres, axis=0)
    paths = []
    for hot in 2 * variance * np.geomspace(1.1, 0.02, steps):
        places = places + random.normal(0, 1e-4, places.shape)
        for _ in range(30):
            squares = cdist(points, places, "sqeuclidean")
            weights = np.exp(-(squares - squares.min(axis=1, keepdims=True)) / hot)
            weights /= weights.sum(axis=1, keepdims=True)
            places = (weights.T @ points) / weights.sum(axis=0)[:, None]
        paths.append(places)
    nearest = cdist(paths[-1], splits.class_means(data).images).argmin(axis=1)
    tree = build_tree(in_means(np.array(paths), data), nearest, np.arange(steps), names=data.names)
    return together(tree)


def trees(
    settings: CellScale, name: str, by: Sequence[str], seeds: Sequence[int], executor: Workers = None
) -> xr.Dataset:
    """Over scaling, n, share of the overlap and draw: the part of types ``learnt``, and the ``splits``.

    Of the first half of the draws, and two at least.
    """
    seeds = seeds[: max(2, len(seeds) // 2)]
    grid = {
        "scaling": list(by),
        "n": list(settings.powers),
        "share": list(settings.shares),
        "draw": list(seeds),
    }
    return over_grid(partial(_grown, settings, name), executor, **grid)


def _grown(settings: CellScale, name: str, by: str, n: float, share: float, seed: int) -> xr.Dataset:
    drawn = draw(name, by, seed, settings.each)
    tree = tree_of(learn(drawn.data, settings, seed, n, share), drawn.data)
    return xr.Dataset({"learnt": len(tree.fates) / drawn.data.categories, "splits": len(tree.splits)})


def measured(
    settings: CellScale, name: str, by: Sequence[str], seeds: Sequence[int], executor: Workers = None
) -> xr.Dataset:
    """What is asked of each network at `POWER` and `SHARE`, over scaling and draw.

    Triplets that are ``right``, by the network and by other ways (way); the ``chance`` that a
    permuted tree has as many; ``last``, 1 if the last pair to part are neighbours in the known tree;
    ``accuracy`` on other cells of the network and of logistic regression (judge); the ``mixed`` part of
    descendants; ``alike`` (type), the median correlation of other cells with the root, the progenitors'
    first; ``backwards``, from `arrest.read_backwards`; and the part of types ``learnt``.
    """
    return over_grid(partial(_measured, settings, name), executor, scaling=list(by), draw=list(seeds))


def _measured(settings: CellScale, name: str, by: str, seed: int) -> xr.Dataset:
    from sklearn.linear_model import LogisticRegression

    cells, drawn = cells_of(name), draw(name, by, seed, settings.each)
    data = drawn.data
    run = learn(data, settings, seed)
    tree = tree_of(run, data)
    leaves, depth = cells.known()
    order = [data.names.index(leaf) for leaf in leaves]

    def known_order(closeness: np.ndarray) -> np.ndarray:
        return closeness[np.ix_(order, order)]

    ways = [together(tree), by_linkage(data), by_scanpy(data), by_annealing(data, seed)]
    right = [right_triplets(known_order(way), depth) for way in ways]
    null = permuted_triplets(known_order(ways[0]), depth)
    pairs = np.where(
        np.eye(len(order), dtype=bool), -np.inf, np.nan_to_num(known_order(ways[0]), nan=-np.inf)
    )
    last = np.unravel_index(pairs.argmax(), pairs.shape)
    closest = np.where(np.eye(len(order), dtype=bool), 0, depth)

    end, known = run.isel(epoch=-1), np.isin(drawn.types, data.names)
    network = {"n": POWER, "rescaled_temperature": run.attrs["rescaled_temperature"]}
    answers = category(drawn.others[known], end.memories, end.labels, **network)
    regression = LogisticRegression(max_iter=2000).fit(data.images, data.digits)
    truth = np.array([data.names.index(one) for one in drawn.types[known]])
    told = [(each == truth).mean() for each in (answers, regression.predict(drawn.others[known]))]

    parting = tree.root.epoch if tree.root else 0
    root = run.memories.sel(epoch=parting, method="nearest").values.mean(axis=0)
    alike = [
        np.median([np.corrcoef(root, cell)[0, 1] for cell in drawn.others[drawn.types == one]])
        for one in (cells.progenitor, *data.names)
    ]
    found: dict[str, Any] = {
        "right": ("way", right),
        "chance": float((null >= right[0]).mean()),
        "null": float(null.mean()),
        "last": float(closest[last] == closest[last[0]].max() == closest[last[1]].max()),
        "accuracy": ("judge", told),
        "mixed": mixed(tree),
        "alike": ("type", alike),
        "backwards": _backwards(settings, data, seed, tree),
        "learnt": len(tree.fates) / data.categories,
    }
    return xr.Dataset(found, {"way": list(WAYS), "judge": ["network", "regression"]})


WAYS = ("network", "average linkage", "scanpy", "annealing")
"""What draws a tree of types in `measured`."""


def mixed(tree: SplitTree) -> float:
    """The part of positive shares that types below a split have: mean over all splits but the first."""
    parts, weights = [], []
    for split in tree.splits[1:]:
        positive = np.maximum(split.mixture, 0)
        parts.append(positive[list(split.fates)].sum() / positive.sum())
        weights.append(len(split.members))
    return float(np.average(parts, weights=weights)) if parts else np.nan


def _backwards(settings: CellScale, data: TrainingSet, seed: int, tree: SplitTree) -> float:
    """`arrest.read_backwards` of the types that vanish as T rises; NaN if fewer than three have a place."""
    labels = [learn(data, settings, seed, share=share, every=False).labels[-1] for share in settings.heated]
    heated = xr.concat(labels, "rescaled_temperature").assign_coords(
        rescaled_temperature=list(settings.heated)
    )
    population = arrest.populations(arrest.belongs(heated), data.categories)
    vanished = arrest.vanishing_temperatures(population)
    epochs = arrest.leaving_epochs(tree, data.categories)
    return arrest.read_backwards(vanished, epochs) if np.isfinite(epochs).sum() > 2 else np.nan


def answers(found: Mapping[str, xr.Dataset], grown: Mapping[str, xr.Dataset]) -> dict[str, dict[str, Any]]:
    """The questions and bars that were set before measuring, for `hopcore.paper.beyond`, by name.

    ``found`` is `measured`, ``grown`` is `trees`, both of the Boolean "network" and of "blood" cells.
    """
    cases = {key: each.stack(case=("scaling", "draw")) for key, each in found.items()}
    titles = {"network": "Boolean network", "blood": "blood cells"}

    def parts(said: str, held: Callable[[xr.Dataset], Any]) -> dict[str, Any]:
        return {f"{titles[key]}: {said}": np.asarray(held(each)) for key, each in cases.items()}

    def means(**values: Callable[[xr.Dataset], Any]) -> dict[str, float]:
        return {
            f"{key}_{name}": float(value(each).mean())
            for name, value in values.items()
            for key, each in cases.items()
        }

    def at_least(short: str, each: xr.Dataset) -> xr.DataArray:
        return right["own"](each) >= right[short](each)

    whole = {key: ((each.learnt == 1) & (each.splits > 1)).mean("draw") for key, each in grown.items()}
    best = {key: float(each.min("scaling").max()) for key, each in whole.items()}
    right = {name: partial(_of, "right", way=way) for name, way in zip(_SHORT, WAYS, strict=True)}
    triplets = means(**right)
    judges = {name: partial(_of, "accuracy", judge=name) for name in ("network", "regression")}
    said = "within 0.05 of logistic regression"
    return {
        "cell_trees": {
            "question": "At which n and T does the network learn cells with a tree?",
            "parts": {
                f"{titles[key]}: some choice gives a whole tree in three quarters of the draws": each >= 0.75
                for key, each in best.items()
            },
            "numbers": best,
            "measured": "At the best n and T a whole tree grows in {network:.2f} of the draws of the Boolean "
            "network and in {blood:.2f} of those of blood cells, by the scaling for which that is rarest.",
        },
        "cell_triplets": {
            "question": "Is the tree of splits the known tree?",
            "parts": {
                "blood cells: more triplets are right than for 95% of trees with permuted types": np.asarray(
                    cases["blood"].chance < 0.05
                ),
                "Boolean network: all four are": np.asarray(right["own"](cases["network"]) == 1),
            },
            "numbers": triplets,
            "measured": "{blood_own:.2f} of the triplets are right in blood cells, {network_own:.2f} in the "
            "Boolean network.",
            "figure": "fig-triplets",
        },
        "cell_clusterings": {
            "question": "Is it better than a clustering?",
            "parts": {
                name: held
                for short, way in zip(_SHORT[1:], WAYS[1:], strict=True)
                for name, held in parts(
                    f"at least as many triplets as by {way}",
                    partial(at_least, short),
                ).items()
            },
            "numbers": triplets,
            "measured": "In blood cells average linkage has {blood_linkage:.2f} of the triplets, scanpy's "
            "dendrogram {blood_scanpy:.2f} and deterministic annealing {blood_annealing:.2f}; in the Boolean "
            "network {network_linkage:.2f}, {network_scanpy:.2f} and {network_annealing:.2f}.",
            "figure": "fig-triplets",
        },
        "cell_pairs": {
            "question": "Who stays together longest?",
            "parts": {
                name: held.mean() > 0.5
                for name, held in parts(
                    "a pair of the known tree, mostly", lambda each: each["last"] > 0
                ).items()
            },
            "numbers": means(last=lambda each: each["last"] > 0),
            "measured": "The last pair to part are neighbours in the known tree in {network_last:.2f} of the "
            "cases of the Boolean network, and in {blood_last:.2f} of those of blood cells.",
        },
        "cell_accuracy": {
            "question": "What does it know of other cells?",
            "parts": parts(said, lambda each: judges["network"](each) >= judges["regression"](each) - 0.05),
            "numbers": means(**judges),
            "measured": "It tells the type of {blood_network:.2f} of the other blood cells, where logistic "
            "regression tells {blood_regression:.2f}; of the Boolean network's states {network_network:.2f}, "
            "where that tells {network_regression:.2f}.",
        },
        "cell_mixtures": {
            "question": "Are progenitors of the tree mixtures of their descendants?",
            "parts": parts("more than 0.8 of the positive shares", lambda each: each.mixed > 0.8),
            "numbers": {key: float(each.mixed.mean()) for key, each in cases.items()},
            "measured": "Where there is a second split, the types below it have {blood:.2f} of the positive "
            "shares in blood cells, and {network:.2f} in the Boolean network.",
        },
        "cell_root": {
            "question": "Is the root like a progenitor cell?",
            "parts": parts(
                "progenitors are more like the root than any mature type",
                lambda each: each.alike[0] > each.alike[1:].max("type"),
            ),
            "numbers": means(first=lambda each: each.alike[0], most=lambda each: each.alike[1:].max("type")),
            "measured": "The median correlation of CD34+ cells with the memories at the first split is "
            "{blood_first:.2f}, that of the mature type most like them {blood_most:.2f}; in the Boolean "
            "network {network_first:.2f} for states on the way, {network_most:.2f} for the nearest fate.",
        },
        "cell_arrest": {
            "question": "Does heat arrest it, in the reverse order of learning?",
            "parts": parts("rank correlation with learning below −0.3", lambda each: each.backwards > 0.3),
            "numbers": means(back=lambda each: -each.backwards),
            "measured": "The rank correlation of vanishing with learning is {blood_back:.2f} in blood cells "
            "and {network_back:.2f} in the Boolean network, on average.",
        },
    }


_SHORT = ("own", "linkage", "scanpy", "annealing")


def _of(variable: str, found: xr.Dataset, **chosen: str) -> xr.DataArray:
    return found[variable].sel(chosen)
