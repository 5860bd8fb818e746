"""Make the virtual environment of each contender and of the judge under ``benchmarks/.venvs``, from pinned lists.

    python benchmarks/setup.py                    all of them
    python benchmarks/setup.py judge understudy   these

The lists in ``requirements`` hold every package with its version, made on Python 3.11 under Linux.
"""

import argparse
import subprocess
import sys
from pathlib import Path

__all__ = ["ENVIRONMENTS", "ensure", "python_of"]

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = tuple(sorted(path.stem for path in (HERE / "requirements").glob("*.txt")))
_READY = "ready.txt"


def python_of(name: str) -> Path:
    """Interpreter of the environment ``name``."""
    folder = HERE / ".venvs" / name
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def ensure(name: str, *, again: bool = False) -> Path:
    """Make the environment ``name`` unless it is there as its list says, and give its interpreter."""
    wanted = (HERE / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    stamp = HERE / ".venvs" / name / _READY
    python = python_of(name)
    if not again and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"making the environment {name}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(HERE / ".venvs" / name)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    # torch goes first and with what it needs: a build for processors then stays, and nothing after it can swap it.
    first = [line for line in wanted.splitlines() if line.startswith("torch==")]
    if first:
        subprocess.run([*pip, *first], check=True)
    # The lists are complete; --no-deps keeps what a package merely suggests (torchvision, torchaudio) away.
    subprocess.run([*pip, "--no-deps", "--requirement", str(HERE / "requirements" / f"{name}.txt")], check=True)
    if name == "understudy":
        subprocess.run([*pip, "--no-deps", "--editable", str(HERE.parent)], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def main() -> None:
    """Read the command line and make what it names."""
    parser = argparse.ArgumentParser(description="Make the environments of the contenders and of the judge.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ENVIRONMENTS)} (default: all)")
    parser.add_argument("--again", action="store_true", help="install also where the list has not changed")
    arguments = parser.parse_args()
    for name in arguments.names or ENVIRONMENTS:
        if name not in ENVIRONMENTS:
            parser.error(f"no environment is named {name!r}; there are {', '.join(ENVIRONMENTS)}")
        ensure(name, again=arguments.again)


if __name__ == "__main__":
    main()
