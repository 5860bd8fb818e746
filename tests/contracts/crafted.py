"""Puts wrong things into every part of a fitted model, and tries what comes of it; a crash ends this process."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

import understudy as us
from understudy.errors import UnderstudyError
from understudy.store import artifact

GIVEN = {"k": "a", "x": 3.0}


def rows(n: int = 240) -> pl.DataFrame:
    """Make a table with all that a model can hold: categories, gaps, keys, texts, relations, times."""
    rng = np.random.default_rng(1)
    k = rng.choice(["a", "b", "c", None], n, p=[0.5, 0.3, 0.1, 0.1]).tolist()
    start = np.datetime64("2024-01-01", "us") + rng.integers(0, 10**7, n) * np.timedelta64(1_000_000, "us")
    apart = rng.integers(1, 10**6, n)
    return pl.DataFrame(
        {
            "x": rng.integers(0, 9, n).astype(float),
            "k": k,
            "fixed": [None if v is None else v.upper() for v in k],
            "y": [None if v < 0.1 else v for v in rng.random(n)],
            "b": rng.random(n) < 0.5,
            "start": start,
            "end": start + apart * np.timedelta64(1_000_000, "us"),
            "minutes": (apart / 60).round(2),
            "id": [f"AB-{i:06}" for i in rng.choice(10**6, n, replace=False)],
            "note": [f"some words about {i} and so on {j}" for i, j in rng.integers(0, 9, (n, 2))],
        }
    )


def parts(value: object, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Give every part of a state that is not a mapping, with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from parts(item, (*place, key))
    else:
        yield place, value


def replaced(state: dict, place: tuple[str, ...], value: object) -> dict:
    """Give ``state`` with another value at ``place``."""
    key, *rest = place
    return {**state, key: replaced(state[key], tuple(rest), value) if rest else value}


def wrong(value: object, rng: np.random.Generator) -> Iterator[object]:
    """Give things that should not stand where ``value`` does."""
    yield from (None, "text", -1, 10**18, [], {})
    if isinstance(value, pl.DataFrame):
        yield from (value.head(0), value.head(1), value[:, :1], value.cast(pl.String), value.rename(str.upper))
        return
    if not isinstance(value, np.ndarray):
        yield from (not value, [value, value]) if not isinstance(value, list) else (value[:-1], [*value, 7])
        return
    yield from (value[:-1], np.append(value, value), value.astype(np.float64), value.astype(np.int8), value[None])
    yield np.zeros((0,) * value.ndim, value.dtype)
    for other in (0, 1, -1, 10**6, 2**31 - 1, 2**62, -(2**62), np.nan, np.inf):
        with np.errstate(all="ignore"):
            put = np.array([other]).astype(value.dtype)[0]
        for some in (np.full(value.shape, True), rng.random(value.shape) < 0.2):  # noqa: FBT003
            changed = value.copy()
            changed[some] = put
            yield changed


def tried(path: Path) -> str:
    """Load and sample; give how it went."""
    try:
        model = us.load(path)
        model.sample(300, seed=1)
        model.sample(20, seed=1, given=GIVEN)
        model.describe()
    except UnderstudyError as error:
        return "refused" if len(str(error).splitlines()) == 1 else "refused in more than a sentence"
    return "sampled"


def main(synthesizer: str, share: float) -> None:
    """Try a share of all that can be wrong with one part of every kind, such as one of many trees."""
    np.seterr(all="ignore")
    rng = np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.understudy"
        us.fit(rows(), synthesizer, seed=1).save(path)
        header, state = artifact.read(path)
        assert tried(path) == "sampled"
        told = {"synthesizer": header["synthesizer"], "columns": header["columns"]}
        kinds: dict[tuple[str, ...], tuple[str, ...]] = {}
        for place, _ in parts(state):
            kinds.setdefault(tuple(key for key in place if not key.isdigit()), place)
        values = dict(parts(state))
        for place in kinds.values():
            for i, other in enumerate(wrong(values[place], rng)):
                if rng.random() < share:
                    tell(f"{'/'.join(place)} {i} ")
                    artifact.write(path, "synthesizer", told, replaced(state, place, other))
                    tell(f"{tried(path)}\n")
    tell("done\n")


def tell(text: str) -> None:
    """Say something before a crash could swallow it."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
