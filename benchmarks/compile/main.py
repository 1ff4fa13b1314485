"""What one unit costs the compiler: README's example with simruns, and a bare client without.

Each form is compiled at -O0, several times, in turns with the others. What counts is the least
processor time in user mode and the peak memory of the compiler. `CXX` names the compiler, and
`SIMRUNS_BOOST_INCLUDE_DIR` the headers of Boost where they are not the installed ones.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "01_print_runs.cpp"
BARE = ROOT / "benchmarks" / "compile" / "bare.cpp"


@dataclass
class Form:
    name: str
    source: Path
    options: list[str]
    time_goal: float | None = None
    memory_goal: float | None = None
    seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)


def forms() -> list[Form]:
    return [
        Form("bare Beast client", BARE, []),
        Form("simruns, header-only", EXAMPLE, [], time_goal=1.2, memory_goal=1.3),
        Form(
            "simruns, compiled apart", EXAMPLE, ["-DSIMRUNS_SEPARATE_COMPILATION"], time_goal=0.25
        ),
    ]


def command(form: Form) -> list[str]:
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    includes = [f"-I{ROOT / 'include'}"]
    if boost := os.environ.get("SIMRUNS_BOOST_INCLUDE_DIR"):
        includes += ["-isystem", boost]
    return [*compiler, "-std=c++20", "-O0", *form.options, *includes, "-c", str(form.source)]


def compile_once(form: Form) -> None:
    # ru_maxrss of a waited-for child counts its own children, of which one is the compiler proper.
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    process = subprocess.Popen([*command(form), "-o", os.devnull], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"does not compile: {shlex.join(command(form))}")
    bytes_a_unit = 1 if sys.platform == "darwin" else 1024
    form.seconds.append(usage.ru_utime)
    form.mebibytes.append(usage.ru_maxrss * bytes_a_unit / 2**20)


def goal(value: float, limit: float | None) -> str:
    if limit is None:
        return ""
    return f" ({'<=' if value <= limit else 'over'} {limit})"


def rows(measured: list[Form]) -> list[dict[str, object]]:
    base_seconds, base_memory = min(measured[0].seconds), min(measured[0].mebibytes)
    return [
        {
            "form": form.name,
            "seconds": round(min(form.seconds), 2),
            "mebibytes": round(min(form.mebibytes)),
            "time_ratio": round(min(form.seconds) / base_seconds, 2),
            "memory_ratio": round(min(form.mebibytes) / base_memory, 2),
            "time_goal": form.time_goal,
            "memory_goal": form.memory_goal,
        }
        for form in measured
    ]


def table(found: list[dict[str, object]]) -> str:
    lines = [f"{'one unit at -O0':<26}{'user':>9}{'peak':>11}   time            memory"]
    for row in found:
        cost = f"{row['seconds']:>7.2f} s{row['mebibytes']:>7} MiB"
        time = f"{row['time_ratio']:.2f}{goal(row['time_ratio'], row['time_goal'])}"
        memory = f"{row['memory_ratio']:.2f}{goal(row['memory_ratio'], row['memory_goal'])}"
        lines.append(f"{row['form']:<26}{cost}   {time:<16}{memory}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one line of JSON a form")
    arguments = parser.parse_args()
    measured = forms()
    for round_number in range(arguments.rounds):
        first = round_number % len(measured)
        for form in measured[first:] + measured[:first]:
            compile_once(form)
    found = rows(measured)
    print("\n".join(map(json.dumps, found)) if arguments.json else table(found))


if __name__ == "__main__":
    main()
