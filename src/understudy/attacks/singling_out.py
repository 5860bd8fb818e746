"""Whether descriptions that fit one synthetic row single out training rows more often than unseen ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from understudy.attacks.excess import Excess
from understudy.attacks.game import Game
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["Singled", "single_out"]

_TRIES = 10  # per description that is wanted
_COLUMNS = (3, 6)  # of a description: from, below


@dataclass(frozen=True, slots=True)
class Singled:
    """How often descriptions fit exactly one row.

    Parameters
    ----------
    kind : str
        "univariate" (one value that only one synthetic row has) or "multivariate" (three to five columns).
    fitting : Excess
        Of the descriptions that fit exactly one synthetic row: those that fit exactly one of the training rows, and
        exactly one of as many unseen rows.
    rows : int
        Training rows, unseen rows and synthetic rows that were looked among.
    """

    kind: str
    fitting: Excess
    rows: int


def single_out(game: Game, wanted: int) -> list[Singled]:
    """Describe single synthetic rows, and count for how many descriptions exactly one real row fits.

    Of a quantity a description says that it is at least, or at most, the row's value, whichever is rarer; of a
    category that it is the row's. The control is the same count among unseen rows: a description of 1/n of a
    population fits one of n rows in up to 37 % of cases, whoever they are.

    References
    ----------
    Cohen, Nissim, *Towards formalizing the GDPR's notion of singling out* (2020); control as in Giomi, Boenisch,
    Wehmeyer, Tasnádi, *A unified framework for quantifying privacy risk in synthetic data* (2023).
    """
    n = min(game.n, game.synthetic.height)
    spread = np.linspace(0, game.synthetic.height - 1, n).astype(np.int64)
    coding = game.space.coding
    frames = (game.synthetic[spread], game.roles.members.head(n), game.roles.others.head(n))
    sides = [coding.matrix(rows) for rows in frames]
    is_category = coding.categorical
    out: list[Singled] = []
    for kind, single in (("univariate", True), ("multivariate", False)):
        rng = game.run.child("singling_out", kind).rng
        hits = np.zeros(2, dtype=np.int64)
        made = 0
        for _ in range(_TRIES * wanted):
            if made == wanted:
                break
            row = sides[0][rng.integers(n)]
            known = np.flatnonzero(~np.isnan(row))
            size = 1 if single else int(rng.integers(*_COLUMNS))
            if len(known) < size:
                continue
            columns = rng.choice(known, size, replace=False)
            directions = [0 if is_category[c] or single else _rarer(sides[0][:, c], row[c]) for c in columns]
            counts = [_fitting(side, row, columns, directions) for side in sides]
            if counts[0] == 1:
                made += 1
                hits += [counts[1] == 1, counts[2] == 1]
        if made:
            out.append(Singled(kind, Excess(int(hits[0]), made, int(hits[1]), made), n))
    return out


def _rarer(values: FloatArray, value: float) -> int:
    return 1 if (values >= value).sum() <= (values <= value).sum() else -1


def _fitting(side: FloatArray, row: FloatArray, columns: npt.NDArray[np.int64], directions: list[int]) -> int:
    fits = np.ones(len(side), dtype=bool)
    for c, direction in zip(columns, directions, strict=True):
        values = side[:, c]
        fits &= values == row[c] if direction == 0 else values >= row[c] if direction > 0 else values <= row[c]
    return int(fits.sum())
