"""No value that few rows hold, and nothing of a single person, is in any file that a job writes."""

import struct
import zipfile

import numpy as np
import polars as pl
import pytest

N = 400
CHEAP = ("--synthesizer", "gaussian_copula", "--seed", "3")


def planted():
    """Rows with secrets of every kind: texts that one to four rows hold, and numbers that one row holds."""
    rng = np.random.default_rng(0)
    secrets: list[str] = []

    def odd(values, *texts):
        """Put each text into a row of its own, with a mark that nothing else makes."""
        values = [str(v) for v in values]
        for text in texts:
            marked = f"{text} zq{len(secrets):03}x"
            secrets.append(marked)
            values[int(rng.integers(N))] = marked
        return values

    names = [f"Zq{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}vor Kleinzeit" for i in range(N)]
    mails = [f"zq{i}.person@kleinzeit.example" for i in range(N)]
    keys = [f"KX-{i:05}-{rng.integers(10_000):04}" for i in range(N)]
    secrets += names + mails + keys
    day = np.datetime64("2020-01-01") + rng.integers(0, 900, N)
    columns = {
        "key": keys,
        "person": names,
        "mail": mails,
        "income": odd(rng.integers(20, 90, N) * 1000, "ask John about severance"),
        "weight": odd(np.round(rng.normal(70, 9, N), 1), "too heavy for the scale", "<31.7"),
        "joined": odd(day, "born at 12 Elm Street", "before the war"),
        "city": odd(rng.choice(["Oslo", "Pune", "Lima"], N), "Tinyville", "Lone farm"),
        "member": odd(rng.choice(["yes", "no"], N), "only by marriage"),
        "note": odd([f"called {k} times about the bill" for k in rng.integers(1, 9, N)], "secret affair of Mr Bo"),
        "plan": list(rng.choice(["basic", "plus"], N)),
    }
    return pl.DataFrame(columns), secrets


def contents(folder):
    """Everything that stands in the files of a bundle, also inside the model; one text and one string of bytes."""
    parts: list[bytes] = []
    for path in folder.iterdir():
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        elif path.suffix == ".parquet":
            rows = pl.read_parquet(path)
            parts += [rows.cast(pl.String, strict=False).write_csv().encode()]
            parts += [str(dtype).encode() for dtype in rows.schema.values()]
            parts += [path.read_bytes()]
        else:
            parts.append(path.read_bytes())
    whole = b"\n".join(parts)
    return whole.decode("utf-8", errors="replace"), whole


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_few_rows_hold_is_in_no_file(understudy, tmp_path, kind):
    rows, secrets = planted()
    if kind == "csv":
        rows.write_csv(tmp_path / "rows.csv")
    else:  # levels of a dictionary leak even where no row has them
        rows.cast(dict.fromkeys(("person", "mail", "city", "member"), pl.Categorical)).write_parquet(
            tmp_path / "rows.parquet"
        )
    code, _, err = understudy("run", f"rows.{kind}", "--target", "plan", *CHEAP, "--out", "out")
    assert code in {0, 2}, err
    text, _ = contents(tmp_path / "out")
    assert [secret for secret in secrets if secret in text] == []


def test_what_few_rows_hold_is_in_no_judgement_and_no_advice(understudy, tmp_path):
    rows, secrets = planted()
    rows.write_csv(tmp_path / "rows.csv")
    understudy("run", "rows.csv", *CHEAP, "--out", "out")
    data = ("--real", "rows.csv", "--holdout", "rows.csv", "--target", "plan", "--seed", "3")
    judged = ("--synthetic", "out/data.csv", "--metrics", "all", "--protected", "city,member,joined", "--out", "judged")
    code, out, err = understudy("evaluate", *data, *judged)
    assert code in {0, 2}, err
    code, more, err = understudy("advise", *data, *CHEAP[:2], "--learner", "linear", "--out", "advice")
    assert code == 0, err
    text = "".join([out, more, *(contents(tmp_path / folder)[0] for folder in ("judged", "advice"))])
    assert "Oslo" in text  # a group that is large enough to be named
    assert [secret for secret in secrets if secret in text] == []


def test_an_extreme_is_in_no_file_in_any_spelling(understudy, tmp_path):
    rng = np.random.default_rng(1)
    values = rng.normal(50, 5, N).round(3)
    values[7], values[9] = 98765.432, -43219.875
    pl.DataFrame({"x": values, "y": rng.normal(size=N).round(2)}).write_csv(tmp_path / "rows.csv")
    assert understudy("run", "rows.csv", *CHEAP, "--out", "out")[0] in {0, 2}
    text, raw = contents(tmp_path / "out")
    for value in (98765.432, -43219.875):
        assert f"{value:.3f}" not in text
        assert not any(struct.pack(f"<{form}", value) in raw for form in "fd")
