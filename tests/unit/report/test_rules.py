import polars as pl

from understudy.report.rules import weigh

ROWS = pl.DataFrame(
    {
        "age": [17] * 50 + [40] * 950,
        "income": ["low"] * 800 + ["high"] * 200,
        "work": [None] * 60 + ["yes"] * 940,
        "job": [None] * 60 + ["cook"] * 940,
    }
)


def rule(condition, when, column, then):
    return {"text": f"{condition} -> {column}", "condition": condition, "when": when, "column": column, "then": then}


def test_a_conclusion_that_is_common_anyway_may_be_coincidence_and_comes_last():
    coincidence, telling = rule("age", [17], "income", "low"), rule("work", [None], "job", None)
    found = weigh([coincidence, telling], ROWS)
    assert [(r.text, r.share, r.usual, r.telling) for r in found] == [
        ("work -> job", 0.06, 0.06, True),
        ("age -> income", 0.05, 0.8, False),
    ]


def test_rules_rank_by_the_surprise_they_save():
    rare, frequent = rule("age", [17], "job", None), rule("age", [17, 40], "job", None)
    assert [r.share for r in weigh([rare, frequent], ROWS)] == [1.0, 0.05]


def test_shares_count_rows_in_fives():
    assert weigh([rule("age", [17], "income", "low")], ROWS.head(52))[0].share == 50 / 52
    assert weigh([rule("age", [40], "income", "low")], ROWS.head(52))[0].share == 0.0


def test_a_rule_about_other_columns_is_left_out():
    assert weigh([rule("absent", [1], "job", None)], ROWS) == ()


def test_rows_of_fewer_than_five_entities_count_as_none():
    few, many = pl.Series([i % 4 for i in range(1000)]), pl.Series(range(1000))
    assert weigh([rule("age", [17], "income", "low")], ROWS, few)[0].share == 0.0
    assert weigh([rule("age", [17], "income", "low")], ROWS, many)[0].share == 0.05
