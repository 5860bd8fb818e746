"""Whether the synthetic rows tell a secret of training rows better than of rows that were never seen."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from understudy.attacks.codes import Cells, mutual_information
from understudy.attacks.distances import nearest_k
from understudy.attacks.excess import Excess
from understudy.attacks.game import Game
from understudy.metrics.tabular._boosting import alive, classifier, fit_for_trees, one_thread, regressor
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, numbers
from understudy.metrics.tabular._neighbours import Neighbours

__all__ = ["Guessed", "guess_secret"]

_ROWS = 20_000
_MOST_CLASSES = 30
_LEVELS = 10  # of a quantity, to see which columns tell of it
_NEAR = 0.05  # of the number, or of a tenth of the middle half's width: guesses that count as right


@dataclass(frozen=True, slots=True)
class Guessed:
    """How often a secret was guessed.

    Parameters
    ----------
    secret, attacker : str
        The column; "model" (boosted trees), "nearest" (the nearest synthetic row) or "class" (synthetic rows that are
        equal on as many of the most telling columns as any is).
    right : Excess
        Right guesses among training rows, and among unseen ones.
    prior : float
        Share of right guesses, among both, by the most usual value alone.
    """

    secret: str
    attacker: str
    right: Excess
    prior: float


def guess_secret(game: Game, secret: str) -> list[Guessed]:
    """Guess ``secret`` of the targets from their other columns: by boosted trees, the nearest row, and equal rows.

    What both sides give away alike is what the table is for; only what is known better of training rows is a leak.

    References
    ----------
    Article 29 Working Party, *Opinion 05/2014 on anonymisation techniques* (inference); Stadler, Oprisanu, Troncoso,
    *Synthetic data: anonymisation groundhog day* (2022), on the control; Elliot, *Final report on the disclosure risk
    associated with synthetic data* (2014), on equal rows (correct attribution probability).
    """
    kept = [rows.filter(_known(rows[secret])) for rows in (game.roles.members, game.roles.others)]
    made = game.synthetic.filter(_known(game.synthetic[secret]))
    made = made[np.linspace(0, made.height - 1, min(_ROWS, made.height)).astype(np.int64)] if made.height else made
    n = min(rows.height for rows in kept)
    if n == 0 or made.height == 0:
        return []
    targets = pl.concat([rows.head(n) for rows in kept])
    coding = Coding.of(game.real.schema, targets, made, game.roles.reference, without=secret)
    judge = _judge_of(game, secret, made, targets)
    space = Neighbours.of(coding, game.roles.reference)
    which = nearest_k(space.points(targets), space.points(made), 1)[1][:, 0]
    guesses = {
        "model": judge.model(coding, made, targets),
        "nearest": judge.true[which],
        "class": judge.alike(Cells.of(coding, targets, game.roles.reference, made)),
    }
    prior = float(judge.hits(np.full(2 * n, judge.usual)).mean())
    out: list[Guessed] = []
    for attacker, guess in guesses.items():
        hits = judge.hits(guess)
        right = Excess(int(hits[:n].sum()), n, int(hits[n:].sum()), n)
        out.append(Guessed(secret, attacker, right, prior))
    return out


def _known(values: pl.Series) -> pl.Series:
    return values.is_not_null() & values.is_finite() if values.dtype.is_float() else values.is_not_null()


@dataclass(frozen=True, slots=True)
class _Judge:
    """The secret as numbers, of synthetic rows and of targets, and which guesses are right."""

    true: FloatArray  # of synthetic rows
    asked: FloatArray  # of targets
    slack: FloatArray | None  # None: levels
    usual: float
    seed: int

    def hits(self, guess: FloatArray) -> np.ndarray:
        return guess == self.asked if self.slack is None else np.abs(guess - self.asked) <= self.slack

    def alike(self, cells: Cells) -> FloatArray:
        """Guess what synthetic rows have that are equal on the known columns, in a few levels each.

        Where none is, the column that tells least of the secret is let go, and so on; at last the most usual value is
        guessed. Of several equal rows, the most frequent level, or the median, is.
        """
        d, secret = cells.n_columns, self._in_levels()
        held = np.column_stack([secret, cells.synthetic])
        sizes = np.concatenate([[1 + int(secret.max(initial=0))], cells.sizes])
        order = np.argsort(-mutual_information(held, sizes)[0, 1:], kind="stable")
        guess, left = np.full(len(cells.targets), self.usual), np.ones(len(cells.targets), dtype=bool)
        rows, asked = (np.zeros(len(side), dtype=np.int64) for side in (cells.synthetic, cells.targets))
        keys: list[tuple[IntArray, IntArray]] = []
        for c in order:
            both = np.concatenate(
                [rows * cells.sizes[c] + cells.synthetic[:, c], asked * cells.sizes[c] + cells.targets[:, c]]
            )
            dense = np.unique(both, return_inverse=True)[1]
            rows, asked = dense[: len(rows)], dense[len(rows) :]
            keys.append((rows, asked))
        value = pl.col("value").median() if self.slack is not None else pl.col("value").mode().min()
        for k in range(d - 1, -1, -1):
            rows, asked = keys[k]
            classes = pl.DataFrame({"key": rows, "value": self.true}).group_by("key").agg(value)
            found = np.full(1 + max(int(rows.max()), int(asked.max())), np.nan)
            found[classes["key"].to_numpy()] = classes["value"].to_numpy()
            said = found[asked]
            new = left & ~np.isnan(said)
            guess[new] = said[new]
            left &= ~new
        return guess

    def _in_levels(self) -> IntArray:
        """Give the secret of the synthetic rows in a few levels."""
        if self.slack is None:
            return np.unique(self.true, return_inverse=True)[1]
        cuts = np.unique(np.quantile(self.true, np.arange(1, _LEVELS) / _LEVELS, method="inverted_cdf"))
        return np.searchsorted(cuts, self.true, "left")

    def model(self, coding: Coding, made: pl.DataFrame, targets: pl.DataFrame) -> FloatArray:
        (x, asked), as_sets = fit_for_trees(coding.matrix(made), coding.categorical, coding.matrix(targets))
        with one_thread():
            if self.slack is not None:
                unit = max(float(np.abs(self.true).max()), 1e-300)
                return regressor(as_sets, self.seed).fit(alive(x), self.true / unit).predict(asked) * unit
            classes = np.unique(self.true)
            if len(classes) == 1:
                return np.full(len(self.asked), classes[0])
            return classifier(len(classes), as_sets, self.seed).fit(alive(x), self.true).predict(asked)


def _judge_of(game: Game, secret: str, made: pl.DataFrame, targets: pl.DataFrame) -> _Judge:
    seed = int(game.run.child("attribute", secret).rng.integers(2**31))
    if game.space.coding.levels[secret] is None:
        known = numbers(game.roles.reference[secret])
        known = known[~np.isnan(known)]
        wide = float(np.subtract(*np.quantile(known, (0.75, 0.25)))) if len(known) else 0.0
        true, asked = numbers(made[secret]), numbers(targets[secret])
        usual = float(np.median(known)) if len(known) else 0.0
        return _Judge(true, asked, _NEAR * np.maximum(np.abs(asked), 0.1 * wide), usual, seed)
    levels = [game.space.coding.codes(rows, secret).astype(np.float64) for rows in (made, targets)]
    # Each round of boosting grows a tree per class: rare levels are guessed as one, which is right for none of them.
    held, counts = np.unique(levels[0], return_counts=True)
    rare = held[np.argsort(-counts, kind="stable")][_MOST_CLASSES:]
    true = np.where(np.isin(levels[0], rare), -1.0, levels[0])
    return _Judge(true, levels[1], None, float(held[np.argmax(counts)]), seed)
