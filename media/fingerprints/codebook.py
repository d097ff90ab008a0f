"""The words that points are sorted by: lists of like points, and 16 bytes for each. No Django here.

Trained from descriptors of the collection itself; the same descriptors give the same codebook.
"""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from media.fingerprints.features import DESCRIPTOR

CODE_BYTES = 16  # of one point
PER_LIST = 48  # points wanted per list to train with
SEED = 20
_ROUNDS = 8
_AT_ONCE = 1024  # more lists than this are found in two steps: the cost grows with their square
_CODED = 65_536  # points that the codes are trained with: 256 for each value of a byte

Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Codebook:
    """centres: lists x 128. parts: 16 x 256 x 8, what each value of each byte of a code means."""

    centres: Floats
    parts: Floats

    @property
    def lists(self) -> int:
        return len(self.centres)


def alone() -> None:
    """Keep faiss to one processor in this thread; the worker's other threads have work as well."""
    faiss.omp_set_num_threads(1)


def train(points: Floats, lists: int) -> Codebook:
    """Make a codebook. points: n x 128, as `Features.rooted` gives them, best PER_LIST a list.

    Raises ValueError for fewer descriptors than lists, or than a byte has values.
    """
    if len(points) < max(lists, 256):
        raise ValueError(f"{len(points)} points are too few for {lists} lists")
    alone()
    centres = _centres(points, lists)
    some = _some(points, _CODED)
    quantizer = faiss.ProductQuantizer(DESCRIPTOR, CODE_BYTES, 8)
    quantizer.cp.niter = _ROUNDS
    quantizer.train(some - centres[_nearest(some, centres)])
    parts = faiss.vector_to_array(quantizer.centroids)
    return Codebook(centres, parts.reshape(CODE_BYTES, 256, -1).astype(np.float32))


def _centres(points: Floats, lists: int) -> Floats:
    """The middle of each list: at once for few, else of few groups and then within each."""
    if lists <= _AT_ONCE:
        return _clustered(points, lists)
    groups = _clustered(_some(points, lists * 4), round(lists**0.5))
    group_of = _nearest(points, groups)
    order = np.argsort(group_of, kind="stable")
    sizes = np.bincount(group_of, minlength=len(groups))
    shares = _shared_out(sizes, lists)
    parts = np.split(points[order], np.cumsum(sizes)[:-1])
    return np.concatenate(
        [_clustered(part, int(share)) for part, share in zip(parts, shares, strict=True) if share]
    )


def _shared_out(sizes: npt.NDArray[np.int64], lists: int) -> npt.NDArray[np.int64]:
    """How many lists each group is given, by its size and never more than it has points."""
    exact: Floats64 = sizes * (lists / sizes.sum())
    shares: npt.NDArray[np.int64] = np.minimum(exact.astype(np.int64), sizes)
    while (missing := lists - int(shares.sum())) > 0:
        wanting = np.argsort(-(exact - shares) - (shares >= sizes) * -1e9, kind="stable")
        shares[wanting[:missing]] += 1
    return shares


def _clustered(points: Floats, count: int) -> Floats:
    if count >= len(points):
        return points[:count]
    means = faiss.Kmeans(
        DESCRIPTOR, count, niter=_ROUNDS, seed=SEED, min_points_per_centroid=1,
        max_points_per_centroid=PER_LIST,
    )  # fmt: skip
    means.train(points)
    return np.asarray(means.centroids, dtype=np.float32)


def _nearest(points: Floats, centres: Floats) -> npt.NDArray[np.int64]:
    _, near = faiss.knn(points, centres, 1)
    places: npt.NDArray[np.int64] = np.asarray(near, dtype=np.int64)[:, 0]
    return places


def _some(points: Floats, count: int) -> Floats:
    if len(points) <= count:
        return points
    return points[np.random.default_rng(SEED).choice(len(points), count, replace=False)]
