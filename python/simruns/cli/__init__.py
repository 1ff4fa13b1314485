"""The command line: `simruns demo`, `serve`, `export`, `archive`, `follow`."""

from __future__ import annotations

import sys
from shutil import get_terminal_size


def main() -> None:
    """Runs the console script, and ends the process with one of the exit codes of `ExitCode`."""
    code: object = 0
    try:
        from simruns.cli.app import app
        from simruns.cli.streams import finish, prepare

        prepare()
        try:
            app(prog_name="simruns", terminal_width=min(get_terminal_size().columns, 80))
        except SystemExit as ended:
            code = ended.code
        sys.exit(finish(code if isinstance(code, int) else 0))
    except KeyboardInterrupt:
        sys.exit(130)
