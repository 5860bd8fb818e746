"""A model file that someone made with care and sealed anew is refused or sampled: no crash, no hang, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from understudy import catalog

SHARE = 0.02
"""Of some 3,000 wrong things; all of them were tried when this was written (`crafted.py NAME 1`)."""


@pytest.mark.parametrize("name", sorted(catalog.entries("synthesizers")))
def test_nothing_that_is_put_into_a_model_crashes_the_process(name):
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("crafted.py")), name, str(SHARE)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=280)  # noqa: S603
    last = done.stdout.splitlines()[-1:]
    assert (done.returncode, last) == (0, ["done"]), f"{last} {done.stderr[-2000:]}"
    assert " refused\n" in done.stdout
    assert "more than a sentence" not in done.stdout
