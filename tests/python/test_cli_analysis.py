"""`simruns summary`, `compare`, `plan` and `trend`: of every kind of runs, in every form."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SimrunsCommand
from hostile import TEXTS, run_of
from project_file import written
from rich.cells import cell_len

import simruns

pd = pytest.importorskip("pandas")
for library in ("pyarrow", "scipy", "statsmodels"):
    pytest.importorskip(library)

from analysis_runs import make_runs, texts  # noqa: E402

Words = list[object]
COMMANDS = ("summary", "compare", "plan", "trend")
OBEYED = set("\x1b\x07\x00\r\u202e\u2066\u2069\u2028\x9b")
BATCH = ["--scenario", "s", "--batch", "b"]
HERE = {"SIMRUNS_BASE_URL": "http://127.0.0.1:9", "SIMRUNS_PROJECT": "p", "SIMRUNS_API_KEY": "k"}


@pytest.fixture(scope="module")
def served() -> Iterator[simruns.Simulator]:
    """3 scenarios of 3 batches of 20 runs; tests read from it only."""
    with simruns.Simulator(seed=6, scenarios=3, batches=3, runs=20) as sim:
        yield sim


@pytest.fixture(scope="module")
def kept(served: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the first batch of each scenario in every form that can be opened."""
    folder = tmp_path_factory.mktemp("kept")
    with served.client() as client:
        batches = client.batches([pair for pair in served.pairs if pair[1].endswith("-1")])
        runs = batches.read()
        for batch in batches:
            batch.archive(folder / "archives" / batch.scenario)
    runs.to_parquet(folder / "old.parquet")
    runs.to_jsonl(folder / "old.jsonl")
    return folder


def of_server(sim: simruns.Simulator) -> Words:
    return ["--base-url", sim.url, "--project", sim.project]


def read(sim: simruns.Simulator, chosen: Callable[[str, str], bool]) -> simruns.Runs:
    """The runs of the batches that are chosen by scenario and batch."""
    with sim.client() as client:
        return client.batches([pair for pair in sim.pairs if chosen(*pair)]).read()


def listed(sim: simruns.Simulator) -> dict[str, simruns.Scenario]:
    """The scenarios of the project, with their personas and missions."""
    with sim.client() as client:
        return {one.reference: one for one in client.scenarios()}


