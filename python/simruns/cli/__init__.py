"""The command line: `simruns demo`, `serve`, `export`, `archive`, `follow`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """The console script. Ends the process with one of the exit codes of `ExitCode`."""
    try:
        from simruns.cli.app import app

        app(prog_name="simruns")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output left: nothing is left to say, also not at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
