"""Runs `simruns gate` in a pipeline: python gate.py DIRECTORY

The words of ARGUMENTS are told apart as a shell does it, but nothing in them is carried out. The
report and the JUnit XML are left in DIRECTORY. The exit code is the gate's.
"""

import os
import shlex
import sys
from pathlib import Path


def main() -> None:
    place = Path(sys.argv[1])
    try:
        words = shlex.split(os.environ["ARGUMENTS"], comments=True)
    except ValueError as error:
        sys.exit(f"ARGUMENTS: {error}: {os.environ['ARGUMENTS']!r}")
    written = ["--junit", str(place / "gate.xml"), "--report", str(place / "report.html")]
    os.execv(sys.executable, [sys.executable, "-m", "simruns", "gate", *words, *written])


if __name__ == "__main__":
    main()
