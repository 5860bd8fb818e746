"""Members among the most isolated records show in the answers to many small questions about them."""

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from understudy.attacks.distances import nearest_k
from understudy.attacks.game import Game
from understudy.attacks.membership.shadow import Shadows
from understudy.context import Run
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["RECORDS", "query_answers", "questions_of"]

RECORDS = 60
"""Records that are attacked: about as many members as others."""

_QUERIES = 200
_MOST_CONDITIONS = 4
_NEIGHBOURS = 5
_SHRINKAGE = 0.01  # inverse strength of the penalty: there are more questions than shadows

Question = list[tuple[int, int]]
"""Conditions: a column, and -1, 0 or 1 for at most, equal to, or at least the record's own value."""


def query_answers(game: Game, shadows: Shadows) -> FloatArray:
    """Guess of the most isolated targets by how many synthetic rows agree with them in some columns; NaN of the others.

    For each record, random questions count the rows that equal it in one to four columns (quantities: lie on the same
    side of it). What the answers are like where it was in, and where not, is learnt from shadow models by logistic
    regression. Isolated are those farthest, in mean, from their five nearest rows of the reference; the rule looks at
    members and others alike.

    References
    ----------
    Meeus, Guepin, Cretu, de Montjoye, *Achilles' heels: vulnerable record identification in synthetic data publishing*
    (2023); Houssiau et al., *TAPAS: a toolbox for adversarial privacy auditing of synthetic data* (2022).
    """
    apart = nearest_k(game.attacked, game.known, min(_NEIGHBOURS, game.known.n_rows))[0].mean(axis=1)
    chosen = np.sort(np.argsort(-apart, kind="stable")[:RECORDS])
    tables = [_numbers(game, rows) for rows in (*shadows.tables, game.synthetic)]
    records, categorical = _numbers(game, game.targets), game.space.coding.categorical
    guesses = np.full(2 * game.n, np.nan)
    for target in chosen:
        record, inside = records[target], shadows.inside[:, target]
        questions = questions_of(categorical, game.run.child("queries", int(target)))
        answers = np.log1p([_counts(table, record, questions) for table in tables])
        scale = StandardScaler().fit(answers[:-1])
        model = LogisticRegression(C=_SHRINKAGE).fit(scale.transform(answers[:-1]), inside)
        guesses[target] = float(model.decision_function(scale.transform(answers[-1:]))[0])
    return guesses


def questions_of(categorical: npt.NDArray[np.bool_], run: Run) -> list[Question]:
    """Draw questions about a record."""
    rng, d = run.rng, len(categorical)
    sizes = rng.integers(1, min(_MOST_CONDITIONS, d) + 1, _QUERIES)
    columns = [np.sort(rng.choice(d, size, replace=False)) for size in sizes]
    return [[(int(c), 0 if categorical[c] else int(rng.choice((-1, 1)))) for c in some] for some in columns]


def _numbers(game: Game, rows: pl.DataFrame) -> FloatArray:
    return np.column_stack([game.space.coding.floats(rows, name) for name in game.space.coding.names])


def _counts(table: FloatArray, record: FloatArray, questions: list[Question]) -> list[int]:
    held: dict[tuple[int, int], npt.NDArray[np.bool_]] = {}
    for condition in {condition for question in questions for condition in question}:
        c, side = condition
        values, own = table[:, c], record[c]
        if np.isnan(own):
            held[condition] = np.isnan(values)
        else:
            held[condition] = values == own if side == 0 else side * values >= side * own
    return [int(np.logical_and.reduce([held[condition] for condition in question]).sum()) for question in questions]
