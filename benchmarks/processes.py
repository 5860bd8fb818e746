"""Starting a script in an environment of its own, with pinned thread pools and a compile cache of its own."""

import os
import subprocess
import tempfile
from pathlib import Path

__all__ = ["HERE", "ScriptError", "start"]

HERE = Path(__file__).resolve().parent
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")


class ScriptError(Exception):
    """A script that ended badly, with the last line it wrote."""


def start(python: Path, script: str, *arguments: str, threads: int = 2) -> str:
    """Run ``script`` (a path under ``benchmarks``, or ``-c`` and code) and give what it printed."""
    path = [script] if script.startswith("-") else [str(HERE / script)]
    with tempfile.TemporaryDirectory() as cache:
        # An empty compile cache each time: the first run is then a first run. The judge keeps its own.
        fresh = {"NUMBA_CACHE_DIR": cache} if script.startswith("contenders") else {}
        variables = {**os.environ, **dict.fromkeys(_POOLS, str(threads)), "PYTHONPATH": str(HERE), **fresh}
        done = subprocess.run(
            [str(python), *path, *arguments],
            env=variables,
            cwd=cache,  # where a rival leaves files of its own, they go with the folder
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        message = f"{Path(path[-1]).name} failed: {last}"
        raise ScriptError(message)
    return done.stdout
