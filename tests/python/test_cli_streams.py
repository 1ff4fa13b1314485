"""Every command on any output: of odd encodings, narrow, closed, full, or left by its reader."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import simruns

pytest.importorskip("pyarrow")
pytestmark = pytest.mark.odd_data

Done = subprocess.CompletedProcess[str]

NAMES = (
    "[draft] refund",
    "[/end]",
    ":smile: [b red]loud[/b]",
    "größe → ∞",
    "日本語のシナリオ",
    "x" * 90,
)
"""References that are markup to Rich, beyond an encoding, wide, or long."""

ENCODINGS: dict[str, dict[str, str]] = {
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "C as Python has it": {"LANG": "C", "LC_ALL": "C"},
}
COMMANDS = (
    "--version", "--help", "demo", "list", "list --batches", "list --json", "export", "export -",
    "archive", "show", "show RUN", "follow", "doctor", "summary", "summary --json",
)  # fmt: skip
TO_STDOUT = (
    "list", "list --batches", "list --json", "export -", "show", "show RUN", "follow", "summary",
    "summary --json",
)  # fmt: skip
"""The commands that are of no use without standard output."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "odd.jsonl"
    with path.open("w") as file:
        for number, name in enumerate(NAMES):
            for run in range(3):
                each = {"id": f"{name} {run}", "simulationReference": name, "sequence": run + 1}
                where = {"simulationRunBatchReference": f"b{number}", "projectReference": "p"}
                metrics = {"success": run != 1, "summary": name}
                file.write(json.dumps({**each, **where, "metrics": metrics}) + "\n")
    return path


@pytest.fixture(scope="module")
def odd(data: Path) -> Iterator[simruns.Simulator]:
    with simruns.Simulator(data=data) as sim:
        yield sim


class Command:
    """A command over one of the odd batches, and where it writes to."""

    def __init__(
        self, sim: simruns.Simulator, data: Path, folder: Path, name: str, at: int
    ) -> None:
        scenario, batch = sim.pairs[at]
        where = ["--base-url", sim.url, "--project", "p", f"--scenario={scenario}"]
        server = where[:4]
        where += ["--batch", batch]
        self.written = {
            "demo": folder / "demo" / "runs.parquet",
            "export": folder / "x.jsonl",
            "archive": folder / "archive" / "manifest.json",
        }.get(name)
        self.words = {
            "demo": ["demo", "--data", str(data), "--out", str(folder / "demo")],
            "list": ["list", *server],
            "list --batches": ["list", *server, "--batches"],
            "list --json": ["list", *server, "--json"],
            "export": ["export", *where, "-o", str(folder / "x.jsonl")],
            "export -": ["export", *where, "-o", "-"],
            "archive": ["archive", *where, "-o", str(folder / "archive")],
            "show": ["show", *where],
            "show RUN": ["show", *where, f"{scenario} 1"],
            "follow": ["follow", *where, "--count", "3"],
            "doctor": ["doctor", *where],
            "summary": ["summary", *where],
            "summary --json": ["summary", *where, "--json"],
        }.get(name, [name])
        self.environment = {"SIMRUNS_API_KEY": sim.api_key}


