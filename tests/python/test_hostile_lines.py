"""No text of a server, a file or an operator forges a line, moves a cursor, or has no end."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import SimrunsCommand

import simruns
from simruns.core.lines import LONGEST, in_line

FORGED = "FORGED by a server"
HOSTILE = (
    f"a\nsimruns: {FORGED}\r\n{FORGED}\x1b[2J\x1b]0;title\x07\x9b31m\x7f\x00\x85\u2028\u2029"
    "\u202e\u2066\u200f\u061c\ud83d tab\there " + "long " * 2000
)
GIVEN = re.sub("[\0/\ud83d]", "", HOSTILE)[:90]
"""What an operator can give, as a reference or as a path."""
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def a_run(number: int) -> dict[str, Any]:
    odd = f"{number}{HOSTILE}"
    return {
        "id": odd,
        "sequence": number,
        "projectReference": odd,
        "simulationReference": HOSTILE,
        "simulationRunBatchReference": HOSTILE,
        "endPointType": odd,
        "createdAt": 1718000000000,
        "duration": 1,
        "expiresAt": odd,
        "turns": [{"id": odd, "sequence": 1, "text": odd, "data": {"role": odd, odd: odd}}],
        "successCriteria": [{"type": odd, "params": {"name": odd, "text": odd}}],
        "metrics": {
            "success": False,
            "status": odd,
            "sentiment": odd,
            "summary": odd,
            "results": [{"name": odd, "success": False, "reason": odd}],
            "errorInfo": {"category": odd, "message": odd, "technicalDetails": odd},
        },
        odd: odd,
    }


PAGE = json.dumps(
    {
        "data": [a_run(number) for number in range(3)],
        "pagination": {"limit": 100, "skip": 0, "total": 3, "hasNext": False, "hasPrevious": False},
    }
).encode()
ERROR = json.dumps(dict.fromkeys(("message", "code", "field", "traceId"), HOSTILE)).encode()


class _Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 200

    def do_GET(self) -> None:
        good = self.status == 200 and urlsplit(self.path).path.endswith("/runs")
        status, body = (200, PAGE) if good else (404 if self.status == 200 else self.status, ERROR)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def hostile() -> Iterator[tuple[type[_Hostile], str]]:
    handler = type("Handler", (_Hostile,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def check(told: str, *, one_line: bool = False, longest: int = LONGEST) -> None:
    assert not OBEYED.search(told), OBEYED.search(told)
    assert FORGED not in {
        line.strip().removeprefix("simruns: ")[: len(FORGED)] for line in told.split("\n")
    }
    assert max(map(len, told.split("\n"))) <= longest + 200
    assert not one_line or "\n" not in told.strip("\n")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_text_of_an_object_is_visible_and_bounded(hostile: tuple[Any, str]) -> None:
    with simruns.Client(hostile[1], project="p", api_key="key-of-a-test") as client:
        runs = client.batch(scenario="s", batch="b").read()
        (run, *_) = runs
        for thing in (run, run.turns[0], run.criteria[0], run.issues[0], runs.completeness):
            check(repr(thing), one_line=True, longest=800)
        check(repr(runs))
        check(repr(client.batch(scenario=GIVEN, batch=GIVEN)), longest=800)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_error_and_its_log_are_lines(
    hostile: tuple[Any, str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, logger="simruns")
    handler, url = hostile
    with simruns.Client(url, project="p", api_key="key-of-a-test", max_attempts=1) as client:
        batch = client.batch(scenario="s", batch="b")
        for status, how in ((200, {"strict": True}), (400, {}), (500, {}), (302, {})):
            handler.status = status
            with pytest.raises(simruns.RequestError) as got:
                batch.read(**how)  # type: ignore[arg-type]
            for told in (str(got.value), got.value.message, *map(str, got.value.args)):
                check(told, one_line=True, longest=1200)
            for record in caplog.records:
                check(record.getMessage(), one_line=True, longest=1500)
    for call in (
        lambda: simruns.open(tmp_path / GIVEN),
        lambda: simruns.Client(GIVEN, api_key="k"),
        lambda: simruns.Client("http://h", api_key="k", ca_file=GIVEN),
        lambda: simruns.Client("http://h", api_key="k").batch(of=GIVEN),
        lambda: simruns.Client("http://h", api_key="k").batches([GIVEN]),
    ):
        with pytest.raises((simruns.Error, TypeError, OSError)) as wrong:
            call()
        if isinstance(wrong.value, simruns.Error):
            check(str(wrong.value), one_line=True)


@pytest.mark.parametrize(
    "command",
    [
        "export -o out.csv", "export -o out.parquet", "show", "show --json", "summary",
        "summary --json", "summary --csv", "follow --count 3 --deadline 20", "doctor",
        "archive -o archive", "list", "gate --min-success 0.9", "compare", "plan",
        "report -o report.md",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_command_prints_no_line_of_a_server(
    command: str, status: int, hostile: tuple[Any, str], run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    handler, url = hostile
    handler.status = status
    name, *more = command.split()
    for at, word in enumerate(more):
        if word.startswith(("out", "archive", "report")):
            more[at] = str(tmp_path / word)
    where = ["--base-url", url, "--project", "p"]
    if name != "list":
        where += ["--scenario", "s", "--batch", "b"]
    done = run_simruns(name, *where, *more, "-vv", SIMRUNS_API_KEY="key-of-a-test")
    check(done.stderr)
    if "--csv" not in more:  # which is data as it came; JSON escapes it, and keeps it whole
        longest = 10 * len(HOSTILE) if name == "follow" or "--json" in more else LONGEST
        check(done.stdout, longest=longest)


def test_serve_and_demo_print_no_line_of_a_file(
    start_simruns: Any, run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    data = tmp_path / "runs.jsonl"
    data.write_text("".join(json.dumps(a_run(number)) + "\n" for number in range(3)))
    served = start_simruns("serve", "--data", str(data))
    lines = [served.stdout.readline() for _ in range(4)]
    check("".join(lines))
    assert [line.split()[0] for line in lines] == ["listening", "api", "project", "scenario"]
    served.terminate()
    done = run_simruns("demo", "--data", data, "--out", tmp_path / "out")
    check(done.stdout)
    check(done.stderr)


def test_a_text_in_a_line_is_visible_whole_and_bounded() -> None:
    assert in_line("a\nb\r\nc\x1b[2J\x9b\x7f\u202e\u2028d\ud83d") == (
        "a\\nb\\nc\\x1b[2J\\x9b\\x7f\\u202e\\u2028d\\ud83d"
    )
    assert in_line("naïve 日本語 \t.") == "naïve 日本語 \t."
    assert in_line("a" * 20, 10) == "aaaaaaa..."
    assert len(in_line("a" * 10**6)) == LONGEST
    assert len(in_line("\x1b" * 10**6)) <= 4 * LONGEST
