"""``understudy doctor``: versions, extras, conflicts."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, requires, version

from understudy import __version__

__all__ = ["command"]

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)([^;]*)(?:;\s*extra\s*==\s*['\"]([^'\"]+)['\"])?")


def command() -> int:
    """Show versions, extras, and what does not fit together."""
    print(f"understudy {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"{os.cpu_count()} processors")
    conflicts: list[str] = []
    for requirement in requires("understudy") or []:
        found = _REQUIREMENT.match(requirement)
        if found is None:
            continue
        name, wanted, extra = found[1], found[2].strip(), found[3]
        where = f" [{extra}]" if extra else ""
        try:
            have = version(name)
        except PackageNotFoundError:
            print(f"  {name:20}{'not installed':16}{where}")
            if not extra:
                conflicts.append(f"{name} is missing")
            continue
        print(f"  {name:20}{have:16}{wanted}{where}")
        if not _fits(have, wanted):
            conflicts.append(f"{name} {have} is installed, but {wanted} is needed")
    for conflict in conflicts:
        print(f"Conflict: {conflict}. Install it anew with: pip install -U understudy")
    if not conflicts:
        print("Everything fits together.")
    return 1 if conflicts else 0


def _fits(have: str, wanted: str) -> bool:
    """Whether the version is within every bound that is asked for."""
    bounds = re.findall(r"(>=|<)\s*([0-9.]+)", wanted)
    return all((_numbers(have) < _numbers(bound)) == (sign == "<") for sign, bound in bounds)


def _numbers(text: str) -> list[int]:
    """Give the first numbers of a version, as many as any has: 2 and 2.0 are one version."""
    numbers = [int(part) for part in re.findall(r"\d+", text)][:4]
    return numbers + [0] * (4 - len(numbers))
