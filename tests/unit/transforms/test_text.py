"""Fresh text is made of word sequences that many rows share; what few rows say never leaves."""

import tracemalloc

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.schema.column import Text
from understudy.transforms.text import FILLER, TextEncoder

RNG = np.random.default_rng(3)
PARTS = (
    ("the patient", "a customer", "the driver", "our doctor"),
    ("reported", "denied", "asked about", "complained of"),
    ("severe pain", "late delivery", "a broken window", "mild fever"),
    ("today", "since last week", "without any reason"),
)
TEXTS = [" ".join([*(str(RNG.choice(part)) for part in PARTS), f"ref{i}"]) for i in range(2_000)]


def fitted(values, run=None):
    return TextEncoder.fit(pl.Series("note", values, dtype=pl.String), Text(), run or Run(0))


def drawn(encoder, n, seed=5):
    return encoder.decode(np.full(n, encoder.n_symbols - 1, dtype=np.uint16), np.random.default_rng(seed))


def test_words_that_few_rows_have_are_not_in_the_model():
    encoder = fitted([*TEXTS, *["secret diagnosis of patient"] * 4])
    assert not any(word.startswith("ref") or word in {"secret", "diagnosis"} for word in encoder.words)
    assert not drawn(encoder, 500).str.contains("ref|secret").any()


def test_sequences_that_few_rows_have_are_not_in_the_model():
    encoder = fitted([*TEXTS, *["severe delivery window"] * 4])
    codes = {word: i for i, word in enumerate(encoder.words)}
    pairs = encoder.pairs
    place = int(np.searchsorted(pairs.contexts, codes["severe"]))
    followers = {encoder.words[w] for w in pairs.words[pairs.starts[place] : pairs.starts[place + 1]]}
    assert followers == {"pain"}


def test_fresh_text_reads_like_the_old_and_is_as_long():
    texts = drawn(fitted(TEXTS), 1_000)
    triples = {tuple(t.split()[i : i + 2]) for t in TEXTS for i in range(len(t.split()) - 2)}
    made = [tuple(t.split()[i : i + 2]) for t in texts.to_list() for i in range(min(len(t.split()) - 1, 4))]
    assert sum(pair in triples for pair in made) > 0.95 * len(made)
    lengths = pl.Series(TEXTS).str.count_matches(r"\S+")
    assert abs(texts.str.count_matches(r"\S+").mean() - lengths.mean()) < 0.3
    assert texts.str.count_matches(r"\S+").max() <= lengths.max()


def test_too_little_shared_gives_filler_words_and_a_finding():
    run = Run(0)
    encoder = fitted([f"a{i} b{i} c{i}" for i in range(100)], run)
    assert [(f.code, f.severity) for f in run.findings.all()] == [("text.filler", "degraded")]
    assert set(" ".join(drawn(encoder, 50).to_list()).split()) <= set(FILLER)


def test_a_few_long_texts_cost_no_memory_for_all_the_others():
    words = np.array([f"w{i}" for i in range(300)])
    texts = [" ".join(RNG.choice(words, 8)) for _ in range(1_000)]
    texts += [" ".join(RNG.choice(words, 6_000)) for _ in range(10)]
    encoder = fitted(texts)
    tracemalloc.start()
    made = drawn(encoder, 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.str.count_matches(r"\S+").max() == 6_000
    assert peak < 150e6  # a matrix of all would take 480 MB


def test_missing_texts_are_a_symbol():
    encoder = fitted([*TEXTS[:100], None])
    assert encoder.n_symbols == 2
    assert encoder.encode(pl.Series(["x", None])).tolist() == [1, 0]
    assert encoder.decode(np.array([0, 1], dtype=np.uint16), np.random.default_rng(1)).is_null().to_list() == [
        True,
        False,
    ]


def test_a_restored_encoder_draws_the_same():
    encoder = fitted(TEXTS)
    assert drawn(TextEncoder.restore(encoder.state()), 50).to_list() == drawn(encoder, 50).to_list()
    assert drawn(encoder, 50, seed=1).to_list() != drawn(encoder, 50, seed=2).to_list()


def test_a_column_without_texts_can_be_fitted():
    assert fitted([None, None]).decode(np.zeros(2, dtype=np.uint16), np.random.default_rng(1)).null_count() == 2


def test_a_name_of_several_texts_is_not_written_again():
    rng = np.random.default_rng(5)
    people = [f"{a}{b}{c}o {c.upper()}{d}{b}man" for a in "PTKVB" for b in "aeuio" for c in "mrstd" for d in "io"]
    texts = [f"Spoke with {people[k]} about the invoice. Will call again." for k in rng.integers(0, len(people), 500)]
    texts += ["The customer from Berlin called about the invoice."] * 40 + [
        "Paid in full by the customer on time, as both sides had agreed last year without any further delay."
    ] * 1500
    encoder = TextEncoder.fit(pl.Series("note", texts), Text(), Run(1))
    assert not {word for person in people for word in person.split()} & set(encoder.words)
    assert {"Spoke", "Berlin", "invoice.", "Will"} <= {*encoder.words, "invoice."}