def paired(sim: simruns.Simulator, path: Path, chosen: Callable[[str, str], bool]) -> Path:
    """A file that names the batches that are chosen."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("scenario", "batch"), *(p for p in sim.pairs if chosen(*p))])
    return path


def written_runs(path: Path, scenarios: dict[str, str], **each: Any) -> Path:
    """A file of runs, a letter of their verdicts each."""
    path.write_text("".join(f"{text}\n" for text in texts(make_runs(scenarios, **each))))
    return path


def plain(*results: Any) -> dict[str, Any]:
    """What `--json` has of results of the same runs, as JSON has it."""
    document: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for result in results:
        both = document.keys() & result.numbers().keys()
        assert all(document[name] == result.numbers()[name] for name in both)
        document |= result.numbers()
        reasons |= result.reasons
    told: dict[str, Any] = json.loads(json.dumps({**document, "reasons": reasons}))
    return told


def summed(runs: simruns.Runs, k: int | None = None, **how: Any) -> dict[str, Any]:
    return plain(
        simruns.summarize(runs, **how), simruns.reliability(runs, k, **how),
        simruns.suspects(runs, **how),
    )  # fmt: skip


SIDES: dict[str, tuple[Words, str]] = {
    "a batch": (["--scenario", "change-flight", "--batch", "change-flight-batch-2"], "one"),
    "a name": (["--scenario", "Change a flight", "--batch", "change-flight-batch-2"], "one"),
    "a word": (["change-flight-batch-2", "--scenario", "Change a flight"], "one"),
    "the newest of one": (["--scenario", "change-flight", "--latest"], "latest of one"),
    "some of one": (["--scenario", "change-flight", "--latest", "2"], "two of one"),
    "the newest of all": (["--all", "--latest"], "latest"),
    "pairs": (["--pairs", "PAIRS"], "latest"),
}
CHOSEN: dict[str, Callable[[str, str], bool]] = {
    "one": lambda scenario, batch: batch == "change-flight-batch-2",
    "latest of one": lambda scenario, batch: batch == "change-flight-batch-3",
    "two of one": lambda scenario, batch: scenario == "change-flight" and batch[-1] in "23",
    "latest": lambda scenario, batch: batch.endswith("-3"),
}


def nameless(numbers: dict[str, Any]) -> dict[str, Any]:
    """The numbers without the names of scenarios, which only a listing tells."""
    return {key: value for key, value in numbers.items() if not key.endswith(".name")}


@pytest.mark.parametrize("kind", SIDES)
def test_runs_of_a_server_are_summed_up_whichever_way_they_are_named(
    served: simruns.Simulator, run_simruns: SimrunsCommand, tmp_path: Path, kind: str
) -> None:
    given, name = SIDES[kind]
    pairs = paired(served, tmp_path / "pairs.csv", CHOSEN["latest"])
    words = [pairs if word == "PAIRS" else word for word in given]
    done = run_simruns(
        "summary", *words, *of_server(served), "--json", SIMRUNS_API_KEY=served.api_key
    )
    assert done.returncode == 0, done.stderr
    assert nameless(json.loads(done.stdout)) == nameless(summed(read(served, CHOSEN[name])))
    assert "complete, " in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["old.parquet", "old.jsonl", "archives", "archives/change-flight"])
def test_runs_on_the_disk_are_summed_up_offline(
    kept: Path, call_simruns: SimrunsCommand, name: str
) -> None:
    runs = simruns.open(kept / name)
    done = call_simruns("summary", kept / name, "--json", SIMRUNS_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == summed(runs)
    assert done.stderr == f"{runs.completeness}\n"


@pytest.mark.parametrize("kind", SIDES)
def test_a_file_is_compared_with_runs_of_a_server(
    served: simruns.Simulator, kept: Path, call_simruns: SimrunsCommand, tmp_path: Path, kind: str
) -> None:
    given, name = SIDES[kind]
    pairs = paired(served, tmp_path / "pairs.csv", CHOSEN["latest"])
    words = [kept / "old.parquet", *(pairs if word == "PAIRS" else word for word in given)]
    done = call_simruns(
        "compare", *words, *of_server(served), "--json", SIMRUNS_API_KEY=served.api_key
    )
    assert done.returncode == 0, done.stderr
    old, new = simruns.open(kept / "old.parquet"), read(served, CHOSEN[name])
    assert json.loads(done.stdout) == plain(simruns.compare(old, new))
    *_, first, second = done.stderr.splitlines()
    assert first == f"{kept / 'old.parquet'}: {old.completeness}"
    assert re.match(r"(the newest|batch change-flight-batch-2|.*pairs\.csv): \d+ of ", second)


def test_two_batches_of_a_scenario_are_compared_by_their_references(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    old, new = (read(served, lambda s, b, n=n: b == f"change-flight-batch-{n}") for n in "12")
    ways = {"change-flight": None, "Change a flight": listed(served)}  # a name is looked for
    for scenario, scenarios in ways.items():
        done = run_simruns(
            "compare", "change-flight-batch-1", "change-flight-batch-2", "--scenario", scenario,
            *of_server(served), "--json", SIMRUNS_API_KEY=served.api_key,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == plain(simruns.compare(old, new, scenarios=scenarios))
        assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
            "batch change-flight-batch-1", "batch change-flight-batch-2",
        ]  # fmt: skip


def test_a_word_that_is_a_path_is_no_batch(
    served: simruns.Simulator, kept: Path, call_simruns: SimrunsCommand, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    runs = simruns.open(kept / "old.jsonl")
    runs.to_jsonl("change-flight-batch-1")
    words = ["change-flight-batch-1", "change-flight-batch-2", "--scenario", "change-flight"]
    done = call_simruns(
        "compare", *words, *of_server(served), "--json", SIMRUNS_API_KEY=served.api_key
    )
    assert done.returncode == 0, done.stderr
    new = read(served, CHOSEN["one"])
    assert json.loads(done.stdout) == plain(simruns.compare(runs, new))
    others = sorted({*runs.by_scenario()} - {"change-flight"})
    assert json.loads(done.stdout)["only_old"] == others


def test_a_word_that_is_neither_is_told_in_both_readings(
    served: simruns.Simulator, call_simruns: SimrunsCommand, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = call_simruns("compare", "b1", "change-flight-batch-2", **HERE)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "simruns: there is no file or directory b1; give one, or --scenario for the reference of a "
        "batch\n"
    )
    words = ["change-flight-batch-2", "b1", "--scenario", "change-flight", *of_server(served)]
    done = call_simruns("compare", *words, SIMRUNS_API_KEY=served.api_key)
    assert (done.returncode, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "simruns: there is no file or directory b1, and as a batch: scenario change-flight, batch "
        "b1: no runs; are the references right?"
    )
    (tmp_path / "b1").mkdir()
    done = call_simruns("compare", *words, SIMRUNS_API_KEY=served.api_key)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("simruns: b1 is no archive: ")
    assert line.endswith("; as it is there, it was not taken for a batch")


def test_a_trend_is_over_the_newest_batches(
    served: simruns.Simulator, call_simruns: SimrunsCommand
) -> None:
    where = {
        "a scenario": (["--scenario", "change-flight"], lambda s, b: s == "change-flight"),
        "all": (["--all"], lambda s, b: True),
    }
    for given, chosen in where.values():
        for by in ("day", "batch"):
            done = call_simruns(
                "trend", *given, "--latest", 20, "--by", by, *of_server(served), "--json",
                SIMRUNS_API_KEY=served.api_key,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            expected = plain(simruns.trend(read(served, chosen), by, scenarios=listed(served)))
            assert json.loads(done.stdout) == expected
    assert expected["occasions"] == [1, 2, 3]


def test_paths_of_a_trend_are_joined(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    paths = [
        written_runs(tmp_path / f"{day}.jsonl", {"refund": letters, "hours": letters},
                     batch=f"b{day}", day=day)
        for day, letters in enumerate(["SSSS" * 5, "FFFF" * 5, "SFSF" * 5])
    ]  # fmt: skip
    done = call_simruns("trend", *paths, "--json")
    assert done.returncode == 0, done.stderr
    opened = [simruns.open(path) for path in paths]
    assert json.loads(done.stdout) == plain(simruns.trend(opened[0] + opened[1] + opened[2]))
    assert json.loads(done.stdout)["occasions"] == ["2024-06-10", "2024-06-11", "2024-06-12"]
    assert json.loads(done.stdout)["change.at"] == "2024-06-11"
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == list(map(str, paths))


def test_a_plan_to_show_a_rate_needs_no_runs(call_simruns: SimrunsCommand) -> None:
    done = call_simruns("plan", "--min-success", 0.9, "--expect", 0.95, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told == plain(simruns.plan(min_success=0.9, expect=0.95, power=0.8))
    assert (told["runs"], told["successes"], told["least_runs"]) == (179, 168, 29)
    done = call_simruns("plan", "--min-success", 0.9, "--expect", 0.95, "--power", 0.95)
    assert done.stdout.startswith("Plan\n")
    assert "(95%)" in done.stdout


def test_a_plan_to_find_a_difference_looks_at_runs(
    served: simruns.Simulator, kept: Path, call_simruns: SimrunsCommand
) -> None:
    done = call_simruns("plan", kept / "old.jsonl", "--detect", 0.1, "--power", 0.9, "--json")
    assert done.returncode == 0, done.stderr
    runs = simruns.open(kept / "old.jsonl")
    assert json.loads(done.stdout) == plain(simruns.plan(runs, detect=0.1, power=0.9))
    done = call_simruns(
        "plan", *SIDES["a batch"][0], "--detect", 0.05, *of_server(served), "--json",
        SIMRUNS_API_KEY=served.api_key,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == plain(simruns.plan(read(served, CHOSEN["one"]), detect=0.05))


def test_options_are_the_arguments_of_the_same_names(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    old = written_runs(tmp_path / "old.jsonl", {"refund": "SSFAP", "hours": "SSFF_"})
    new = written_runs(tmp_path / "new.jsonl", {"refund": "SFFPA", "hours": "SFUX"}, batch="b2")
    for errors in ("agent", "exclude", "fail"):
        how: dict[str, Any] = {"errors": errors, "confidence": 0.8}
        given = ["--errors", errors, "--confidence", 0.8, "--json"]
        runs, others = simruns.open(old), simruns.open(new)
        done = call_simruns("summary", old, *given, "--k", 3)
        assert json.loads(done.stdout) == summed(runs, 3, **how)
        done = call_simruns("compare", old, new, *given, "--power", 0.5, "--detect", 0.2)
        expected = plain(simruns.compare(runs, others, power=0.5, detect=0.2, **how))
        assert json.loads(done.stdout) == expected
        done = call_simruns("trend", old, new, *given, "--by", "batch")
        assert json.loads(done.stdout) == plain(simruns.trend(runs + others, "batch", **how))
        done = call_simruns("plan", old, *given, "--detect", 0.2, "--power", 0.5)
        assert json.loads(done.stdout) == plain(simruns.plan(runs, detect=0.2, power=0.5, **how))


def test_a_verdict_is_no_exit_code(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    good = written_runs(tmp_path / "good.jsonl", {"refund": "S" * 30, "hours": "S" * 30})
    bad = written_runs(tmp_path / "bad.jsonl", {"refund": "F" * 30, "hours": "F" * 30}, batch="b2")
    for words, verdict in (([good, bad], "worse"), ([bad, good], "better")):
        done = call_simruns("compare", *words)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Comparison: {verdict}\n")


# Forms


def test_csv_is_the_main_frame(kept: Path, run_simruns: SimrunsCommand, tmp_path: Path) -> None:
    new = written_runs(tmp_path / "new.jsonl", {"change-flight": "SSF", "once": "S", "blank": "__"})
    old, runs, others = kept / "old.jsonl", simruns.open(kept / "old.jsonl"), simruns.open(new)
    asked: list[tuple[Words, Any]] = [
        (["summary", old], simruns.summarize(runs)),
        (["summary", new], simruns.summarize(others)),
        (["compare", old, new], simruns.compare(runs, others)),
        (["plan", "--min-success", "0.9", "--expect", "0.95"],
         simruns.plan(min_success=0.9, expect=0.95)),
        (["trend", old, new], simruns.trend(runs + others)),
    ]  # fmt: skip
    for words, result in asked:
        done = run_simruns(*words, "--csv")
        assert done.returncode == 0, done.stderr
        frame = result.to_frame()
        assert pd.read_csv(io.StringIO(done.stdout), dtype=str).columns.tolist() == list(frame)
        rows = list(csv.reader(io.StringIO(done.stdout)))
        assert rows[0] == list(frame.columns)
        assert rows[1:] == [
            ["" if value is None or value != value else field(value) for value in row]
            for row in frame.astype(object).itertuples(index=False)
        ]
    scenarios = pd.read_csv(io.StringIO(run_simruns("summary", old, "--csv").stdout))
    assert scenarios["scenario"].tolist() == sorted(runs.by_scenario())
    assert scenarios["runs"].tolist() == [20, 20, 20]


def field(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_csv_has_whole_numbers_and_a_header_without_rows(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    done = call_simruns("plan", "--min-success", "0.9", "--expect", "0.95", "--csv")
    told = dict(csv.reader(io.StringIO(done.stdout)))
    assert (told["runs"], told["least_runs"], told["detect"]) == ("179", "29", "")
    (tmp_path / "none.jsonl").write_text("")
    done = call_simruns("summary", tmp_path / "none.jsonl", "--csv")
    assert (done.returncode, done.stdout) == (
        0, "scenario,runs,judged,successes,rate,low,high,flip,name\n",
    )  # fmt: skip
    done = call_simruns("summary", tmp_path / "none.jsonl")
    assert "no run is judged" in done.stdout


def test_nothing_but_the_document_is_on_standard_output(
    served: simruns.Simulator, run_simruns: SimrunsCommand
) -> None:
    done = run_simruns(
        "summary", "--all", "--latest", "-vv", *of_server(served), "--json",
        SIMRUNS_API_KEY=served.api_key,
    )  # fmt: skip
    assert done.stdout.startswith("{\n")
    assert json.loads(done.stdout)["reasons"] == {
        "like.low": "needs at least 10 scenarios, has 3",
        "like.high": "needs at least 10 scenarios, has 3",
        "pass^1.low": "needs at least 10 scenarios, has 3",
    }
    assert "60 of 60 runs in 3 batches, 3 complete" in done.stderr


def test_the_text_says_what_the_result_says(kept: Path, call_simruns: SimrunsCommand) -> None:
    runs = simruns.open(kept / "old.jsonl")
    summary, every_time = simruns.summarize(runs), simruns.reliability(runs)
    done = call_simruns("summary", kept / "old.jsonl", COLUMNS="200")
    lines = done.stdout.splitlines()
    for view in (summary._view(), every_time._view(), simruns.suspects(runs)._view()):
        assert view.title in lines
        assert set(view.sentences) <= set(lines)
        for table in view.tables:
            assert table.caption in lines
            for row in table.rows:
                assert any(line.split() == " ".join(row).split() for line in lines), row
    assert "simruns.failures" not in done.stdout
    assert ".by_" not in done.stdout
    assert lines[-1] == (
        f"Read first: {', '.join(summary.read_first[:3])}; simruns show {kept / 'old.jsonl'} ID "
        "shows one."
    )


def test_a_text_that_is_cut_says_which_form_has_all(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    runs = written_runs(tmp_path / "many.jsonl", {f"s{number}": "SF" for number in range(25)})
    done = call_simruns("summary", runs)
    assert "... 5 more; --json has all\n" in done.stdout


def test_the_run_to_read_first_is_shown_by_the_command_that_is_named(
    kept: Path, call_simruns: SimrunsCommand
) -> None:
    last = call_simruns("summary", kept / "old.jsonl").stdout.splitlines()[-1]
    first = last.removeprefix("Read first: ").partition(",")[0]
    (words,) = re.findall(r"simruns (show .*) ID shows one", last)
    done = call_simruns(*words.split(), first)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{first}  ")


# Terminals


def on_a_terminal(words: Words, width: int, **environment: str) -> tuple[int, str]:
    """Runs a command with a terminal for its output; gives its exit code, and what is shown."""
    ours, theirs = pty.openpty()
    own = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "simruns", *map(str, words)],
        stdout=theirs, stderr=subprocess.DEVNULL, stdin=theirs,
        env={**own, "TERM": "xterm-256color", "COLUMNS": str(width), **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end was closed
        pass
    os.close(ours)
    return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")


NAMES = {"refund": "SSFF", "日本語のとても長いシナリオの名前": "SFFF", "x" * 60: "FFFF"}


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_shows_every_cell_at_any_width(tmp_path: Path, width: int) -> None:
    old = written_runs(tmp_path / "o.jsonl", NAMES, criteria={"a criterion": False})
    new = written_runs(tmp_path / "n.jsonl", NAMES, batch="b2", criteria={"a criterion": True})
    for words, result in (
        (["summary", old], simruns.summarize(simruns.open(old))),
        (["compare", old, new], simruns.compare(simruns.open(old), simruns.open(new))),
    ):
        code, shown = on_a_terminal(words, width)
        assert code == 0
        text = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert "…" not in text
        assert max(map(cell_len, text.splitlines())) <= max(width, 64 if width == 40 else 0)
        unspaced = "".join(text.split())
        for table in result._view().tables:
            head = table.heads[0].split()
            assert width == 40 or any(line.split()[:1] == head for line in text.splitlines())
            for first, *others in (table.heads, *table.rows):
                assert all(text.count(letter) >= first.count(letter) for letter in first)
                assert all("".join(cell.split()) in unspaced for cell in others)
        for sentence in result._view().sentences:
            assert "".join(sentence.split()) in unspaced


def test_a_verdict_has_its_colour_on_a_terminal_only(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    good = written_runs(tmp_path / "good.jsonl", {"refund": "S" * 30})
    bad = written_runs(tmp_path / "bad.jsonl", {"refund": "F" * 30}, batch="b2")
    more = written_runs(tmp_path / "more.jsonl", {"refund": "S" * 30}, batch="b3")
    for words, verdict, colour in (
        ([good, bad], "worse", "31"),
        ([bad, good], "better", "32"),
        ([good, more], "cannot tell", "33"),
    ):
        _, shown = on_a_terminal(["compare", *words], 80)
        assert f"\x1b[1;{colour}m{verdict}\x1b[0m" in shown
        assert "\x1b" not in on_a_terminal(["compare", *words], 80, NO_COLOR="1", TERM="dumb")[1]
        assert "\x1b" not in call_simruns("compare", *words).stdout


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, Path]:
    """Two sides whose every text is what a terminal must not obey."""
    for name, more in (("old", "1"), ("new", "2")):
        members = json.loads(run_of(TEXTS).to_json())
        lines = []
        for number, text in enumerate(TEXTS):
            metrics = {"success": number % 2 == 0, "status": "FAILED", "results": [
                {"name": f"{each} {at}", "success": at % 2 == 0} for at, each in enumerate(TEXTS)
            ]}  # fmt: skip
            each = {"id": f"{text}{more}", "simulationReference": text or "s", "metrics": metrics}
            each["endPointType"] = f"{text}{number}"
            lines.append(json.dumps({**members, **each, "simulationRunBatchReference": more}))
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return tmp_path / "old.jsonl", tmp_path / "new.jsonl"


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize("command", ["summary", "compare", "trend"])
def test_no_text_of_a_server_is_obeyed(
    hostile: tuple[Path, Path], run_simruns: SimrunsCommand, command: str, form: list[str]
) -> None:
    old, new = hostile
    words = [command, old, *([new] if command == "compare" else [])]
    done = run_simruns(*words, *form, PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    assert not OBEYED & set(done.stdout)
    if form:
        runs, others = simruns.open(old), simruns.open(new)
        results = {
            "summary": lambda: summed(runs),
            "compare": lambda: plain(simruns.compare(runs, others)),
            "trend": lambda: plain(simruns.trend(runs)),
        }
        assert json.loads(done.stdout) == results[command]()
    elif command == "summary":
        assert "[b red]markup[/b] [/end] :smile:" in done.stdout


def test_csv_keeps_texts_for_programs_and_not_for_terminals(
    hostile: tuple[Path, Path], run_simruns: SimrunsCommand
) -> None:
    done = run_simruns("summary", hostile[0], "--csv", PYTHONIOENCODING="ascii")
    told = done.stdout.replace("\0", "\N{SYMBOL FOR NULL}")  # which Python 3.10 does not read
    rows = list(csv.DictReader(io.StringIO(told, newline="")))
    expected = simruns.summarize(simruns.open(hostile[0])).to_frame()
    changed = {"\r\n": "\n", "\rthree": "\nthree", "\0": "\N{SYMBOL FOR NULL}"}
    for a, b in changed.items():
        expected["scenario"] = expected["scenario"].str.replace(a, b, regex=False)
    assert [row["scenario"].replace("\r\n", "\n") for row in rows] == list(expected["scenario"])
    _, shown = on_a_terminal(["summary", hostile[0], "--csv"], 80)
    assert not OBEYED & set(shown)
    assert "[b red]markup[/b] [/end] :smile:" in shown


# Mistakes, and how commands end


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["summary"], "no runs; give the path of a file or an archive, or --scenario and --batch"),
        (["trend"], "no runs; give the path of a file or an archive, or --scenario and --batch"),
        (["compare"], "no OLD; give the path of a file or an archive, or the reference of a batch"),
        (["compare", "--all", "--latest"], "no OLD; give the path of a file or an archive"),
        (["compare", "FILE"], "FILE has nothing to be compared with; give NEW, or --scenario"),
        (["compare", "FILE", "FILE", "--all", "--latest"], "OLD and NEW are words; leave out"),
        (["compare", "FILE", "FILE"], "4 runs of old and new are the same, as refund-b1-1; give"),
        (["compare", "FILE", "--scenario", "s"], "--scenario alone names no runs beside FILE"),
        (["compare", "FILE", "FILE", "--scenario", "s"], "--scenario alone names no runs beside"),
        (["summary", "FILE", "--all", "--latest"], "FILE has runs of its own; leave out"),
        (["summary", "no-such"], "there is no file or directory no-such; give one, or --scenario"),
        (["summary", ""], "there is no file or directory ; give one, or --scenario"),
        (["summary", "--scenario", "s"], "no batch; give --scenario and --batch, or --pairs"),
        (["summary", "--all"], "--all needs --latest"),
        (["trend", "--latest", "0", "--scenario", "s"], "--latest is 0; give 1 or more"),
        (["summary", "FILE", "--confidence", "95"], "--confidence is 95.0; give a number between"),
        (["summary", "FILE", "--confidence", "nan"], "--confidence is nan; give a number between"),
        (["summary", *BATCH, "--confidence", "95"], "--confidence is 95.0; give a number between"),
        (["summary", *BATCH, "--k", "0"], "--k is 0; give 1 or more"),
        (["compare", "FILE", *BATCH, "--power", "1"], "--power is 1.0; give a number between 0"),
        (["compare", "FILE", *BATCH, "--detect", "1"], "--detect is 1.0; give a number between 0"),
        (["plan", *BATCH, "--detect", "1"], "--detect is 1.0; give a number between 0 and 1"),
        (["compare", "FILE", "x", "--power", "1"], "--power is 1.0; give a number between 0 and 1"),
        (["compare", "FILE", "x", "--detect", "0"], "--detect is 0.0; give a number between 0 and"),
        (["plan"], "give --min-success and --expect, or --detect and runs"),
        (["plan", "--min-success", "0.9"], "give --min-success and --expect, or --detect and runs"),
        (["plan", "--expect", "0.9"], "give --min-success and --expect, or --detect and runs"),
        (["plan", "FILE"], "give --min-success and --expect, or --detect and runs"),
        (["plan", "--min-success", ".9", "--expect", ".95", "--detect", ".1"],
         "give --min-success and --expect, or --detect and runs"),
        (["plan", "FILE", "--expect", ".95", "--detect", ".1"],
         "give --min-success and --expect, or --detect and runs"),
        (["plan", "FILE", "--min-success", ".9", "--expect", ".95"],
         "a plan by --min-success and --expect takes no runs; give --detect, or leave them out"),
        (["plan", "--detect", ".1"], "no runs; give the path of a file or an archive"),
        (["plan", "--min-success", "0.9", "--expect", "0.5"],
         "--expect is 0.5, which is not above --min-success, 0.9; an agent that is no better"),
        (["plan", "--min-success", "1", "--expect", "1"], "--min-success is 1.0; give a number"),
        (["plan", "FILE", "--detect", "2"], "--detect is 2.0; give a number between 0 and 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_in_the_words_of_the_command_line(
    call_simruns: SimrunsCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    written_runs(Path("FILE"), {"refund": "SSFF"})
    done = call_simruns(*words, **HERE)
    assert (done.returncode, done.stdout) == (2, "")
    *_, line = done.stderr.splitlines()
    assert line.startswith(f"simruns: {told}")
    assert len(done.stderr.splitlines()) == (3 if "are the same" in told else 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_result_has_one_form(call_simruns: SimrunsCommand, command: str) -> None:
    done = call_simruns(command, "--json", "--csv", **HERE)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "simruns: --json and --csv are two forms of one result; give one of them\n"
    )


@pytest.mark.parametrize("words", [["--errors", "x"], ["--confidence", "x"], ["--by", "x"], ["-x"]])
def test_a_word_that_an_option_does_not_take_is_exit_code_2(
    call_simruns: SimrunsCommand, words: list[str]
) -> None:
    done = call_simruns("trend", "FILE", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_what_cannot_be_opened_is_exit_code_1(call_simruns: SimrunsCommand, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("this is no run\n")
    for name in ("bad.jsonl", "."):
        for command in ("summary", "trend"):
            done = call_simruns(command, tmp_path / name)
            assert (done.returncode, done.stdout) == (1, "")
            assert len(done.stderr.splitlines()) == 1
    done = call_simruns("summary", "--scenario", "s", "--batch", "b", **HERE)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no connection to 127.0.0.1 port 9" in done.stderr


@pytest.mark.odd_data
@pytest.mark.parametrize("command", ["summary", "compare", "plan", "trend"])
def test_runs_that_are_missing_are_exit_code_3(
    call_simruns: SimrunsCommand, tmp_path: Path, command: str
) -> None:
    other = written_runs(tmp_path / "other.jsonl", {"change-flight": "SSFF"})
    more: Words = {"compare": [other], "plan": ["--detect", 0.1]}.get(command, [])
    faults = [{"every": 1, "total": 6}]
    with simruns.Simulator(scenarios=1, runs=5, faults=faults) as sim:
        (scenario, batch), environment = sim.pairs[0], {"SIMRUNS_API_KEY": sim.api_key}
        words = [command, *more, *of_server(sim), "--scenario", scenario, "--batch", batch]
        done = call_simruns(*words, **environment)
        assert (done.returncode, done.stdout) == (3, "")
        assert "--allow-incomplete" in done.stderr or "incomplete" in done.stderr
        done = call_simruns(*words, "--allow-incomplete", **environment)
        assert done.returncode == 0, done.stderr
        assert "5 of 6 runs, incomplete" in done.stderr
        path = tmp_path / "kept.parquet"
        export = ["export", *words[1 + len(more) :], "-o", path, "--allow-incomplete"]
        assert call_simruns(*export, **environment).returncode == 0
    done = call_simruns(command, *more, path)
    assert done.returncode == 3
    assert done.stdout
    assert call_simruns(command, *more, path, "--allow-incomplete").returncode == 0


@pytest.mark.odd_data
def test_a_batch_that_still_runs_is_summed_up_and_exit_code_3(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = written(tmp_path / "a.jsonl", {"s": "S"}, runs=3, status="IN_PROGRESS")
    with simruns.Simulator(data=data) as sim:
        where = [*of_server(sim), "--scenario", "s", "--batch", "s-b"]
        for more, code in (([], 3), (["--allow-incomplete"], 0)):
            done = call_simruns("summary", *where, *more, SIMRUNS_API_KEY=sim.api_key)
            assert done.returncode == code, done.stderr
            assert "unverified (still running)" in done.stderr
            assert "1.00 of this scenario's runs succeed" in done.stdout


@pytest.mark.odd_data
def test_a_batch_without_runs_is_exit_code_3(call_simruns: SimrunsCommand) -> None:
    with simruns.Simulator(scenarios=1, runs=5) as sim:
        where = [*of_server(sim), "--scenario", sim.pairs[0][0], "--batch", "mistyped"]
        done = call_simruns("summary", *where, SIMRUNS_API_KEY=sim.api_key)
        assert (done.returncode, done.stdout) == (3, "")
        assert "no runs; are the references right?" in done.stderr
        done = call_simruns("summary", *where, "--allow-empty", SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 0, done.stderr
        assert "no run is judged" in done.stdout


def test_ctrl_c_ends_a_summary_with_130_and_no_traceback(
    slow_sim: simruns.Simulator, start_simruns: Callable[..., subprocess.Popen[str]]
) -> None:
    scenario, batch = slow_sim.pairs[0]
    process = start_simruns(
        "summary", *of_server(slow_sim), "--scenario", scenario, "--batch", batch,
        SIMRUNS_API_KEY=slow_sim.api_key,
    )  # fmt: skip
    while not slow_sim.requests():
        assert process.poll() is None, process.communicate()
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "simruns: interrupted\n")
    assert process.returncode == 130


WITHOUT = """
import sys

