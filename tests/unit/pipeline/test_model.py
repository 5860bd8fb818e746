import numpy as np
import polars as pl
import pytest

from understudy import catalog
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import ArtifactError
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
