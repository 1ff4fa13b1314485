"""The command line: `simruns demo`, `serve`, `export`, `archive`, `follow`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the console script, and ends the process with one of the exit codes of `ExitCode`."""
    try:
        from simruns.cli.app import app

        app(prog_name="simruns")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone. What is left of it must not fail at exit, either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
