"""Each wall between the floors holds, and would fail if someone went through it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder):
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)  # noqa: S603


@pytest.fixture
def tree(tmp_path):
    """Copy the package and its contracts."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "understudy", tmp_path / "understudy", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_wall_holds(tree):
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("schema/spec.py", "import understudy.data.table", "The floors"),
        ("data/split.py", "import understudy.context", "The floors"),
        ("store/manifest.py", "import understudy.execution.local", "The floors"),
        ("metrics/evaluate.py", "import understudy.synthesizers", "The floors"),
        ("attacks/audit.py", "import understudy.pipeline.fitting", "The floors"),
        ("utils.py", "", "The floors"),
        ("metrics/tabular/privacy/copies.py", "import understudy.metrics.tabular.utility", "one another's questions"),
        ("synthesizers/tabular/tree/__init__.py", "import understudy.synthesizers.tabular.copula", "Families"),
        ("context.py", "import torch", "no deep learning"),
        ("pipeline/plan.py", "import rich", "typer and rich"),
    ],
)
def test_a_hole_in_a_wall_is_found(tree, file, line, contract):
    path = tree / "understudy" / file
    before = path.read_text(encoding="utf-8") if path.exists() else '"""A stray file."""\n'
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    done = lint(tree)
    assert done.returncode != 0
    broken = [text for text in done.stdout.splitlines() if " BROKEN" in text]
    stray = "exhaustive" in done.stdout + done.stderr or "utils" in done.stdout + done.stderr
    assert any(contract in text for text in broken) or (file == "utils.py" and stray), done.stdout + done.stderr
