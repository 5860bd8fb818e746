"""Social security numbers are made up in the spelling of the file, and pass for what their column may hold."""

import random

import polars as pl
import pytest


@pytest.mark.parametrize("spelt", ["{}-{}-{}", "{}{}{}"])
def test_made_up_numbers_are_spelt_as_real_ones_and_valid(understudy, tmp_path, spelt):
    rng = random.Random(1)  # noqa: S311 - a table for tests
    real = {spelt.format(rng.randint(100, 899), rng.randint(10, 99), rng.randint(1000, 9999)) for _ in range(120)}
    pl.DataFrame({"ssn": sorted(real), "age": [rng.randint(18, 80) for _ in real]}).write_csv(tmp_path / "people.csv")
    code, _, _ = understudy("run", "people.csv", "--synthesizer", "independent", "--seed", "1", "--out", "out")
    made = pl.read_csv(tmp_path / "out" / "data.csv", schema_overrides={"ssn": pl.String})["ssn"]
    assert code == 0
    assert made.str.contains("^9" + spelt.format("[0-9]{2}", "[0-9]{2}", "[0-9]{4}") + "$").all()
    assert made.n_unique() == len(made)
    assert not set(made) & real