class Hides:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hides())
hidden = sys.argv.pop(1)
from simruns.cli import main
main()
"""


@pytest.mark.parametrize("hidden", ["numpy", "scipy", "statsmodels", "pyarrow", "pandas"])
def test_a_library_that_is_absent_is_told_with_the_extra_that_brings_it(
    tmp_path: Path, hidden: str
) -> None:
    path = written_runs(tmp_path / "runs.jsonl", {"refund": "SSFF"})
    words = ["summary", str(path), *(["--csv"] if hidden == "pandas" else [])]
    command = [sys.executable, "-c", WITHOUT.replace("sys.argv[1]", repr(hidden)), hidden]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith(f"needs {hidden}: pip install 'simruns[analysis]'")
    load = "import statsmodels, sys; sys.exit('pandas' in sys.modules)"  # older ones need it
    needed = subprocess.run([sys.executable, "-c", load], check=False).returncode
    if hidden == "pandas" and not needed:
        done = subprocess.run([*command, *words[:-1]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_loads_no_library_of_analysis(words: list[str]) -> None:
    program = (
        "import sys, typer; its_own = {*sys.modules}\n"  # older ones load rich themselves
        "from simruns.cli import main\n"
        "try: main()\n"
        "finally: print([n for n in ('numpy', 'scipy', 'pandas', 'pyarrow', 'statsmodels', 'rich', "
        "'simruns.analysis') if n in {*sys.modules} - its_own])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


# Real data


def test_one_command_tells_of_the_real_runs(real_data: Path, run_simruns: SimrunsCommand) -> None:
    with simruns.Simulator(data=real_data) as sim:
        words = ["summary", "--all", "--latest", *of_server(sim)]
        done = run_simruns(*words, "--json", SIMRUNS_API_KEY=sim.api_key)
        text = run_simruns(*words, SIMRUNS_API_KEY=sim.api_key)
    assert (done.returncode, text.returncode) == (0, 0), done.stderr
    told = json.loads(done.stdout)
    exact = {
        "rate": 0.42, "pooled.rate": 0.42, "pooled.low": 0.3537359916,
        "pooled.high": 0.4892792606, "these.n": 332.1818181818, "these.low": 0.3681348278,
        "these.high": 0.4736943116, "like.low": 0.3207630018, "like.high": 0.5261562969,
        "like.se": 0.0522161911, "pass^1": 0.42, "pass^2": 0.2733333333, "pass^3": 0.22,
        "pass^4": 0.20, "pass@1": 0.42, "pass@2": 0.5666666667, "pass@3": 0.66, "pass@4": 0.72,
        "flip": 0.2933333333, "messages.p50": 23, "messages.passed.p50": 18,
        "messages.failed.p50": 27,
    }  # fmt: skip
    assert {name: round(told[name], 10) for name in exact} == exact
    assert [told[n] for n in ("judged", "always", "never", "sometimes")] == [200, 10, 14, 26]
    assert told["completeness"] == "complete"
    assert "0.42 of these 50 scenarios' runs succeed (95%: 0.37 to 0.47)." in text.stdout
    assert "Of scenarios like these: 0.32 to 0.53." in text.stdout
    rows = [line.split() for line in text.stdout.splitlines()]
    for k, all_pass, any_passes in (
        ("1", "0.42", "0.42"), ("2", "0.27", "0.57"), ("3", "0.22", "0.66"), ("4", "0.20", "0.72"),
    ):  # fmt: skip
        assert any(r[:2] == [k, all_pass] and r[5:6] == [any_passes] for r in rows)


def test_one_command_compares_the_real_runs(
    real_data: Path, run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    runs = simruns.open(real_data)
    runs.where(lambda run: (run.sequence or 0) <= 2).to_jsonl(tmp_path / "old.jsonl")
    runs.where(lambda run: (run.sequence or 0) > 2).to_jsonl(tmp_path / "new.jsonl")
    words = ["compare", tmp_path / "old.jsonl", tmp_path / "new.jsonl"]
    told = json.loads(run_simruns(*words, "--json").stdout)
    assert round(told["difference"], 10) == -0.02
    assert round(told["p"], 10) == 0.8533613699
    assert told["verdict"] == "cannot tell"
    assert run_simruns(*words).stdout.startswith("Comparison: cannot tell\n")
