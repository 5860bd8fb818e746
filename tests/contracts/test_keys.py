"""Whatever keys are inferred: a model makes more of them than there were, and every one is valid."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.frames import to_raw
from understudy.data.infer import infer
from understudy.data.split import split
from understudy.data.typed import parse
from understudy.metrics.tabular.fidelity.valid_rows import ValidRows
from understudy.schema.column import Identifier
from understudy.synthesizers.tabular.marginal.independent import Independent

RNG = np.random.default_rng(3)


def some(low, high, n):
    return RNG.choice(np.arange(low, high), n, replace=False)


KEYS = {
    "numbers after a shared digit": range(48_117, 48_417),
    "numbers after two shared digits": range(10_001, 10_801),
    "numbers from a hundred thousand on": range(100_000, 105_000),
    "numbers from two million on": range(2_000_000, 2_000_800),
    "numbers from one on": range(1, 991),
    "numbers from zero on": range(800),
    "numbers up to the next digit": range(9_500, 9_990),
    "few numbers": range(1_001, 1_031),
    "numbers with gaps": some(30_000, 31_000, 640),
    "scattered numbers after a shared digit": some(30_000, 31_000, 400),
    "scattered numbers": some(100_000, 1_000_000, 500),
    "long numbers": [10**15 + 7_919 * int(v) for v in some(0, 10**9, 300)],
    "numbers beyond 64 bits": [10**20 + 7_919 * int(v) for v in some(0, 10**9, 300)],
    "a letter before": [f"E-{v}" for v in range(1_200, 1_700)],
    "a year before": [f"INV-2024-{v:04d}" for v in range(1, 701)],
    "a year behind": [f"{v}/2024" for v in range(1_500, 1_900)],
    "leading zeros": [f"C-{v:06d}" for v in range(5_000, 6_000)],
    "leading zeros up to the next digit": [f"A{v:03d}" for v in range(100, 1_000)] + [f"A{v:03d}" for v in range(100)],
    "scattered after a letter": [f"AB{v:05d}-{chr(65 + v % 26)}" for v in some(0, 90_000, 600)],
    "scattered after shared digits": [f"INV-2024-{v:04d}" for v in some(0, 1_000, 400)],
    "hashes": [RNG.bytes(16).hex() for _ in range(300)],
    "universal": [f"{(h := RNG.bytes(16).hex())[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}" for _ in range(300)],
}


@pytest.mark.parametrize("case", KEYS)
def test_more_keys_than_there_were_are_all_valid(case):
    keys = pl.Series("id", list(KEYS[case]) if max(map(len, map(str, KEYS[case]))) < 19 else list(map(str, KEYS[case])))
    for values in {keys.dtype: keys, pl.String: keys.cast(pl.String)}.values():
        frame = values.sample(keys.len(), shuffle=True, seed=1).to_frame()
        run = Run(1)
        raw, _ = to_raw(frame, run)
        schema = infer(raw, run).schema
        assert isinstance(schema.columns["id"], Identifier)
        parts = split(parse(raw, schema, run), np.random.default_rng(1))
        made = Independent().fit(parts.training, run).sample(keys.len() * 3 // 2, run)
        score = ValidRows()(parts.training, made, parts.holdout, run)
        assert score.value == 1, (schema.columns["id"], score.details)
        assert not made.rows["id"].is_in(parts.training.rows["id"].implode()).any()
