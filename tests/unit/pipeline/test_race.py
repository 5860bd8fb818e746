import pytest

from understudy.context import Run
from understudy.execution.local import Local
from understudy.pipeline import race as module
from understudy.pipeline.fitting import choice_of, fit, synthesizer_of
from understudy.pipeline.pace import Pace
from understudy.pipeline.race import Race, Standing, _choose, race
from understudy.pipeline.recipe import Choice, Fit

CHEAP = ("gaussian_copula", "independent")


def test_the_preferred_wins_unless_another_is_better_by_more_than_chance():
    close = [Standing("forest", 0.10), Standing("gaussian_copula", 0.09), Standing("independent", 0.9)]
    assert _choose(close, None)[0] == "forest"
    clear = [Standing("forest", 0.30), Standing("gaussian_copula", 0.09), Standing("independent", 0.9)]
    assert _choose(clear, None)[0] == "gaussian_copula"


def test_what_learns_slowly_is_taken_by_what_more_rows_promise():
    forest, copula = Standing("forest", 0.80, 0.55), Standing("gaussian_copula", 0.70, 0.69)
    assert _choose([forest, copula], None)[0] == "forest"
    assert "loss that more rows would leave 0.550" in _choose([forest, copula], None)[1]


def test_a_race_on_a_small_part_of_the_rows_looks_at_what_more_rows_gain(table, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 300)
    part, whole = (race(table(n), "on", None, Run(1), CHEAP).standings for n in (3_000, 320))
    assert all(0 <= standing.outlook <= standing.loss for standing in part)
    assert {standing.outlook for standing in whole} == {None}


def test_a_pace_tells_what_rows_cost_from_what_is_paid_anyway():
    pace = Pace(constant=2.0, per_row=0.001)
    assert pace.expected(1_000) == pytest.approx(2 + 1.25)
    assert pace.affordable(pace.expected(1_000)) == pytest.approx(1_000)


def test_a_candidate_too_slow_for_all_rows_still_races_where_a_try_fits_the_budget(table):
    standings = race(table(4_000), "on", 600.0, Run(1), CHEAP).standings
    assert [standing.out for standing in standings] == ["", ""]
    result = race(table(4_000), "on", 1e-6, Run(1), CHEAP)
    assert all("trying it would take about" in standing.out for standing in result.standings)


def test_the_reason_names_who_was_left_out_for_want_of_time():
    name, reason = _choose([Standing("forest", out="it would take about 90 s"), Standing("independent", 0.9)], 10.0)
    assert name == "independent"
    assert "forest: it would take about 90 s" in reason


def test_if_nothing_fits_the_budget_the_fastest_is_taken():
    assert (
        _choose([Standing("forest", out="x", projected=90), Standing("independent", out="x", projected=5)], 1.0)[0]
        == "independent"
    )


def test_a_race_measures_every_candidate_and_says_why(table):
    run = Run(1)
    result = race(table(200), "on", None, run, CHEAP)
    assert [standing.name for standing in result.standings] == list(CHEAP)
    assert all(standing.detection is not None and standing.closeness is not None for standing in result.standings)
    (finding,) = run.findings.all()  # what the fits found that were thrown away concerns nobody
    assert finding.code == "race.chosen"
    assert result.chosen in finding.text
    assert result.record()["standings"][0]["name"] == CHEAP[0]


def test_without_a_budget_the_choice_depends_on_rows_and_seed_only(table):
    def losses(workers):
        result = race(table(120), None, None, Run(1, executor=Local(workers)), CHEAP)
        return [standing.loss for standing in result.standings]

    assert losses(1) == losses(2)


def test_too_few_rows_do_not_race(table):
    result = race(table(15), None, None, Run(1), CHEAP)
    assert isinstance(result, Race)
    assert result.chosen == "gaussian_copula"
    assert result.standings == ()


def test_auto_gives_the_rows_that_naming_the_winner_gives(table):
    data = table(15)
    auto = fit(data, Choice(name="auto"), Fit(), None, Run(1))
    named = fit(data, Choice(name=auto.synthesizer), Fit(), None, Run(1))
    one, two = (fitted.generator.sample(20, Run(2)).rows for fitted in (auto, named))
    assert one.equals(two)


def test_fewer_rows_are_fitted_where_the_recipe_says_so(table):
    assert fit(table(100), Choice(name="independent"), Fit(rows=30), None, Run(1)).rows == 30


def test_a_budget_too_small_for_all_rows_is_a_degraded_finding(table):
    run = Run(1)
    fitted = fit(table(20_000), Choice(name="independent"), Fit(time_budget=1e-6), None, run)
    assert fitted.rows == 200
    assert [f.code for f in run.findings.all() if f.severity == "degraded"] == ["fit.budget"]


def test_a_synthesizer_can_be_named_by_its_spec():
    spec = synthesizer_of(Choice(name="independent"), None)
    assert choice_of(spec, {}).name == "independent"


@pytest.mark.parametrize("budget", [60.0])
def test_a_generous_budget_changes_no_row(table, budget):
    data = table(2000)
    free, bound = (fit(data, Choice(name="independent"), Fit(time_budget=b), None, Run(1)) for b in (None, budget))
    assert free.generator.sample(20, Run(2)).rows.equals(bound.generator.sample(20, Run(2)).rows)
