"""Who takes part: each contender's script, environment and options."""

from dataclasses import dataclass

__all__ = ["CONTENDERS", "OURS", "Contender"]


@dataclass(frozen=True)
class Contender:
    """One synthesizer with its settings.

    Parameters
    ----------
    name : str
        Name on the command line and in the tables.
    script : str
        File in ``contenders``.
    environment : str
        Virtual environment, and list in ``requirements``.
    options : tuple of str
        ``name=value`` texts that the script is given.
    """

    name: str
    script: str
    environment: str
    options: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether it is one of Understudy's."""
        return self.environment == "understudy"


_ALL = (
    Contender("forest", "understudy_library.py", "understudy", ("synthesizer=forest",)),
    Contender("gaussian_copula", "understudy_library.py", "understudy", ("synthesizer=gaussian_copula",)),
    Contender("independent", "understudy_library.py", "understudy", ("synthesizer=independent",)),
    Contender("sdv_gaussian_copula", "sdv_library.py", "sdv", ("model=gaussian_copula",)),
    Contender("sdv_ctgan", "sdv_library.py", "sdv", ("model=ctgan",)),
    Contender("mostlyai", "mostlyai_library.py", "mostlyai"),
    Contender("synthpop", "synthpop_library.py", "synthpop"),
    Contender("smote_nc", "smote_nc.py", "smote_nc"),
)
CONTENDERS = {contender.name: contender for contender in _ALL}
OURS = tuple(contender.name for contender in _ALL if contender.is_ours)
