"""What is imported when: a process that only shows its help must not pay for what computes."""

import subprocess
import sys

import pytest

HEAVY = {"numpy", "polars", "pydantic", "numba", "sklearn", "torch", "pandas", "pyarrow"}


def imported(code):
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)  # noqa: S603
    return set(done.stdout.splitlines()[-1].split())


def test_importing_the_package_imports_nothing_heavy():
    assert not imported("import understudy") & (HEAVY | {"typer", "rich", "yaml"})


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_the_help_imports_nothing_that_computes(arguments):
    assert not imported(f"from understudy.cli.main import invoke; invoke({arguments!r})") & (HEAVY - {"pydantic"})


def test_every_verb_is_there_when_it_is_asked_for():
    code = "import understudy as us\nfor name in us.__all__: getattr(us, name)"
    assert "numpy" in imported(code)


def test_a_verb_stays_a_verb_whatever_was_imported_before():
    code = (
        "import understudy as us, pkgutil\n"
        "from understudy.pipeline import job\n"
        "assert not set(us.__all__) & {m.name for m in pkgutil.iter_modules(us.__path__)}\n"
        "assert all(callable(getattr(us, name)) for name in us.__all__ if name != '__version__')"
    )
    assert "numpy" in imported(code)


def test_what_is_not_there_is_an_attribute_error():
    import understudy  # noqa: PLC0415 - the test is about it

    with pytest.raises(AttributeError, match="no attribute 'synthesize'"):
        understudy.synthesize  # noqa: B018
    assert "run" in dir(understudy)
