"""The shape of identifiers: learned from values, and written as a pattern.

A pattern is a row of pieces: literal text, or a class of characters with a length, ``[0-9]{8}``.
"""

import re
from dataclasses import dataclass

import polars as pl

from understudy.data.sequences import Sequence
from understudy.errors import SchemaError

__all__ = ["CLASSES", "Piece", "expression_of", "learn", "pieces_of", "text_of"]

CLASSES = {
    "0-9": "0123456789",
    "1-9": "123456789",
    "a-z": "abcdefghijklmnopqrstuvwxyz",
    "A-Z": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0-9a-f": "0123456789abcdef",
    "0-9A-F": "0123456789ABCDEF",
    "A-Za-z": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "A-Z0-9": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "a-z0-9": "abcdefghijklmnopqrstuvwxyz0123456789",
    "A-Za-z0-9": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
}
RUN = re.compile(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]+")
SAMPLE = 5_000
LONGEST = 80
LONGEST_PIECE = 1_000
ENOUGH = 50
SHARED = 5  # values that letters have to be in to be written into a pattern
ROOM = 10  # times as many keys as there were have to fit a pattern
LONGEST_PREFIX = 6  # as of the issuers of cards; more would tell about single values
SHORTEST_HEXADECIMAL, SHORTEST_HASH, ENOUGH_LETTERS = 6, 8, 12
_PIECE = re.compile(r"\[((?:[0-9A-Za-z]-[0-9A-Za-z])+)\](?:\{(\d+)(?:,(\d+))?\})?|\\(.)|([^\[\\])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a pattern.

    Parameters
    ----------
    letters : str
        Characters that may stand here; for a literal piece the text itself.
    low, high : int
        Fewest and most characters; both 0 for a literal piece.
    """

    letters: str
    low: int = 0
    high: int = 0

    @property
    def literal(self) -> bool:
        """Whether the piece is always the same text."""
        return self.high == 0

    @property
    def capacity(self) -> int:
        """How many texts the piece can be."""
        return 1 if self.literal else sum(len(self.letters) ** k for k in range(self.low, self.high + 1))


def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """Read a pattern.

    Raises
    ------
    SchemaError
        If it is not one, or one of texts that are longer than anybody needs.
    """
    pieces: list[Piece] = []
    place = 0
    while place < len(pattern):
        match = _PIECE.match(pattern, place)
        if match is None or (match[1] and match[1] not in CLASSES):
            msg = f"The pattern {pattern!r} cannot be read from {pattern[place:]!r}; classes are {', '.join(CLASSES)}."
            raise SchemaError(msg)
        if match[1]:
            low = int(match[2]) if match[2] else 1
            high = int(match[3] or low)
            if not low <= high <= LONGEST_PIECE or not high:
                msg = (
                    f"The pattern {pattern!r} asks for {match[0]!r}; lengths go up to {LONGEST_PIECE}, the least first."
                )
                raise SchemaError(msg)
            pieces.append(Piece(CLASSES[match[1]], low, high))
        elif pieces and pieces[-1].literal:
            pieces[-1] = Piece(pieces[-1].letters + (match[4] or match[5]))
        else:
            pieces.append(Piece(match[4] or match[5]))
        place = match.end()
    return tuple(pieces)


def text_of(pieces: tuple[Piece, ...]) -> str:
    """Write a pattern."""
    names = {letters: name for name, letters in CLASSES.items()}
    out = ""
    for piece in pieces:
        if piece.literal:
            out += re.sub(r"([\[\\])", r"\\\1", piece.letters)
        else:
            length = "" if piece.low == piece.high == 1 else f"{{{piece.low}}}"
            length = length if piece.low == piece.high else f"{{{piece.low},{piece.high}}}"
            out += f"[{names[piece.letters]}]{length}"
    return out


def expression_of(pattern: str) -> str:
    """Turn a pattern into a regular expression; a number, as its length varies, may be longer: counters go on."""
    out, number = "", False
    for piece in pieces_of(pattern):
        if piece.literal:
            out += re.escape(piece.letters)
        else:
            number = piece.letters == CLASSES["0-9"] and (number or piece.low < piece.high)
            out += f"[{piece.letters}]{{{piece.low},{'' if number else piece.high}}}"
        number = piece.letters == CLASSES["1-9"]
    return f"^(?:{out})$"


def learn(values: pl.Series, *, counted: bool = False, shared: bool = True) -> str | None:
    """Learn the pattern of identifiers.

    Values that all have the same row of runs (letters, digits, other) give one piece for each run, literal where it
    never changes; others give one class for the whole. Only lengths, kinds of characters and shared literals are kept.

    Parameters
    ----------
    values : polars.Series
        Distinct values, String.
    counted : bool
        Whether they may count the rows: then no digits of a counter are kept, since it goes on past the last one.
    shared : bool
        Whether letters and digits that several values have in common may be kept.

    Returns
    -------
    str or None
        The pattern; None where the values are too long or hold other characters in other places.
    """
    some = values if values.len() <= SAMPLE else values.gather_every(values.len() // SAMPLE)
    lengths = values.str.len_chars()
    if values.is_empty() or int(lengths.max() or 0) > LONGEST:  # pyright: ignore[reportArgumentType] - an integer
        return None
    sequence = Sequence.of(values) if counted else None
    if sequence is not None:
        return text_of(_counting(values, sequence))
    texts: list[str] = some.to_list()
    hexadecimal = _hexadecimal(texts)
    if hexadecimal is not None:
        return hexadecimal
    runs = [RUN.findall(text) for text in texts]
    kinds = {tuple(_kind(run) for run in row) for row in runs}
    if len(kinds) == 1:
        pieces = [_pieces([row[i] for row in runs], values.len(), shared=shared) for i in range(len(runs[0]))]
        if all(pieces):
            return text_of(_merged(tuple(piece for run in pieces for piece in run)))
    whole = _pieces(texts, values.len(), shared=shared)
    return text_of(whole) if whole else None


def _counting(values: pl.Series, sequence: Sequence) -> tuple[Piece, ...]:
    """Give the pieces of keys that count the rows, and of as many more as may be made."""
    inner = values.str.slice(len(sequence.prefix)).str.len_chars() - len(sequence.suffix)
    low, high = int(inner.min()), int(inner.max())  # pyright: ignore[reportArgumentType] - integers, not empty
    if sequence.width:
        number = (Piece(CLASSES["0-9"], low, max(high, len(str(sequence.start + ROOM * values.len())))),)
    elif values.str.slice(len(sequence.prefix), 1).eq("0").any():
        number = (Piece(CLASSES["0-9"], low, max(high, low + 1)),)
    else:
        number = (Piece(CLASSES["1-9"], 1, 1), Piece(CLASSES["0-9"], low - 1, max(high, len(str(sequence.start))) - 1))
    ends = (Piece(text) for text in (sequence.prefix, sequence.suffix))
    before, after = (() if not piece.letters else (piece,) for piece in ends)
    return (*before, *number, *after)


def _hexadecimal(texts: list[str]) -> str | None:
    """Give the pattern where digits and the letters a to f are mixed at random, as in hashes."""
    length = len(texts[0])
    if length < SHORTEST_HASH or len({len(t) for t in texts}) > 1:
        return None
    for name in ("0-9a-f", "0-9A-F"):
        if set("".join(texts)) <= set(CLASSES[name]):
            places = [set(place) for place in zip(*texts, strict=True)]
            mixed = sum(bool(p & set("0123456789")) and bool(p & set("abcdefABCDEF")) for p in places)
            return f"[{name}]{{{length}}}" if mixed > length / 2 else None
    return None


def _kind(run: str) -> str:
    return "digit" if run[0].isdigit() else "letter" if run[0].isascii() and run[0].isalpha() else run


def _pieces(runs: list[str], n_values: int, *, shared: bool) -> tuple[Piece, ...]:
    """Give the pieces that every one of ``runs``, some of ``n_values``, fits in; nothing where there are none."""
    if len(set(runs)) == 1 and ((shared and len(runs) >= SHARED) or not any(map(str.isalnum, runs[0]))):
        return (Piece(runs[0]),)  # letters and digits of a few values only could be somebody's name
    used = set("".join(runs))
    low, high = min(map(len, runs)), max(map(len, runs))
    same = _shared_prefix(runs) if shared and low == high and len(runs) >= ENOUGH else 0
    if same and runs[0].isdigit() and 10 ** (high - same) < ROOM * n_values:
        same = 0  # keys that take up much of what begins so will go beyond it
    if same:
        return (Piece(runs[0][:same]), *_pieces([run[same:] for run in runs], n_values, shared=shared))
    if used <= set(CLASSES["0-9"]) and (low < high or len(runs) >= ENOUGH) and not any(r[0] == "0" for r in runs):
        # A number, which never begins with a zero.
        rest = (Piece(CLASSES["0-9"], low - 1, high - 1),) if high > 1 else ()
        return (Piece(CLASSES["1-9"], 1, 1), *rest)
    for letters in CLASSES.values():
        hexadecimal = letters in {CLASSES["0-9a-f"], CLASSES["0-9A-F"]}
        if hexadecimal and high < SHORTEST_HEXADECIMAL and sum(map(str.isalpha, "".join(runs))) < ENOUGH_LETTERS:
            continue  # a few letters from a to f are letters by chance
        if letters != CLASSES["1-9"] and used <= set(letters):
            return (Piece(letters, max(low, 1), high),)
    return ()


def _shared_prefix(runs: list[str]) -> int:
    """Count the characters that all begin with, up to LONGEST_PREFIX."""
    places = zip(*(run[:LONGEST_PREFIX] for run in runs), strict=False)
    return next((i for i, place in enumerate(places) if len(set(place)) > 1), LONGEST_PREFIX)


def _merged(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].literal and piece.literal:
            out[-1] = Piece(out[-1].letters + piece.letters)
        else:
            out.append(piece)
    return tuple(out)
