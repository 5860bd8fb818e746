"""The one place that says how to install what is missing."""

from importlib.util import find_spec

from understudy.errors import MissingExtra

__all__ = ["require"]


def require(module: str, *, extra: str, what: str) -> None:
    """Raise MissingExtra, with the command that fixes it, if ``module`` is absent."""
    if find_spec(module) is None:
        msg = f"{what} needs {module}. Install it with: pip install 'understudy[{extra}]'"
        raise MissingExtra(msg)
