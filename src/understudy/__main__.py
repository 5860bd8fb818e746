"""``python -m understudy``, and the command ``understudy``."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly also while modules load."""
    try:
        from understudy.cli.main import main as run  # noqa: PLC0415 - loading it takes a while, which may be stopped
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)  # noqa: T201 - the command line is not there yet
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
