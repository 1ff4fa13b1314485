"""The command line, whose commands `simruns --help` names."""

from __future__ import annotations

import sys
from shutil import get_terminal_size


def main() -> None:
    """Runs the console script, and ends the process with one of the exit codes of `ExitCode`."""
    code: object = 0
    try:
        if any(word.startswith("--proxy") for word in sys.argv):
            from simruns.cli.secrets import hide_arguments

            hide_arguments(sys.argv)
        from simruns.cli.app import app
        from simruns.cli.streams import abandon, cannot_print, finish, prepare, say

        prepare()
        try:
            app(prog_name="simruns", terminal_width=min(get_terminal_size().columns, 80))
        except SystemExit as ended:
            code = ended.code
        except OSError as error:  # of a help text
            abandon(sys.stdout)
            say(f"simruns: {cannot_print(error)}")
            code = 1
        sys.exit(finish(code if isinstance(code, int) else int(code is not None)))
    except KeyboardInterrupt:
        sys.exit(130)
