import polars as pl
import pytest
from pydantic import ValidationError

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import InputError, NotApplicable
from understudy.metrics.evaluate import evaluate
from understudy.metrics.query import Query
from understudy.metrics.wanted import Wanted
from understudy.schema.column import Boolean, Categorical, Datetime, Numerical
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(
    columns={
        "amount": Numerical(),
        "fraud": Boolean(true="1", false="0"),
        "paid": Boolean(true="paid", false="open"),
        "land": Categorical(),
        "day": Datetime(resolution="day"),
    }
)
RUN = Run(3)


def table(seed, n=600, factor=1.0, lands=("DE", "FR", "US")):
    rng = Run(seed).rng
    fraud = rng.random(n) < 0.3
    day = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 12, 31), "1d", eager=True)
    rows = {
        "amount": factor * rng.normal(100, 10, n) * (1 + fraud),
        "fraud": fraud,
        "paid": rng.random(n) < 0.8,
        "land": rng.choice(list(lands), n),
        "day": day.sample(n, with_replacement=True, seed=seed).cast(pl.Datetime("us")),
    }
    return Table.of(pl.DataFrame(rows), SCHEMA)


def ask(sql, real=None, synthetic=None):
    return Query(name="mine", sql=sql)(real or table(1), synthetic or table(2), None, RUN)


def test_error_is_that_of_each_group_averaged():
    score = ask("select fraud, avg(amount) as mean from data group by fraud", table(1), table(1, factor=1.25))
    assert score.value == pytest.approx(0.2, abs=1e-6)  # 1 - 1 / 1.25, in both groups
    assert score.details.height == 2
    assert set(score.details["measure"]) == {"mean"}
    means = table(1).rows.group_by("fraud").agg(pl.col("amount").mean()).sort("fraud")["amount"]
    assert score.details.sort("real")["real"].to_list() == [float(f"{mean:.3g}") for mean in means]


def test_the_same_rows_answer_alike_whatever_the_question():
    for sql in (
        "select avg(amount) from data group by fraud",
        "select fraud, land, avg(amount), count(*) as n from data group by fraud, land",
        "select land, count(*) as n from data where paid = 'paid' and fraud = 1 group by 1",
        "with some as (select amount from data where amount > 90) select sum(amount) as total from some",
        "select avg(case when fraud = 1 then 1.0 else 0.0 end) as rate from data",
        "select day, count(*) as n from data group by day",
    ):
        assert ask(sql, table(1), table(1)).value == 0, sql


def test_counts_are_of_as_many_rows():
    assert ask("select count(*) as n from data where fraud = 1", table(1, 6000), table(2, 2000)).value < 0.15


def test_a_group_that_only_one_table_has_is_wrong():
    score = ask("select land, 1 as one from data group by land", table(1), table(2, lands=("DE", "FR")))
    assert score.value == pytest.approx(1 / 3)
    assert score.details.filter(pl.col("group") == "US")["synthetic"].to_list() == [None]


def test_answers_that_nothing_tells_apart_are_compared_in_order():
    with_names = ask("select fraud, avg(amount) from data group by fraud")
    assert ask("select avg(amount) from data group by fraud").value == pytest.approx(with_names.value, abs=1e-9)


def test_interval_holds_what_fresh_rows_give():
    sql = "select avg(amount) as mean from data where land = 'DE'"
    score = ask(sql, table(1), table(2, factor=1.1))
    low, high = score.interval
    assert low < 1 - 1 / 1.1 < high
    assert high - low < 0.2


def test_short_tables_have_no_interval():
    assert ask("select avg(amount) from data", table(1, 12), table(2, 12)).interval is None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("drop table data", "begins with select"),
        ("", "begins with select"),
        ("select * from read_csv('/etc/passwd')", "reads no files"),
        ("SELECT * FROM  Read_Parquet ('x')", "reads no files"),
    ],
)
def test_only_questions_about_the_data_are_let_in(sql, words):
    with pytest.raises(ValidationError, match=words):
        Query(name="mine", sql=sql)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select avg(amont) from data", "amont.*columns of data are 'amount'"),
        ("select avg(amount) frm data", "'mine' cannot be answered"),
        ("select avg(amount) from orders", "'mine' cannot be answered.*orders"),
        ("select land, amount from data", "several rows for one group"),
    ],
)
def test_questions_without_an_answer_are_refused_before_anything_is_done(sql, words):
    with pytest.raises(InputError, match=words):
        Query(name="mine", sql=sql).check(table(1))


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select land from data group by land", "no number"),
        ("select amount from data limit 2", "order of the rows"),
    ],
)
def test_questions_about_nothing_or_single_rows_are_declined(sql, words):
    with pytest.raises(NotApplicable, match=words):
        ask(sql)


def test_a_list_of_all_rows_is_no_answer():
    with pytest.raises(InputError, match="2,000 rows"):
        ask("select amount from data", table(1, 2000), table(2, 2000))


def test_evaluation_gives_queries_their_references():
    query = Query(name="mean by fraud", sql="select fraud, avg(amount) from data group by fraud")
    found = evaluate(table(1), table(2), table(3), Wanted(names=["marginals"], queries=[query]), RUN)
    score = found.scores["mean by fraud"]
    assert found.metrics["mean by fraud"] is query
    assert score.floor > 10 * score.value  # shuffled columns have the same mean in both groups
    assert score.ceiling < 0.05


def test_groups_of_few_rows_are_not_named():
    real = table(1)
    real = Table.of(
        real.rows.with_columns(land=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("Nauru")).otherwise("land")), SCHEMA
    )
    score = ask("select land, count(*) as n from data group by land", real)
    assert score.details.height == 4
    assert set(score.details["group"]) == {"DE", "FR", "US", None}
    spelled = ask("select upper(land) as who, count(*) as n from data group by upper(land)", real)
    assert set(spelled.details["group"]) == {None}
