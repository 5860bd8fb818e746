import numpy as np
import polars as pl
import pytest

import understudy
from understudy import catalog
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import ArtifactError, InputError, OutputError
from understudy.pipeline import model
from understudy.schema.column import Numerical
from understudy.schema.table import TableSchema
from understudy.store import artifact


@pytest.fixture
def saved(tmp_path):
    schema = TableSchema(columns={"x": Numerical()})
    rows = Table.of(pl.DataFrame({"x": np.arange(50.0)}), schema)
    path = tmp_path / "m.understudy"
    fitted = catalog.load("synthesizers", "independent")().fit(rows, Run(1))
    model.save(path, fitted, "independent")
    return path


@pytest.mark.parametrize("state", [{}, {"codec": 1, "counts": {}}, {"codec": {}, "counts": [1]}])
def test_a_model_that_was_edited_and_sealed_anew_is_refused(saved, state):
    header, _ = artifact.read(saved)
    kept = {k: v for k, v in header.items() if k not in {"kind", "format", "understudy", "members"}}
    artifact.write(saved, model.KIND, kept, state)
    with pytest.raises(
        ArtifactError, match=r"cannot be used because it does not hold what 'independent' stores.*; make it anew"
    ):
        model.load(saved)


def test_a_model_comes_back(saved):
    assert model.load(saved).generator.sample(3, Run(2)).n_rows == 3


@pytest.mark.parametrize("n", [10**18, 1.0, True, -1, "3", None])
def test_what_is_no_number_of_rows_is_refused(saved, n):
    with pytest.raises(InputError, match="n = "):
        model.load(saved).sample(n)


def test_what_is_no_path_is_refused(saved):
    with pytest.raises(InputError, match="A NoneType is no path"):
        understudy.load(None)
    with pytest.raises(InputError, match="A int is no path"):
        model.load(saved).save(1)
    with pytest.raises(OutputError, match="holds a zero character"):
        model.load(saved).save("a\0b")
