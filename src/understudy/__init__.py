"""Synthetic data that stands in for the real thing, with the evidence for what it may be used for."""

TYPE_CHECKING = False  # as type checkers know it; importing it would take longer than all the rest
if TYPE_CHECKING:
    from understudy.api import advise as advise
    from understudy.api import audit as audit
    from understudy.api import compare as compare
    from understudy.api import evaluate as evaluate
    from understudy.api import fit as fit
    from understudy.api import infer as infer
    from understudy.api import load as load
    from understudy.api import run as run
    from understudy.api import sample as sample

__version__ = "0.1.0"
__all__ = ["__version__", "advise", "audit", "compare", "evaluate", "fit", "infer", "load", "run", "sample"]


def __getattr__(name: str) -> object:
    """Import the verbs when they are first used, so that importing the package stays light (PEP 562)."""
    if name in __all__:
        from importlib import import_module  # noqa: PLC0415 - see above

        return getattr(import_module("understudy.api"), name)
    msg = f"module 'understudy' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
