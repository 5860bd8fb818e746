"""The one base class of everything a user can write down: schemas, synthesizers, metrics, constraints, recipes.

A Spec is frozen, refuses unknown fields, compares by value, and turns each field's docstring into its help text, so the
same few lines feed the Python constructor, the YAML recipe, the command line and a web form.
"""

from pydantic import BaseModel, ConfigDict

__all__ = ["Spec"]


class Spec(BaseModel):
    """Frozen, checked, serialisable description."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
