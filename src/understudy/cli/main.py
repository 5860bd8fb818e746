"""The command line: reads the arguments, and says in one sentence what is wrong with them."""

import errno
import io
import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

from understudy import __version__
from understudy.cli import advise, audit, compare, demo, doctor, evaluate, fit, infer, review, run, sample, verify
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
    ("audit", audit.command),
    ("compare", compare.command),
    ("advise", advise.command),
    ("list", listing.command),
    ("verify", verify.command),
    ("doctor", doctor.command),
):
    app.command(_name)(_command)
app.add_typer(review.commands, name="review")

_INTERRUPTED = 130
_UNTAKEN = {errno.EPIPE, errno.ENOSPC, errno.EFBIG, errno.EIO}  # what printing raises where nobody takes it


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
    _clean_up_when_interrupted()
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # what goes into a file is read back as UTF-8
    try:
        code = invoke(sys.argv[1:])
        print(end="", flush=True)
    except OSError as error:
        if error.errno not in _UNTAKEN or error.filename is not None:
            raise
        # Nobody takes what is printed: a full disk does not, and who reads has seen enough, as `head` has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:
            print(f"understudy: What was to be printed cannot be written ({error.strerror}).", file=sys.stderr)
        code = 1
    sys.exit(code)


def _open_what_is_closed() -> None:
    """Let what is printed go nowhere where the caller closed a stream, as ``2>&-`` does, and work on."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as the process


def _clean_up_when_interrupted() -> None:
    """Let the system's request to end clean up as Ctrl-C does, and let no second one break the cleaning."""
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:  # not those that are ignored already, as nohup asks for
        signal.signal(number, interrupt)


def invoke(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str
        What stands behind ``understudy``.

    Returns
    -------
    int
        0 done, or passed its gate; 1 wrong input or use; 2 a gate failed; 3 degraded or underpowered under
        ``--strict``; 130 Ctrl-C.
    """
    arguments = _given_each(arguments) or ["--help"]
    with warnings.catch_warnings():
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
            return _refuse(_in_words(error), arguments)
    if code == _INTERRUPTED:
        print("Interrupted: nothing half-written is left.", file=sys.stderr)
    return code


def _refuse(message: str, arguments: Sequence[str]) -> int:
    print(f"understudy: {' '.join(message.split())}", file=sys.stderr)
    if "--json" in arguments:
        print_json({"verdict": "error", "exit_code": 1, "error": message})
    return 1


def _in_words(error: typer.TyperException) -> str:
    from pydantic import ValidationError

    from understudy.pipeline.complaint import advice

    option = getattr(error, "param", None)
    if isinstance(error.__cause__, ValidationError) and option is not None:
        wrong = error.__cause__.errors()[0]
        if wrong["type"] == "value_error":
            return f"{option.opts[0]}: {wrong['msg'].removeprefix('Value error, ').rstrip('.')}."
        return f"{option.opts[0]} cannot be {wrong['input']!r}. {advice(wrong, {})}."
    message = error.format_message()
    return message if message.endswith((".", "?", "!")) else f"{message}."


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
