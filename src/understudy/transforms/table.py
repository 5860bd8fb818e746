"""Whole tables as symbols: picks an encoder for each column by its type, and keeps the exact relations of the rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import ConditionError
from understudy.protocols import Given, State
from understudy.schema.column import Boolean, Categorical, ColumnType, Identifier, Text
from understudy.store.trust import expect
from understudy.transforms.categorical import CategoricalEncoder
from understudy.transforms.encoder import MAX_SYMBOLS
from understudy.transforms.identifier import IdentifierEncoder
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection
from understudy.transforms.text import TextEncoder

__all__ = ["AnyEncoder", "TableEncoder"]

AnyEncoder = CategoricalEncoder | QuantityEncoder | IdentifierEncoder | TextEncoder
"""The set is closed, as that of the column types is."""

_ENCODERS = {
    "categorical": CategoricalEncoder,
    "quantity": QuantityEncoder,
    "identifier": IdentifierEncoder,
    "text": TextEncoder,
}


@dataclass(frozen=True, slots=True)
class TableEncoder:
    """The encoders of a table's columns, in the table's order.

    Parameters
    ----------
    encoders : mapping of str to an encoder
        Encoder of each column.
    """

    encoders: Mapping[str, AnyEncoder]

    @classmethod
    def fit(cls, table: Table, protection: Protection, run: Run, who: np.ndarray | None = None) -> "TableEncoder":
        """Learn the symbols of each column.

        Parameters
        ----------
        table : Table
            Rows.
        protection : Protection
            What may not show.
        run : Run
            The job.
        who : array of shape (n,), int, optional
            Number of the entity that each row belongs to; by default each is one of its own.
        """

        def learn(name: str) -> AnyEncoder:
            return _fit((table.column(name), table.schema.columns[name]), protection, run.child(name), who)

        names = list(table.schema.columns)
        return cls(dict(zip(names, run.executor.map(learn, names), strict=True)))

    def arranged(self, places: Mapping[str, Mapping[str, float]]) -> "TableEncoder":
        """Give the encoders with the levels of some columns in the order of a number that each level has."""
        changed = {
            n: e.arranged(places[n])
            for n, e in self.encoders.items()
            if n in places and isinstance(e, CategoricalEncoder)
        }
        return TableEncoder({**self.encoders, **changed})

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self.encoders)

    @property
    def n_symbols(self) -> np.ndarray:
        """Alphabet sizes, shape (d,)."""
        return np.array([e.n_symbols for e in self.encoders.values()], dtype=np.int32)

    @property
    def ordered(self) -> np.ndarray:
        """Which columns have an order, shape (d,)."""
        return np.array([e.ordered for e in self.encoders.values()], dtype=bool)

    def encode(self, table: Table) -> np.ndarray:
        """Give the symbols of all rows, shape (d, n), uint16, one contiguous row per column."""
        parts = [
            np.stack([e.encode(rows[name]) for name, e in self.encoders.items()])
            if rows.width
            else np.empty((0, rows.height), dtype=np.uint16)
            for rows in table.frames()
        ]
        return np.ascontiguousarray(np.concatenate(parts, axis=1))

    @property
    def fresh(self) -> frozenset[str]:
        """Names of the columns whose values are made afresh for every row."""
        return frozenset(name for name, e in self.encoders.items() if isinstance(e, IdentifierEncoder | TextEncoder))

    def decode(self, codes: np.ndarray, run: Run, first: int = 0, names: Collection[str] | None = None) -> pl.DataFrame:
        """Draw rows for symbols of shape (d, n); a column's draw does not depend on the other columns.

        Parameters
        ----------
        codes : array of shape (d, n), uint16
            Symbols.
        run : Run
            The job.
        first : int
            How many rows of the same sample came before: fresh identifiers go on from there.
        names : collection of str, optional
            Columns to draw; all by default.
        """
        wanted = self.encoders if names is None else names
        places = [(j, name) for j, name in enumerate(self.encoders) if name in wanted]
        return pl.DataFrame({name: self._draw(name, codes[j], run, first) for j, name in places})

    def _draw(self, name: str, codes: np.ndarray, run: Run, first: int) -> pl.Series:
        encoder = self.encoders[name]
        if isinstance(encoder, IdentifierEncoder | TextEncoder):
            # The order of fresh values is a matter of the seed alone: then the chunks of a sample never repeat one.
            place = replace(run, path=("fresh", name)) if isinstance(encoder, IdentifierEncoder) else run.child(name)
            return encoder.decode(codes, place.rng, first).alias(name)
        return encoder.decode(codes, run.child(name).rng).alias(name)

    def evidence(self, given: Given) -> dict[str, np.ndarray]:
        """Translate conditions into the symbols that each conditioned column may have.

        Raises
        ------
        ConditionError
            If a column cannot have the value.
        """
        masks: dict[str, np.ndarray] = {}
        for name, value in given.items():
            encoder = self.encoders[name]
            if isinstance(encoder, IdentifierEncoder | TextEncoder):
                if value is not None or not encoder.missing:
                    msg = f"Column {name!r} is made afresh for every row and cannot be given. Set it after sampling."
                    raise ConditionError(msg)
                masks[name] = np.array([True, False])
                continue
            masks[name] = encoder.allowed(value)
            if not masks[name].any():
                what = "missing" if value is None else repr(value)
                why = "it never is" if value is None else "the training rows hold no such value, or too few to be shown"
                msg = f"No row can have {name} = {what}: {why}. Give {encoder.choices(value)}."
                raise ConditionError(msg)
        return masks

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        return {name: {"encoder": _kind(encoder), "state": encoder.state()} for name, encoder in self.encoders.items()}

    @classmethod
    def restore(cls, state: State) -> "TableEncoder":
        """Build the encoder that gave ``state``.

        Raises
        ------
        ValueError
            If a column's values could not be drawn from it.
        """
        columns = cast("dict[str, dict[str, Any]]", state)
        encoders: dict[str, AnyEncoder] = {}
        for name, column in columns.items():
            try:
                encoders[name] = _ENCODERS[column["encoder"]].restore(column["state"])
            except ValueError as error:
                msg = f"column {name!r}: {str(error).partition(chr(10))[0]}"
                raise ValueError(msg) from error
            expect(encoders[name].n_symbols <= MAX_SYMBOLS, f"column {name!r} has too many symbols")
        return cls(encoders)


def _fit(data: tuple[pl.Series, ColumnType], protection: Protection, run: Run, who: np.ndarray | None) -> AnyEncoder:
    values, column = data
    match column:
        case Categorical() | Boolean():
            return CategoricalEncoder.fit(values, column, protection, run, who)
        case Identifier():
            return IdentifierEncoder.fit(values, column, run, who)
        case Text():
            return TextEncoder.fit(values, column, run, who)
        case _:
            return QuantityEncoder.fit(values, column, protection, run, who)


def _kind(encoder: AnyEncoder) -> str:
    match encoder:
        case CategoricalEncoder():
            return "categorical"
        case QuantityEncoder():
            return "quantity"
        case IdentifierEncoder():
            return "identifier"
        case TextEncoder():
            return "text"