def run(command: Command, redirections: str = "", **environment: str) -> Done:
    """Runs it by the shell, with what it does to the standard streams."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "simruns",
         *command.words],
        env={**own, "COLUMNS": "80", **command.environment, **environment},
        capture_output=True, check=False, timeout=60, encoding="latin-1",
    )  # fmt: skip


def quiet(done: Done) -> None:
    for word in ("Traceback", "Exception", "Error:"):
        assert word not in done.stderr, done.stderr


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_what_its_encoding_lacks_as_an_escape(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str, encoding: str
) -> None:
    command = Command(odd, data, tmp_path, name, NAMES.index("größe → ∞"))
    done = run(command, COLUMNS="200", **ENCODINGS[encoding])
    assert done.returncode == 0, done.stderr
    quiet(done)
    if encoding in ("ascii", "C") and name != "export -":
        assert (done.stdout + done.stderr).isascii()
    if name == "demo":
        last = {"C": "ascii", "C as Python has it": "utf-8"}.get(encoding, encoding)
        told = done.stdout.encode("latin-1").decode(last)
        for each in NAMES:
            assert each.encode(last, "backslashreplace").decode(last) in told
    if name in ("follow", "export -"):
        ids = [json.loads(line.encode("latin-1"))["id"] for line in done.stdout.splitlines()]
        assert ids == [f"größe → ∞ {number}" for number in range(3)]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_demo_shows_every_name_and_number_at_any_width(
    odd: simruns.Simulator, data: Path, tmp_path: Path, width: int, encoding: str
) -> None:
    command = Command(odd, data, tmp_path, "demo", 0)
    done = run(command, COLUMNS=str(width), PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    shown, _ = done.stdout.encode("latin-1").decode(encoding).split("wrote ")
    lines = shown.splitlines()
    assert "…" not in shown
    assert max(map(len, lines[1:])) <= width or width == 40
    for each in ("[draft] refund", "[/end]", ":smile: [b red]loud[/b]"):
        assert each in shown
    assert "".join(re.findall("x+", shown)).count("x") >= 90
    assert shown.count("0.67") == len(NAMES) + 1
    for head in ("runs", "settled", "success", "median", "turns", "duration"):
        assert head in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_is_coloured_where_that_is_not_wanted(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str
) -> None:
    done = run(Command(odd, data, tmp_path, name, 0), NO_COLOR="1", TERM="xterm-256color")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    (tmp_path / "again").mkdir()
    again = Command(odd, data, tmp_path / "again", name, 0)
    assert b"\x1b[3" not in on_a_terminal(again, NO_COLOR="1", TERM="xterm-256color")[1]


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_does_its_work_with_closed_streams(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str, closed: str
) -> None:
    command = Command(odd, data, tmp_path, name, 0)
    done = run(command, closed)
    quiet(done)
    if name in TO_STDOUT and ">&-" in closed.replace("2>&-", ""):
        assert done.returncode == 2
        if "2>&-" not in closed:
            whats = {"list": "list goes", "summary": "result goes"}
            there = whats.get(name.partition(" ")[0], "runs go")
            told = f"simruns: standard output is closed, and the {there} there\n"
            assert done.stderr == told
        return
    assert done.returncode == 0, done.stderr
    if command.written is not None:
        assert command.written.exists()
    if name == "export":
        assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 3
    if "2>&-" in closed and name in ("export -", "follow"):
        assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [
            f"[draft] refund {number}" for number in range(3)
        ]


@pytest.mark.parametrize(
    ("left", "unbuffered"), [("output", ""), ("output", "1"), ("errors", ""), ("both", "")]
)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_who_has_gone_is_no_noise(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str, unbuffered: str, left: str
) -> None:
    command = Command(odd, data, tmp_path, name, 0)
    ours, theirs = os.pipe()
    os.close(ours)
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    if unbuffered:
        own["PYTHONUNBUFFERED"] = unbuffered
    done = subprocess.run(
        [sys.executable, "-m", "simruns", *command.words],
        env={**own, **command.environment}, text=True, check=False, timeout=60,
        stdout=theirs if left != "errors" else subprocess.DEVNULL,
        stderr=theirs if left != "output" else subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    if left == "output":
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr
        assert "Broken pipe" not in done.stderr
    gone = left != "errors" and name not in ("demo", "export", "archive", "doctor")
    assert done.returncode == (1 if gone else 0)
    if command.written is not None:
        assert command.written.exists()


@pytest.mark.parametrize("words", [["--help"], ["demo", "-h"], ["nothing"], ["export"], []])
def test_a_reader_of_the_first_line_only_is_no_noise(words: list[str]) -> None:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&1 | head -n 1', "sh", sys.executable, "-m", "simruns", *words],
        env=own, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.startswith("Usage: simruns")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_output_is_told_and_exit_code_1(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str
) -> None:
    command = Command(odd, data, tmp_path, name, 0)
    done = run(command, ">/dev/full")
    quiet(done)
    if name in ("export", "archive"):
        assert done.returncode == 0  # nothing goes there
        return
    assert done.returncode == 1
    assert "standard output cannot be written to: No space left on device" in done.stderr
    done = run(command, "2>/dev/full")
    assert done.returncode == 0


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", ">/dev/full 2>/dev/full"])
def test_a_server_serves_with_closed_streams(tmp_path: Path, streams: str) -> None:
    ready = tmp_path / "ready"
    (tmp_path / "key").write_text("k")
    words = ["serve", "--runs", "3", "--ready-file", str(ready), "--api-key-file"]
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", "simruns", *words,
         str(tmp_path / "key")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if "full" in streams:
        assert process.communicate(timeout=60) == ("", "")
        assert process.returncode == 1
        return
    while not ready.exists():
        assert process.poll() is None, process.communicate()
        os.sched_yield()
    with (
        simruns.Client(ready.read_text().strip(), project="p", api_key="k") as client,
        pytest.raises(simruns.RequestError, match="HTTP 403"),
    ):
        client.batch(scenario="s", batch="b").head()
    process.send_signal(signal.SIGTERM)
    told, errors = process.communicate(timeout=60)
    assert (errors, told.startswith("listening on ")) == ("", ">&-" not in streams.split())
    assert process.returncode == 0


def test_a_server_goes_on_when_the_reader_of_its_address_has_gone(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    ours, theirs = os.pipe()
    os.close(ours)
    process = subprocess.Popen(
        [sys.executable, "-m", "simruns", "serve", "--ready-file", str(ready)],
        stdout=theirs, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    while not ready.exists():
        assert process.poll() is None, process.communicate()
        os.sched_yield()
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_serve_prints_the_references_of_any_data(data: Path, encoding: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simruns", "serve", "--data", str(data)],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert process.stdout is not None
    listening, _, _, *batches = [process.stdout.readline().decode(encoding) for _ in range(9)]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert listening.startswith("listening on http://")
    shown = [name.encode(encoding, "backslashreplace").decode(encoding) for name in NAMES]
    assert batches == [f"scenario {name} batch b{at}\n" for at, name in enumerate(shown)]


def on_a_terminal(command: Command, **environment: str) -> tuple[int, bytes]:
    """Runs it with a terminal for both streams; gives its exit code, and what is shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "simruns", *command.words],
        stdout=theirs, stderr=theirs, stdin=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **command.environment, **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end was closed
        pass
    os.close(ours)
    return process.wait(timeout=60), shown


