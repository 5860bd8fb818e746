"""Free text: fresh text from word sequences that many rows share; what only a few rows say never enters the model."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.protocols import State
from understudy.schema.column import Text
from understudy.store.trust import array, expect

__all__ = ["TextEncoder"]

SHARED = 5
"""A word or a sequence of words is kept if this many different rows have it."""
NAMES = 0.01
"""Part of the rows that a word with a capital inside of sentences has to be in: it may be the name of one whom many
rows are about."""
ROWS = 200_000
LONGEST = 1_000_000  # words of one text, in a model file
ENOUGH_WORDS, ENOUGH_COVER = 20, 0.2
FILLER = (
    *("a", "about", "after", "all", "also", "and", "any", "as", "at", "before", "between", "both", "by", "each", "for"),
    *(
        "from",
        "further",
        "in",
        "into",
        "item",
        "it",
        "more",
        "most",
        "note",
        "of",
        "on",
        "other",
        "over",
        "part",
        "same",
    ),
    *(
        "some",
        "such",
        "text",
        "than",
        "that",
        "the",
        "then",
        "this",
        "through",
        "to",
        "under",
        "until",
        "which",
        "with",
    ),
)


@dataclass(frozen=True, slots=True)
class Follow:
    """Which words may follow a context, and how often they do: rows of a sparse matrix.

    Parameters
    ----------
    contexts : array of int64
        Codes of the contexts, sorted.
    starts : array of int64
        Where each context's words begin, and the end of the last.
    words : array of int64
        The words.
    heights : array of int64
        Running sum of their counts over the whole array.
    """

    contexts: np.ndarray
    starts: np.ndarray
    words: np.ndarray
    heights: np.ndarray

    @classmethod
    def of(cls, contexts: np.ndarray, words: np.ndarray, counts: np.ndarray) -> "Follow":
        """Sort and sum up."""
        order = np.lexsort((words, contexts))
        contexts, words, counts = contexts[order], words[order], counts[order]
        known, starts = np.unique(contexts, return_index=True)
        return cls(known, np.append(starts, len(words)).astype(np.int64), words, np.cumsum(counts))

    def draw(self, contexts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw the word after each context; -1 where the context is not known."""
        out = np.full(len(contexts), -1, dtype=np.int64)
        if not len(self.contexts):
            return out
        places = np.minimum(np.searchsorted(self.contexts, contexts), len(self.contexts) - 1)
        known = self.contexts[places] == contexts
        places = places[known]
        base = np.append(0, self.heights)
        low, high = base[self.starts[places]], base[self.starts[places + 1]]
        marks = low + np.floor(rng.random(len(places)) * (high - low)).astype(np.int64)
        out[known] = self.words[np.searchsorted(self.heights, marks, side="right")]
        return out

    def state(self) -> State:
        """Give what it takes to restore it."""
        return {"contexts": self.contexts, "starts": self.starts, "words": self.words, "heights": self.heights}

    @classmethod
    def restore(cls, state: dict[str, Any], n_words: int) -> "Follow":
        """Restore it, for a vocabulary of ``n_words``; a ValueError says that words could not be drawn from it."""
        contexts = array(state["contexts"], "contexts", np.int64, (None,), rising=True)
        words = array(state["words"], "words", np.int64, (None,), low=0, high=n_words - 1)
        heights = array(state["heights"], "heights", np.int64, words.shape, low=1, rising=True)
        starts = array(state["starts"], "starts", np.int64, (None,), low=0, high=len(words), rising=True)
        expect(len(starts) == len(contexts) + 1 or not len(contexts), "starts are not as many as contexts")
        expect((np.diff(starts) > 0).all(), "nothing follows a context")
        return cls(contexts, starts, words, heights)


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Symbols are 0 for missing and 1 for present where some are missing, else only 0.

    Parameters
    ----------
    words : tuple of str
        Words that many rows share; the first is the empty one, which stands before a text.
    pairs, triples : Follow
        Words after one word, and after two (coded as the first times the number of words plus the second).
    alone : array of int64
        Running sum of the rows that have each word.
    lengths : array of int64
        Words of a text: quantiles of the training texts, without the few longest.
    missing : bool
        Whether some are missing.
    """

    words: tuple[str, ...]
    pairs: Follow
    triples: Follow
    alone: np.ndarray
    lengths: np.ndarray
    missing: bool

    ordered: ClassVar[bool] = False

    @property
    def n_symbols(self) -> int:
        """Number of symbols."""
        return 2 if self.missing else 1

    @classmethod
    def fit(
        cls,
        values: pl.Series,
        column: Text,  # noqa: ARG003 - as every encoder
        run: Run,
        who: np.ndarray | None = None,
    ) -> "TextEncoder":
        """Count which words follow which in rows of at least :data:`SHARED` different ones of ``who`` they belong to.

        Where too little is shared, neutral filler words take the place of the text's own, and a finding says so.
        """
        places = np.flatnonzero(values.is_not_null().to_numpy())
        if len(places) > ROWS:
            places = np.sort(run.rng.choice(places, ROWS, replace=False))
        tokens = values.gather(places).str.extract_all(r"\S+")
        held = np.arange(len(places)) if who is None else who[places]
        lengths = _lengths(tokens.list.len().to_numpy().astype(np.int64), held)
        table = _tokens(tokens, held)
        vocabulary, counts = _vocabulary(table)
        covered = table["word"].is_in(vocabulary).mean() if table.height else 0.0
        if len(vocabulary) < ENOUGH_WORDS or float(covered or 0.0) < ENOUGH_COVER:  # pyright: ignore[reportArgumentType]
            unit = "texts" if who is None else "entities"
            run.find(
                "text.filler",
                f"Column {values.name!r}: too few words are shared by {SHARED} {unit} to write new ones; neutral "
                "filler words stand in their place. Drop the column if that is of no use.",
                "degraded",
            )
            none = Follow(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
            alone = np.cumsum(np.r_[0, np.ones(len(FILLER), dtype=np.int64)])
            return cls(("", *FILLER), none, none, alone, lengths, values.null_count() > 0)
        pairs, triples = _follows(table, vocabulary)
        alone = np.cumsum(np.r_[0, counts])
        return cls(("", *vocabulary), pairs, triples, alone, lengths, values.null_count() > 0)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give 1 where a value is present and some may be missing, else 0."""
        return values.is_not_null().to_numpy().astype(np.uint16) if self.missing else np.zeros(values.len(), np.uint16)

    def decode(self, codes: np.ndarray, rng: np.random.Generator, first: int = 0) -> pl.Series:  # noqa: ARG002 - as identifiers
        """Write a fresh text for each row, all of them one word after the other."""
        n = len(codes)
        wanted = self.lengths[rng.integers(0, len(self.lengths), n)]
        order = np.argsort(-wanted, kind="stable")
        wanted = wanted[order]
        before, last = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        # One text after the other, as long as each is: a few long ones would make a matrix of all of them huge.
        starts = np.append(0, np.cumsum(wanted))
        written = np.zeros(int(starts[-1]), dtype=np.int32)
        for place in range(int(wanted[0]) if n else 0):
            # Rows are sorted by length: those that are not done yet come first.
            going = int(np.searchsorted(-wanted, -place, side="left"))
            word = self._next(before[:going], last[:going], rng)
            written[starts[:going] + place] = word
            before[:going], last[:going] = last[:going], word
        vocabulary = np.array(self.words, dtype=object)
        texts = [" ".join(vocabulary[written[a:b]]) for a, b in pairwise(starts)]
        back = np.empty(n, dtype=np.int64)
        back[order] = np.arange(n)
        out = pl.Series(texts, dtype=pl.String).gather(back)
        if not self.missing:
            return out
        return pl.select(pl.when(pl.lit(pl.Series(codes > 0))).then(pl.lit(out))).to_series()

    def _next(self, before: np.ndarray, last: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw the next word after two words, else after one, else any."""
        word = self.triples.draw(before * len(self.words) + last, rng)
        for known in (self.pairs, None):
            lost = np.flatnonzero(word < 0)
            if known is not None:
                word[lost] = known.draw(last[lost], rng)
            else:
                marks = rng.integers(0, int(self.alone[-1]), len(lost))
                word[lost] = np.searchsorted(self.alone, marks, side="right")
        return word

    def state(self) -> State:
        """Give what it takes to restore it."""
        return {
            "words": list(self.words),
            "pairs": self.pairs.state(),
            "triples": self.triples.state(),
            "alone": self.alone,
            "lengths": self.lengths,
            "missing": self.missing,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "TextEncoder":
        """Build the encoder that gave ``state``.

        Raises
        ------
        ValueError
            If texts could not be written with it.
        """
        words = tuple(state["words"])
        pairs, triples = (Follow.restore(state[name], len(words)) for name in ("pairs", "triples"))
        alone = array(state["alone"], "alone", np.int64, (len(words),), low=0, rising=True)
        expect(len(words) and alone[-1] > 0, "there are no words")
        lengths = array(state["lengths"], "lengths", np.int64, (None,), low=0, high=LONGEST)
        expect(len(lengths), "there are no lengths")
        return cls(words, pairs, triples, alone, lengths, bool(state["missing"]))


def _lengths(lengths: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Give quantiles of the lengths; the longest few texts, one of each of ``who``, count as long as the next ones."""
    if not len(lengths):
        return np.zeros(1, dtype=np.int64)
    ordered = np.sort(lengths)
    longest = pl.DataFrame({"who": who, "length": lengths}).group_by("who").max()["length"].top_k(SHARED)
    ordered = np.minimum(ordered, int(longest[-1]))
    return ordered[np.linspace(0, len(ordered) - 1, min(len(ordered), 1_000)).round().astype(np.int64)]


def _tokens(tokens: pl.Series, who: np.ndarray) -> pl.DataFrame:
    """Give one row for each word, with the two before it in the same text (empty before the first)."""
    rows = pl.DataFrame({"row": np.arange(tokens.len()), "who": who, "word": tokens})
    table = rows.explode("word").drop_nulls("word")
    one, two = pl.col("word").shift(1).over("row"), pl.col("word").shift(2).over("row")
    return table.with_columns(last=one.fill_null(""), before=two.fill_null(""))


def _vocabulary(table: pl.DataFrame) -> tuple[list[str], np.ndarray]:
    counts = _shared(table, "word").sort("word")
    few = counts.filter(pl.col("rows") < NAMES * table["row"].n_unique())
    counts = counts.join(_like_names(table, few["word"]), on="word", how="anti", maintain_order="left")
    return counts["word"].to_list(), counts["rows"].to_numpy().astype(np.int64)


def _like_names(table: pl.DataFrame, words: pl.Series) -> pl.DataFrame:
    """Give those of ``words`` that have a capital, mostly inside of sentences: the names of somebody or something."""
    capital = words.filter(words.str.contains(r"^\PL*\p{Lu}\p{Ll}"))
    places = table.filter(pl.col("word").is_in(capital.implode()))
    inside = (pl.col("last") != "") & ~pl.col("last").str.contains(r"[.!?:;]\PL*$")
    return places.group_by("word").agg(mostly=inside.mean() >= 0.5).filter("mostly").select("word")  # noqa: PLR2004


def _shared(table: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Count the rows of what enough different ones of those whom rows belong to have."""
    counts = table.group_by(*keys).agg(pl.col("row").n_unique().alias("rows"), pl.col("who").n_unique())
    return counts.filter(pl.col("who") >= SHARED)


def _follows(table: pl.DataFrame, vocabulary: list[str]) -> tuple[Follow, Follow]:
    codes = pl.DataFrame({"name": ["", *vocabulary], "code": np.arange(len(vocabulary) + 1)})
    coded = table
    for name in ("word", "last", "before"):
        coded = coded.join(codes.rename({"name": name, "code": f"{name}_code"}), on=name, how="inner")
    pairs = _shared(coded, "last_code", "word_code")
    triples = _shared(coded, "before_code", "last_code", "word_code")
    size = len(vocabulary) + 1
    context = triples["before_code"].to_numpy() * size + triples["last_code"].to_numpy()
    return (
        Follow.of(
            pairs["last_code"].to_numpy(), pairs["word_code"].to_numpy(), pairs["rows"].to_numpy().astype(np.int64)
        ),
        Follow.of(context, triples["word_code"].to_numpy(), triples["rows"].to_numpy().astype(np.int64)),
    )
