"""The Gaussian copula takes every shape of table, keeps margins and given values, and repeats itself to the byte."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import ConditionError
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.copula.gaussian_copula import GaussianCopula
from understudy.transforms.protection import Protection


def table(**columns) -> Table:
    kinds = {pl.Int64: Numerical(decimals=0), pl.Float64: Numerical(), pl.Boolean: Boolean(), pl.String: Categorical()}
    rows = pl.DataFrame(columns)
    return Table.of(rows, TableSchema(columns={n: kinds[t.base_type()] for n, t in rows.schema.items()}))


@pytest.fixture(scope="module")
def mixed() -> Table:
    rng = np.random.default_rng(8)
    n = 4_000
    x = rng.normal(size=n)
    absent = x + rng.normal(size=n) > 1.5
    place = np.array(["north", "south", "east", "west", "far"])
    at = np.clip(np.floor(x + rng.normal(scale=0.7, size=n)) + 2, 0, 4).astype(int)
    return table(
        x=x,
        kids=rng.poisson(np.exp(x / 2)),
        place=place[[3, 0, 4, 1, 2]][at],
        pay=pl.Series(x + rng.normal(size=n)).to_frame("v").select(pl.when(pl.lit(pl.Series(~absent))).then("v"))["v"],
        job=pl.Series(np.where(at > 2, "a", rng.choice(["b", "c"], n)))
        .to_frame("v")
        .select(pl.when(pl.lit(pl.Series(~absent))).then("v"))["v"],
        member=x + rng.normal(size=n) > 0,
    )


@pytest.fixture(scope="module")
def fitted(mixed):
    return GaussianCopula().fit(mixed, Run(0))


def test_margins_are_those_of_the_training_rows_to_one_row_in_each_level(mixed, fitted):
    made = fitted.sample(mixed.n_rows, Run(1)).rows
    for name in ("place", "job", "member"):
        real, synthetic = (dict(rows[name].value_counts().iter_rows()) for rows in (mixed.rows, made))
        assert real.keys() == synthetic.keys()
        assert all(abs(real[level] - synthetic[level]) <= 1 for level in real)
    assert np.quantile(made["x"], 0.3) == pytest.approx(np.quantile(mixed.rows["x"], 0.3), abs=0.01)


def test_small_samples_have_the_margins_on_average(mixed, fitted):
    made = pl.concat([fitted.sample(100, Run(1, path=(i,))).rows for i in range(40)])
    share = (made["place"] == "far").mean()
    assert share == pytest.approx((mixed.rows["place"] == "far").mean(), abs=0.03)


def test_columns_that_are_missing_together_stay_so(mixed, fitted):
    made = fitted.sample(3_000, Run(1)).rows
    assert mixed.rows["pay"].null_count() > 0
    assert (made["pay"].is_null() == made["job"].is_null()).all()


def test_missing_depends_on_other_columns_as_in_the_rows(mixed, fitted):
    made = fitted.sample(4_000, Run(1)).rows
    gaps = [
        r.filter(pl.col("pay").is_null())["x"].mean() - r.filter(pl.col("pay").is_not_null())["x"].mean()
        for r in (mixed.rows, made)
    ]
    assert gaps[1] == pytest.approx(gaps[0], abs=0.1)


def test_levels_without_order_keep_their_dependence_on_a_number(mixed, fitted):
    made = fitted.sample(4_000, Run(1)).rows
    means = [r.group_by("place").agg(pl.col("x").mean()).sort("place")["x"].to_numpy() for r in (mixed.rows, made)]
    assert np.abs(means[0] - means[1]).max() < 0.15


def test_same_seed_same_bytes_and_another_seed_other_rows(mixed, fitted):
    again = GaussianCopula().fit(mixed, Run(0))
    assert again.sample(500, Run(3)).rows.equals(fitted.sample(500, Run(3)).rows)
    assert not fitted.sample(500, Run(4)).rows.equals(fitted.sample(500, Run(3)).rows)


def test_its_state_builds_it_again(fitted):
    again = GaussianCopula.restore(fitted.state())
    assert again.sample(2_000, Run(3)).rows.equals(fitted.sample(2_000, Run(3)).rows)
    given = {"place": "far", "pay": None}
    assert again.sample(50, Run(3), given).rows.equals(fitted.sample(50, Run(3), given).rows)
    assert again.describe() == fitted.describe()


@pytest.mark.parametrize(
    "given",
    [
        {"place": "west"},
        {"member": False},
        {"pay": None},
        {"job": "b", "kids": 1},
        {"place": "far", "member": True, "kids": 0, "x": 0.25, "job": None},
    ],
)
@pytest.mark.parametrize("n", [1, 2_500])
def test_given_values_hold_in_every_row(fitted, given, n):
    rows = fitted.sample(n, Run(2), given).rows
    assert rows.height == n
    for name, value in given.items():
        assert rows[name].eq_missing(pl.Series([value], dtype=rows.schema[name])).all()


def test_given_values_that_never_come_together_hold_too(fitted):
    # pay and job are always missing together, so their shared latent variable cannot lie on both sides.
    # The codec refuses such values where it found the relation; where it did not, they must still hold.
    with pytest.raises(ConditionError, match="pay = None"):
        fitted.sample(300, Run(2), {"pay": None, "job": "a"})
    names, encoders = fitted.codec.encoder.names, fitted.codec.encoder.encoders
    evidence = {names.index("pay"): encoders["pay"].allowed(None), names.index("job"): encoders["job"].allowed("a")}
    codes = fitted._draw(300, evidence, Run(2))  # noqa: SLF001 - see above
    assert all(allowed[codes[j]].all() for j, allowed in evidence.items())


def test_a_given_value_shifts_the_other_columns(mixed, fitted):
    rows = fitted.sample(4_000, Run(2), {"member": True}).rows
    expected = mixed.rows.filter(pl.col("member"))["x"].mean()
    assert rows["x"].mean() == pytest.approx(expected, abs=0.05)


def test_evidence_that_leaves_missing_open_keeps_its_share(mixed, fitted):
    j = fitted.codec.encoder.names.index("job")
    encoder = fitted.codec.encoder.encoders["job"]
    codes = fitted._draw(20_000, {j: encoder.allowed(None) | encoder.allowed("b")}, Run(0))[j]  # noqa: SLF001 - no door leads to such evidence without a relation
    counts = dict(mixed.rows["job"].value_counts().iter_rows())
    assert (codes == 0).mean() == pytest.approx(counts[None] / (counts[None] + counts["b"]), abs=0.02)


def test_a_value_that_cannot_occur_is_refused(fitted):
    with pytest.raises(ConditionError, match="place"):
        fitted.sample(5, Run(2), {"place": "nowhere"})


@pytest.mark.parametrize("protection", [Protection(), Protection(rare_rows=1)])
@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1.5, 2.5, 3.5]},
        {"x": [1, 2], "k": ["a", "b"]},
        {"x": [1], "k": ["a"]},
        {"x": [7] * 30, "k": ["a"] * 30, "y": list(range(30))},
        {"x": pl.Series([None] * 20, dtype=pl.Float64), "k": pl.Series([None] * 20, dtype=pl.String)},
        {"x": pl.Series([None, 1.0] * 20), "k": pl.Series(["a", None] * 20), "y": [1, 2] * 20},
        {"x": list(range(40)), "y": list(range(40)), "z": list(range(0, -40, -1))},
    ],
)
def test_every_shape_of_table_can_be_fitted_and_sampled(columns, protection):
    made = GaussianCopula(protection=protection).fit(table(**columns), Run(0))
    for n in (0, 1, 2, 1_500):
        rows = made.sample(n, Run(1)).rows
        assert (rows.height, rows.columns) == (n, list(columns))
    first = next(iter(columns))
    value = made.sample(1, Run(1)).rows[first][0]
    assert made.sample(3, Run(1), {first: value}).rows.height == 3
    assert GaussianCopula.restore(made.state()).describe() == made.describe()


def test_more_columns_than_rows_leave_a_positive_definite_matrix():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 4, size=(50, 300))
    made = GaussianCopula().fit(table(**{f"c{i}": x[:, i] for i in range(300)}), Run(0))
    assert len(made.correlation) == 300
    assert np.linalg.eigvalsh(made.correlation)[0] > 5e-5
    assert made.shrinkage > 0.8  # the columns are independent: nearly all that is seen is noise
    assert made.sample(1_200, Run(1)).rows.shape == (1_200, 300)


def test_what_fewer_rows_than_protected_say_is_not_learned():
    x = np.arange(400.0)
    rare = np.zeros(400, dtype=bool)
    rare[-4:] = True
    kept = table(x=x, flag=rare)
    assert GaussianCopula().fit(kept, Run(0)).correlation[0, 1] == 0.0
    assert GaussianCopula(protection=Protection(rare_rows=1)).fit(kept, Run(0)).correlation[0, 1] > 0.3


def test_a_higher_floor_keeps_the_matrix_further_from_singular(mixed):
    smallest = [
        np.linalg.eigvalsh(GaussianCopula(eigenvalue_floor=f).fit(mixed, Run(0)).correlation)[0] for f in (0.1, 0.4)
    ]
    assert smallest[0] < 0.3
    assert smallest[1] > 0.3


def test_the_description_names_what_depends_most(fitted):
    said = fitted.describe()
    assert said["order"] == ["x", "kids", "place", "pay", "job", "member"]
    assert any("missing" in a + b for a, b, _ in said["correlation"]["strongest"])
    assert 0 <= said["settings"]["shrinkage"] < 0.05