def plain(shown: bytes, encoding: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode(encoding)).replace("\r", "")


EVERY_NAME = [(at, each, 40) for at in range(len(NAMES)) for each in ("utf-8", "ascii", "cp1252")]


@pytest.mark.parametrize(
    ("at", "encoding", "width"), [*EVERY_NAME, *((1, "ascii", width) for width in (80, 200))]
)
def test_a_terminal_shows_each_run_by_its_name(
    odd: simruns.Simulator, data: Path, tmp_path: Path, at: int, encoding: str, width: int
) -> None:
    command = Command(odd, data, tmp_path, "follow", at)
    code, shown = on_a_terminal(command, COLUMNS=str(width), PYTHONIOENCODING=encoding)
    text = plain(shown, encoding)
    assert code == 0, text
    assert "Traceback" not in text
    assert "…" not in text
    name = NAMES[at].encode(encoding, "backslashreplace").decode(encoding)
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+", "", text)
    assert "3 runs seen" in re.sub(r"\s+", " ", text)


def test_a_dumb_terminal_gets_lines(odd: simruns.Simulator, data: Path, tmp_path: Path) -> None:
    code, shown = on_a_terminal(Command(odd, data, tmp_path, "follow", 0), TERM="dumb")
    assert code == 0
    lines = plain(shown, "utf-8").splitlines()
    assert [json.loads(line)["verdict"] for line in lines[:3]] == ["success", "failure", "success"]


TELLING = [
    "demo", "list", "list --batches", "export", "export -", "archive", "show", "doctor", "summary",
]  # fmt: skip


@pytest.mark.parametrize("name", TELLING)
def test_a_terminal_that_is_narrow_and_ascii_shows_what_a_command_tells(
    odd: simruns.Simulator, data: Path, tmp_path: Path, name: str
) -> None:
    command = Command(odd, data, tmp_path, name, 0)
    code, shown = on_a_terminal(command, COLUMNS="40", PYTHONIOENCODING="ascii")
    assert code == 0, shown
    assert b"Traceback" not in shown
    assert shown.isascii() or name == "export -"
    assert (b"has 3 runs" if name == "doctor" else b"complete") in shown


def test_a_terminal_that_goes_ends_no_export_that_is_to_outlive_it(tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=250, latency_ms=300) as sim:
        command = Command(sim, tmp_path, tmp_path, "export", 0)
        command.words[command.words.index("p")] = sim.project
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", sys.executable, "-m", "simruns",
             *command.words],
            stdout=theirs, stderr=theirs, env={**os.environ, **command.environment},
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        os.read(ours, 1)  # the bar is there
        os.close(ours)
        assert process.wait(timeout=60) == 0
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 250
    assert os.listdir(tmp_path) == ["x.jsonl"]
