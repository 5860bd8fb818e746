"""The command line: reads the arguments, and says in one sentence what is wrong with them."""

import logging
import signal
import sys
import threading
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from understudy import __version__
from understudy.cli import demo, doctor, evaluate, fit, infer, run, sample, verify
from understudy.cli import list as listing
from understudy.cli.summary import print_json
from understudy.errors import UnderstudyError

__all__ = ["app", "invoke", "main"]

app = typer.Typer(
    name="understudy",
    help="Synthetic data that stands in for the real thing, with the evidence for what it may be used for.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for _name, _command in (
    ("run", run.command),
    ("demo", demo.command),
    ("infer", infer.command),
    ("fit", fit.command),
    ("sample", sample.command),
    ("evaluate", evaluate.command),
    ("list", listing.command),
    ("verify", verify.command),
    ("doctor", doctor.command),
):
    app.command(_name)(_command)

_INTERRUPTED = 130


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        print(f"understudy {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line and end the process."""
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str
        What stands behind ``understudy``.

    Returns
    -------
    int
        0 done, or passed its gate; 1 wrong input or use; 2 a gate failed; 3 degraded under ``--strict``; 130 Ctrl-C.
    """
    arguments = _given_each(arguments) or ["--help"]
    with warnings.catch_warnings(), _terminable():
        if "--verbose" in arguments:
            logging.basicConfig(level=logging.INFO, stream=sys.stderr)
        else:
            warnings.simplefilter("ignore")
            logging.getLogger().addHandler(logging.NullHandler())
        try:
            code = int(app(arguments, prog_name="understudy", standalone_mode=False) or 0)
        except UnderstudyError as error:
            return _refuse(str(error), arguments)
        except typer.TyperException as error:
            message = error.format_message().replace("Value error, ", "")
            return _refuse(message if message.endswith((".", "?", "!")) else f"{message}.", arguments)
    if code == _INTERRUPTED:
        print("Interrupted: nothing was written.", file=sys.stderr)
    return code


def _refuse(message: str, arguments: Sequence[str]) -> int:
    print(f"understudy: {' '.join(message.split())}", file=sys.stderr)
    if "--json" in arguments:
        print_json({"verdict": "error", "exit_code": 1, "error": message})
    return 1


def _given_each(arguments: Sequence[str]) -> list[str]:
    """Put ``--given`` before each of several conditions that follow one ``--given``."""
    out: list[str] = []
    within = False
    for argument in arguments:
        if argument.startswith("-") or "=" not in argument:
            within = argument == "--given" or (within and out[-1:] == ["--given"])
        elif within and out[-1] != "--given":
            out.append("--given")
        out.append(argument)
    return out


@contextmanager
def _terminable() -> Generator[None, None, None]:
    """Let the system's request to end clean up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
