"""What can be told to `export`, `archive` and `follow`, and the words in which they answer."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import re
import socket
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from test_export import Run, export_arguments, lines_of

import simruns
from simruns.archive.lock import NAME as LOCK
from simruns.cli import main

COMMANDS = (
    "demo", "serve", "list", "export", "archive", "show", "follow", "doctor", "summary", "compare",
    "plan", "trend", "mcp", "audit-sheet", "audit", "gate", "report",
)  # fmt: skip
PYTHON_ARGUMENTS = re.compile(
    r"\b(base_url|api_key|token|ca_file|page_size|allow_incomplete|proxy_from_env|start_at"
    r"|max_\w+|\w+_timeout|retry_after_cap|latency_ms|endpoint_type|error\.\w+|None|True|False)\b"
    r"|the client"
)


def of_server(sim: simruns.Simulator) -> list[object]:
    return ["--base-url", sim.url, "--project", sim.project]


@pytest.fixture
def pairs(sim: simruns.Simulator, tmp_path: Path) -> Path:
    """A file that names two batches of the Simulator."""
    path = tmp_path / "pairs.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("scenario", "batch"), *sim.pairs[:2]])
    return path


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_h_is_help(call_simruns: Run, command: str) -> None:
    words = [command] if command else []
    done = call_simruns(*words, "-h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == call_simruns(*words, "--help").stdout
    assert done.stdout.startswith("Usage: simruns")


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_whole_at_any_width(call_simruns: Run, command: str, width: int) -> None:
    words = [command] if command else []
    narrow = call_simruns(*words, "--help", COLUMNS=str(width))
    assert narrow.returncode == 0
    assert max(map(len, narrow.stdout.splitlines())) <= min(width, 80)
    assert narrow.stdout.isascii()
    assert "..." not in re.sub(r"\[(ARGS|RUN|DATA)\]\.\.\.", "", narrow.stdout)
    wide = call_simruns(*words, "--help", COLUMNS="200")
    assert "".join(narrow.stdout.split()) == "".join(wide.stdout.split())


@pytest.mark.parametrize(
    ("words", "lines"),
    [(["-v"], 1), (["-vv"], 5), (["--verbose", "-v"], 5), (["-v", "here"], 5), (["here"], 1)],
)
def test_verbose_counts_before_the_command_and_behind_it(
    run_simruns: Run, tmp_path: Path, words: list[str], lines: int
) -> None:
    again = [{"requests": 1, "status": 503}]
    before = ["-v"] if words == ["-v", "here"] else []
    behind = ["-v"] if "here" in words else words
    with simruns.Simulator(scenarios=1, runs=5, faults=again) as sim:
        arguments = export_arguments(sim, tmp_path / "a.jsonl")
        done = run_simruns(*before, *arguments, *behind, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("GET /")]
    assert sum("/runs?" in line for line in told) == lines


def test_a_dash_is_json_lines_on_standard_output(
    run_simruns: Run, sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path
) -> None:
    expected = "".join(run.to_json() + "\n" for run in batch.runs())
    for encoding in ("utf-8", "ascii", "cp1252"):
        done = run_simruns(
            *export_arguments(sim, Path("-")),
            SIMRUNS_API_KEY=sim.api_key, PYTHONIOENCODING=encoding,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == expected
        assert done.stderr.startswith("standard output: 250 of 250 runs, complete")
    assert not (tmp_path / "-").exists()


def test_pairs_are_many_batches_in_one_file(
    run_simruns: Run, sim: simruns.Simulator, client: simruns.Client, pairs: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    runs = client.batches(sim.pairs[:2]).read()
    for name in ("x.jsonl", "x.csv", "x.parquet"):
        path = tmp_path / name
        done = run_simruns(
            "export", *of_server(sim), "--pairs", pairs, "-o", path, SIMRUNS_API_KEY=sim.api_key
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.startswith(f"{path}: 500 of 500 runs in 2 batches, 2 complete")
    assert lines_of(tmp_path / "x.jsonl") == [run.to_json() for run in runs]
    with (tmp_path / "x.csv").open(newline="") as file:
        assert [row["run_id"] for row in csv.DictReader(file)] == [run.id for run in runs]
    opened = simruns.open(tmp_path / "x.parquet")
    assert [run.id for run in opened] == [run.id for run in runs]
    assert [key[1:] for key in opened.batches] == sim.pairs[:2]


def test_pairs_are_an_archive_each(
    run_simruns: Run, sim: simruns.Simulator, pairs: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    directory = tmp_path / "archives"
    for new in (250, 0):
        done = run_simruns(
            "archive", *of_server(sim), "--pairs", pairs, "-o", directory,
            SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(f": 250 runs: {new} new, ") == 2
    opened = simruns.open(directory)
    assert sorted(key[1:] for key in opened.batches) == sorted(sim.pairs[:2])
    assert len(opened) == 500


@pytest.mark.parametrize("broken", ["locked", "too few"])
def test_one_archive_of_many_that_fails_does_not_hold_up_the_others(
    run_simruns: Run, tmp_path: Path, broken: str
) -> None:
    pytest.importorskip("pyarrow")
    archives, pairs = tmp_path / "archives", tmp_path / "pairs.csv"
    with simruns.Simulator(scenarios=2, runs=5) as sim:
        first, second = sim.batches()
    faults = [{"batch": first.batch, "every": 1, "total": 6}] if broken == "too few" else None
    with simruns.Simulator(scenarios=2, runs=5, faults=faults) as sim, sim.client() as client:
        pairs.write_text("scenario,batch\n" + "".join(f"{s},{b}\n" for s, b in sim.pairs))
        its_own = archives / f"{first.project}.{first.scenario}.{first.batch}"
        with ExitStack() as held:
            if broken == "locked":
                client.batch(scenario=first.scenario, batch=first.batch).archive(its_own)
                lock = held.enter_context(open(its_own / LOCK, "a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            done = run_simruns(
                "archive", *of_server(sim), "--pairs", pairs, "-o", archives,
                SIMRUNS_API_KEY=sim.api_key,
            )  # fmt: skip
    assert done.returncode == (3 if broken == "too few" else 1), done.stderr
    assert f"simruns: scenario {first.scenario}, batch {first.batch}: " in done.stderr
    other = archives / f"{second.project}.{second.scenario}.{second.batch}"
    assert simruns.open(other).completeness.verdict == "complete"


def test_files_that_are_no_certificate_are_named_by_their_flags(
    run_simruns: Run, tmp_path: Path
) -> None:
    file = tmp_path / "x.pem"
    file.write_bytes(b"\xff")
    done = run_simruns("serve", "--certificate", file, "--private-key", file)
    assert done.returncode == 2, done.stderr
    assert "--certificate and --private-key are no pair of PEM files" in done.stderr
    assert "tls" not in done.stderr


@pytest.mark.odd_data
def test_references_with_dots_have_an_archive_each(run_simruns: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    keys = [("a.b", "c"), ("a", "b.c"), (".a", ".b.")]
    runs = [
        {"id": "r", "projectReference": "p", "simulationReference": s,
         "simulationRunBatchReference": b} for s, b in keys
    ]  # fmt: skip
    data, pairs = tmp_path / "runs.jsonl", tmp_path / "pairs.csv"
    data.write_text("".join(json.dumps(run) + "\n" for run in runs))
    pairs.write_text("scenario,batch\n" + "".join(f"{s},{b}\n" for s, b in keys))
    with simruns.Simulator(data=data) as sim:
        done = run_simruns(
            "archive", *of_server(sim), "--pairs", pairs, "-o", tmp_path / "archives",
            SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened = simruns.open(tmp_path / "archives")
    assert sorted(key[1:] for key in opened.batches) == sorted(keys)


@pytest.mark.odd_data
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.parquet", "-"])
def test_one_batch_of_many_that_fails_is_named(run_simruns: Run, tmp_path: Path, name: str) -> None:
    with simruns.Simulator(scenarios=2, runs=5) as sim:
        (scenario, batch), _ = sim.pairs
    faults = [{"batch": batch, "every": 1, "total": 6}]
    with simruns.Simulator(scenarios=2, runs=5, faults=faults) as sim:
        path = tmp_path / "pairs.csv"
        path.write_text("scenario,batch\n" + "".join(f"{s},{b}\n" for s, b in sim.pairs))
        output = name if name == "-" else tmp_path / name
        words = ["export", *of_server(sim), "--pairs", path, "-o", output]
        done = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 3, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert f"scenario {scenario}, batch {batch}: incomplete: " in done.stderr
        assert not PYTHON_ARGUMENTS.search(done.stderr)
        assert os.listdir(tmp_path) == ["pairs.csv"]


@pytest.mark.parametrize("table", ["turns", "criteria", "issues"])
def test_a_table_of_parts_is_what_read_gives(
    run_simruns: Run, sim: simruns.Simulator, batch: simruns.Batch, tmp_path: Path, table: str
) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    held = getattr(batch.read(), table).to_arrow()
    for ending in ("parquet", "arrow", "csv", "jsonl"):
        path = tmp_path / f"x.{ending}"
        done = run_simruns(
            *export_arguments(sim, path), "--table", table, SIMRUNS_API_KEY=sim.api_key
        )
        assert done.returncode == 0, done.stderr
    read: Any = parquet.read_table(tmp_path / "x.parquet")
    assert read.to_pylist() == held.to_pylist()
    read = feather.read_table(tmp_path / "x.arrow")
    assert read.to_pylist() == held.to_pylist()
    rows = [{name: plain(value) for name, value in row.items()} for row in held.to_pylist()]
    assert list(map(json.loads, lines_of(tmp_path / "x.jsonl"))) == rows
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {name: field(value) for name, value in row.items()} for row in rows
        ]


def plain(value: Any) -> Any:
    if not hasattr(value, "isoformat"):
        return value
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def field(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_the_page_size_reaches_the_server(
    run_simruns: Run, own_sim: simruns.Simulator, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    for command, output in (("export", tmp_path / "x.jsonl"), ("archive", tmp_path / "archive")):
        before = len(own_sim.requests())
        words = [command, *export_arguments(own_sim, output)[1:]]
        done = run_simruns(*words, "--page-size", 50, SIMRUNS_API_KEY=own_sim.api_key)
        assert done.returncode == 0, done.stderr
        asked = [request["target"] for request in own_sim.requests()[before:]]
        assert all("limit=50" in target for target in asked if "/runs?" in target), asked
        assert any("limit=50" in target for target in asked), asked
    key = own_sim.batches()[0]
    words = ["follow", *of_server(own_sim), "--scenario", key.scenario, "--batch", key.batch]
    done = run_simruns(*words, "--page-size", 7, "--count", 1, SIMRUNS_API_KEY=own_sim.api_key)
    assert done.returncode == 0, done.stderr
    assert any("limit=7" in request["target"] for request in own_sim.requests())


def test_a_file_of_authorities_is_trusted(run_simruns: Run, tmp_path: Path) -> None:
    with simruns.Simulator(scenarios=1, runs=5, tls=True) as sim:
        arguments = export_arguments(sim, tmp_path / "x.jsonl")
        done = run_simruns(*arguments, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 1
        assert "--ca-file" in done.stderr
        assert not PYTHON_ARGUMENTS.search(done.stderr)
        done = run_simruns(*arguments, "--ca-file", sim.ca_file, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert len(lines_of(tmp_path / "x.jsonl")) == 5


def test_a_proxy_is_asked_for_a_tunnel(run_simruns: Run, tmp_path: Path) -> None:
    asked = []

    def tunnel(listener: socket.socket) -> None:
        with suppress(OSError):  # of a listener that is shut
            while True:
                connection, _ = listener.accept()
                with connection:
                    asked.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=tunnel, args=(listener,))
        thread.start()
        done = run_simruns(
            "export", "--base-url", "http://api.test", "--project", "p", "--scenario", "s",
            "--batch", "b", "-o", tmp_path / "x.jsonl",
            "--proxy", f"http://127.0.0.1:{listener.getsockname()[1]}", SIMRUNS_API_KEY="k",
        )  # fmt: skip
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert done.returncode == 1
    assert asked[0].startswith(b"CONNECT api.test:80 HTTP/1.1\r\n")
    assert "proxy" in done.stderr


@pytest.mark.odd_data
def test_what_came_of_an_incomplete_batch_can_be_kept(run_simruns: Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    faults = [{"every": 1, "total": 6}]
    with simruns.Simulator(scenarios=1, runs=5, faults=faults) as sim:
        for name in ("x.jsonl", "x.csv", "x.parquet"):
            arguments = export_arguments(sim, tmp_path / name)
            done = run_simruns(*arguments, SIMRUNS_API_KEY=sim.api_key)
            assert (done.returncode, (tmp_path / name).exists()) == (3, False)
            done = run_simruns(
                *arguments, "--allow-incomplete", SIMRUNS_API_KEY=sim.api_key,
                PYTHONWARNINGS="error",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            (line,) = done.stderr.splitlines()
            assert line.startswith(f"{tmp_path / name}: 5 of 6 runs, incomplete")
        assert len(lines_of(tmp_path / "x.jsonl")) == 5
        arguments = ["archive", *export_arguments(sim, tmp_path / "archive")[1:]]
        assert run_simruns(*arguments, SIMRUNS_API_KEY=sim.api_key).returncode == 3
        done = run_simruns(*arguments, "--allow-incomplete", SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr


HERE = {"SIMRUNS_BASE_URL": "http://127.0.0.1:9", "SIMRUNS_PROJECT": "p", "SIMRUNS_API_KEY": "k"}


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        ([], {"SIMRUNS_BASE_URL": ""}, "give --base-url or set SIMRUNS_BASE_URL"),
        ([], {"SIMRUNS_BASE_URL": "ftp://x"}, "SIMRUNS_BASE_URL: the base URL is not usable"),
        (["--base-url", "x"], {}, "--base-url: the base URL is not usable"),
        ([], {"SIMRUNS_API_KEY": ""}, "give --api-key-file, or set SIMRUNS_API_KEY or SIMRUNS_TOK"),
        ([], {"SIMRUNS_TOKEN": "t"}, "both SIMRUNS_API_KEY and SIMRUNS_TOKEN are set; unset one"),
        ([], {"SIMRUNS_PROJECT": ""}, "give --project, or set SIMRUNS_PROJECT"),
        (["--ca-file", "none.pem"], {}, "--ca-file is 'none.pem', which cannot be read: No such"),
        (["--ca-file", "."], {}, "--ca-file"),
        (["--proxy", "socks5://x"], {}, "--proxy: the proxy's URL is not usable"),
        (["--page-size", "0"], {}, "--page-size is 0; give 1 to 100"),
        (["--filter", "x", "--sort", ""], {}, "sort is empty; give field:asc or field:desc"),
        (["--api-key-file", "."], {}, "cannot read the key file .: Is a directory; give a file"),
        (["--pairs", "p.csv"], {}, "leave out --scenario and --batch"),
    ],
)
@pytest.mark.parametrize("command", ["export", "archive", "follow"])
def test_a_mistake_is_told_by_flags_and_variables(
    call_simruns: Run, tmp_path: Path, command: str, words: list[str],
    environment: dict[str, str], told: str,
) -> None:  # fmt: skip
    if command == "follow" and {"--sort", "--pairs"} & set(words):
        pytest.skip("follow has no such flag")
    output = [] if command == "follow" else ["-o", tmp_path / "x.jsonl"]
    batch = ["--scenario", "s", "--batch", "b"]
    done = call_simruns(command, *output, *batch, *words, **{**HERE, **environment})
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert told in line
    assert not PYTHON_ARGUMENTS.search(line)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--count", "0"), ("--idle", "0"), ("--deadline", "-1"), ("--interval", "nan")],
)
def test_what_follow_cannot_end_by_is_told_by_its_flag(
    call_simruns: Run, flag: str, value: str
) -> None:
    done = call_simruns("follow", "--scenario", "s", "--batch", "b", flag, value, **HERE)
    assert done.returncode == 2
    assert done.stderr.startswith(f"simruns: {flag} is ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot read the file of --pairs"),
        ("", "has no column scenario"),
        ("scenario,batch\n", "no batches; give a CSV file with columns scenario and batch"),
        ("scenario,batch\ns,\n", "line 2: batch is ''; give the reference as text"),
        ("scenario,batch\ns,b\ns,b\n", "line 3: scenario s, batch b stands at"),
        ("scenario,batch\ns,gr\xf6\xdfe\n", "is not a CSV file in UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["export", "archive"])
def test_a_file_of_pairs_says_what_is_wrong_with_it(
    call_simruns: Run, tmp_path: Path, command: str, content: str | None, told: str
) -> None:
    path = tmp_path / "pairs.csv"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    done = call_simruns(command, "--pairs", path, "-o", tmp_path / "x.jsonl", **HERE)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert told in line
    assert str(path) in line or "no batches" in line
    assert not PYTHON_ARGUMENTS.search(line)
    assert "tuples" not in line


def test_a_limit_that_passes_is_told_without_pythons_name_for_it(
    run_simruns: Run, tmp_path: Path
) -> None:
    again = [{"every": 1, "status": 429, "retry_after": 1000}]
    with simruns.Simulator(scenarios=1, runs=5, faults=again) as sim:
        done = run_simruns(*export_arguments(sim, tmp_path / "x"), SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 2
        done = run_simruns(*export_arguments(sim, tmp_path / "x.csv"), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 1
    assert "longer than the limit of 60 s" in done.stderr
    assert not PYTHON_ARGUMENTS.search(done.stderr)


def test_what_a_server_says_keeps_its_words(run_simruns: Run, tmp_path: Path) -> None:
    words = "max_turns and max_runs_of_a_batch are no fields of a filter"
    faults = [{"every": 1, "status": 400, "body": {"title": words, "detail": words}}]
    with simruns.Simulator(scenarios=1, runs=5, faults=faults) as sim:
        done = run_simruns(*export_arguments(sim, tmp_path / "x.csv"), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.parametrize("command", ["export", "archive", "follow", "demo"])
def test_a_command_runs_outside_the_main_thread(
    sim: simruns.Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
) -> None:
    pytest.importorskip("pyarrow")
    key = sim.batches()[0]
    words = [*of_server(sim), "--scenario", key.scenario, "--batch", key.batch]
    own = {
        "export": [*words, "-o", tmp_path / "x.jsonl"],
        "archive": [*words, "-o", tmp_path / "archive"],
        "follow": [*words, "--count", 1],
        "demo": ["--out", tmp_path / "demo"],
    }[command]
    monkeypatch.setattr("sys.argv", ["simruns", command, *map(str, own)])
    monkeypatch.setenv("SIMRUNS_API_KEY", sim.api_key)
    ended: list[object] = []

    def run() -> None:
        try:
            main()
        except SystemExit as error:
            ended.append(error.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ended == [0], capfd.readouterr()
