"""Symbols that columns have left once values of others are known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from understudy.constraints._clock import DAY
from understudy.constraints.constraint import Constraint
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.errors import ConditionError
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.table import TableEncoder

__all__ = ["Masks"]


@dataclass(slots=True)
class Masks:
    """Symbols that columns have left."""

    encoder: TableEncoder
    found: dict[str, np.ndarray]

    def narrow(self, name: str, mask: np.ndarray, known: Mapping[str, object]) -> None:
        """Leave a column only the symbols of ``mask``."""
        self.found[name] = self.found[name] & mask if name in self.found else mask
        if not self.found[name].any():
            values = ", ".join(f"{k} = {v!r}" for k, v in known.items())
            msg = (
                f"No row can have {values}: column {name!r} has no value left that goes with them. Give another value."
            )
            raise ConditionError(msg)

    def obey(self, constraint: Constraint, known: Mapping[str, object]) -> None:
        """Take away the symbols that would break a relation with the known values."""
        match constraint:
            case Implication(condition=name, column=column):
                encoder = self.encoder.encoders.get(name)
                if column in known and known[column] != constraint.then and name not in known and encoder is not None:
                    self.narrow(name, ~encoder.allowed(constraint.when), known)  # pyright: ignore[reportAttributeAccessIssue] - a condition is no key or text
            case Inequality():
                for here, there, up in (
                    (constraint.low, constraint.high, True),
                    (constraint.high, constraint.low, False),
                ):
                    if known.get(here) is not None and there not in known:
                        slack = DAY if constraint.by_day else 0
                        self._beside(there, known[here], known, up=up, slack=slack)
            case LinearIdentity() if known.get(constraint.total) is not None:
                self._terms(constraint, known)
            case _:
                pass

    def _beside(self, name: str, value: object, known: Mapping[str, object], *, up: bool, slack: int) -> None:
        """Leave a column the values that are not lower (``up``) or not higher than ``value``, and missing."""
        encoder = self.encoder.encoders.get(name)
        if isinstance(encoder, QuantityEncoder):
            bound = encoder.number(value)
            mask = encoder.within(bound - slack, np.inf) if up else encoder.within(-np.inf, bound + slack)
            mask[0] |= encoder.missing
            self.narrow(name, mask, known)

    def _terms(self, identity: LinearIdentity, known: Mapping[str, object]) -> None:
        """Leave the two terms of a sum the values with which its total can be reached."""
        first, second = (self.encoder.encoders.get(name) for name in (identity.first, identity.second))
        if {identity.first, identity.second} & known.keys():
            return
        if not (isinstance(first, QuantityEncoder) and isinstance(second, QuantityEncoder)):
            return
        if not (len(first.low) and len(second.low)):
            return
        total = float(known[identity.total])  # pyright: ignore[reportArgumentType] - totals are numbers
        reach = sorted(total - identity.sign * (end + second.origin) for end in (second.low.min(), second.high.max()))
        self.narrow(identity.first, first.within(reach[0] - first.origin, reach[1] - first.origin), known)
        reach = sorted(identity.sign * (total - (end + first.origin)) for end in (first.low.min(), first.high.max()))
        self.narrow(identity.second, second.within(reach[0] - second.origin, reach[1] - second.origin), known)
