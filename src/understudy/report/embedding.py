"""Rows laid out so that neighbours stay neighbours (t-SNE), counted in cells: clusters that no straight axis shows.

A few rows of both tables are laid out together; every other row is counted where the nearest of them lies. So the map
costs the same for any table, and its cells count enough rows to be shown.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.manifold import TSNE
from threadpoolctl import ThreadpoolController

from understudy.context import Run
from understudy.report.plots import Embedding
from understudy.report.protect import LEAST, rounded
from understudy.report.relations import features
from understudy.schema.table import TableSchema

__all__ = ["embed"]

_LAID_OUT = 700
"""Rows of each table that t-SNE lays out: about three seconds of one core."""
_COUNTED = 20_000
"""Rows of each table that are counted on the map, at most."""
_STEPS = 400
_PERPLEXITY = 30.0
_FEWEST = 20 * LEAST
_ROWS_PER_CELL = 25
_BLOCK = 4000


def embed(real: pl.DataFrame, synthetic: pl.DataFrame, schema: TableSchema, run: Run) -> Embedding | str:
    """Lay out rows of both tables together and count all in cells, or give the reason why not.

    Parameters
    ----------
    real, synthetic : polars.DataFrame
        Rows.
    schema : TableSchema
        What they mean.
    run : Run
        Its randomness chooses the rows that are laid out.

    References
    ----------
    van der Maaten, Hinton, *Visualizing data using t-SNE*, JMLR 9 (2008).
    """
    if min(real.height, synthetic.height) < _FEWEST:
        return f"either table has fewer than {_FEWEST} rows"
    matrices = features(real, synthetic, schema)
    if matrices is None:
        return "fewer than two columns can be laid out"
    some = [
        _some(matrix, _LAID_OUT, run.child(side)) for matrix, side in zip(matrices, ("real", "synthetic"), strict=True)
    ]
    marks = np.vstack(some)
    if not np.ptp(marks, axis=0).any():
        return "its rows do not differ"
    with ThreadpoolController().limit(limits=1):
        places = _laid_out(marks, run)
        counted = [_some(matrix, _COUNTED, run.child("count", k)) for k, matrix in enumerate(matrices)]
        points = [places[_nearest(rows, marks)] for rows in counted]
    cells = int(np.clip(np.sqrt(len(counted[0]) / _ROWS_PER_CELL), 6, 28))
    reach = np.abs(places).max(axis=0) * 1.0001
    edges = [np.linspace(-end, end, cells + 1) for end in reach]
    counts = [np.histogram2d(p[:, 1], p[:, 0], bins=[edges[1], edges[0]])[0].astype(np.int64) for p in points]
    shares = [rounded(count) / len(p) for count, p in zip(counts, points, strict=True)]
    sizes, marked = (len(points[0]), len(points[1])), (len(some[0]), len(some[1]))
    return Embedding(cells, _tuples(shares[0]), _tuples(shares[1]), sizes, marked)


def _some(matrix: NDArray[np.float64], most: int, run: Run) -> NDArray[np.float64]:
    if len(matrix) <= most:
        return matrix
    return matrix[np.sort(run.rng.choice(len(matrix), most, replace=False))]


def _laid_out(marks: NDArray[np.float64], run: Run) -> NDArray[np.float64]:
    """Give a place in the plane to each row, centred."""
    # Seeded though it starts from principal axes: their solver draws where there are many columns.
    seed = int(run.child("layout").rng.integers(2**31))
    wide = marks.shape[1] > 1
    start = "pca" if wide else "random"
    perplexity = min(_PERPLEXITY, (len(marks) - 1) / 3)
    model = TSNE(perplexity=perplexity, max_iter=_STEPS, init=start, random_state=seed, n_jobs=1)
    places = np.asarray(model.fit_transform(marks.astype(np.float32)), dtype=np.float64)
    return places - (places.max(axis=0) + places.min(axis=0)) / 2


def _nearest(rows: NDArray[np.float64], marks: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the place of the nearest mark of each row, in blocks of rows so that memory stays small."""
    squares = (marks**2).sum(axis=1)
    found = [np.argmin(squares - 2 * rows[k : k + _BLOCK] @ marks.T, axis=1) for k in range(0, len(rows), _BLOCK)]
    return np.concatenate(found)


def _tuples(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
