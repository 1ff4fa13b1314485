"""A Simulator among clients, files and limits that mean harm: each is refused by name."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import simruns

BODY = "3\r\nabc\r\n0\r\n\r\n"


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)


def responses(sim: simruns.Simulator, sent: str) -> tuple[list[int], bytes]:
    """Gives the status of each response to these bytes, and all that came."""
    came = b""
    with connected(sim.url) as connection:
        connection.sendall(sent.encode())
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            came += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", came)], came


def request_of(*fields: str, version: str = "1.1", body: str = "") -> str:
    head = [f"GET /testing/beta/health HTTP/{version}", *fields]
    return "\r\n".join(head) + "\r\n\r\n" + body


SMUGGLED = request_of("Host: x")
CODINGS = [
    ["gzip"], ["gzip, chunked"], ["chunked, chunked"], ["chunked", "chunked"], ["x"],
    ["identity"], ["chunked, gzip"], ["gzip", "chunked"],
]  # fmt: skip


@pytest.mark.odd_data  # the contract has no 501
@pytest.mark.parametrize("codings", CODINGS)
def test_a_transfer_coding_that_is_unknown_is_501_and_its_body_no_request(
    sim: simruns.Simulator, codings: list[str]
) -> None:
    fields = [f"Transfer-Encoding: {coding}" for coding in codings]
    statuses, came = responses(sim, request_of("Host: x", *fields, body=SMUGGLED + BODY))
    assert statuses in ([501], [400])  # what cannot be read as chunks either is 400
    if codings in (["gzip"], ["x"], ["identity"]):
        assert statuses == [501]
        assert b"Transfer-Encoding" in came


def test_a_body_in_chunks_is_understood(sim: simruns.Simulator) -> None:
    chunked = request_of("Host: x", "Transfer-Encoding: Chunked", body=BODY)
    statuses, _ = responses(sim, chunked + SMUGGLED)
    assert statuses == [404, 404]


@pytest.mark.parametrize("fields", [[], ["Host: a", "Host: a"], ["Host: a", "Host: b"]])
def test_a_request_without_a_host_or_with_two_is_400(
    sim: simruns.Simulator, fields: list[str]
) -> None:
    statuses, came = responses(sim, request_of(*fields) + SMUGGLED)
    assert statuses == [400]
    assert b"Host" in came


def test_a_request_of_http_1_0_may_have_no_host(sim: simruns.Simulator) -> None:
    statuses, _ = responses(sim, request_of(version="1.0"))
    assert statuses == [404]


UPWARDS = [
    "/../admin", "/a/../../admin", "/%2e%2e/admin", "/%2E./admin", "/.%2e/admin", "/..%2fadmin",
    "/..%5cadmin", "/..\\admin", "/%252e%252e/admin", "/%25252e%252e/admin", "/..;x=1/admin", "/..",
    "/..?q=1", "/%2e%2e%2fadmin", "/%252e%252e%252fadmin", "/..%3bx/admin", "/%zz/admin",
]  # fmt: skip


@pytest.fixture(scope="module")
def recorder(sim: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("recorded") / "runs.jsonl"
    with simruns.Simulator(upstream=sim.url, record=path) as made:
        yield made


@pytest.mark.parametrize("path", UPWARDS)
def test_a_recording_simulator_passes_on_nothing_that_leads_out_of_its_prefix(
    sim: simruns.Simulator, recorder: simruns.Simulator, path: str
) -> None:
    before = len(sim.requests())
    prefix = urlsplit(recorder.url).path
    for target in (f"{prefix}{path}", f"http://elsewhere{prefix}{path}"):
        sent = f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"
        statuses, came = responses(recorder, sent)
        assert statuses == [404]
        assert f"only what is below {prefix}/ is passed on".encode() in came
    assert len(sim.requests()) == before


@pytest.mark.parametrize("path", ["/a..b", "/...", "/100%25", "/%252e", "/a?b=../c", "/%2f", "/."])
def test_a_recording_simulator_passes_on_what_only_looks_so(
    sim: simruns.Simulator, recorder: simruns.Simulator, path: str
) -> None:
    target = urlsplit(recorder.url).path + path
    before = len(sim.requests())
    responses(recorder, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [request["target"] for request in sim.requests()[before:]] == [target]


LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
)
MERGES = "\n".join(
    ["a0: &a0 {x: 1}"]
    + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)]
)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAUGHS, "more than 100,000 values"),
        (MERGES, "more than 100,000 values"),
        ("faults: &a [*a]", "stands within what it is for"),
        ("faults: []\nfaults: []", "the key 'faults' is there twice"),
        ("faults: [{status: 503, status: 200}]", "the key 'status' is there twice"),
        ("faults: " + "[" * 100_000, "nested too deeply"),
        ("faults: " + "[x, " * 60_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("use", ["faults", "live"])
def test_a_script_of_yaml_that_grows_or_says_a_thing_twice_is_refused(
    tmp_path: Path, text: str, message: str, use: str
) -> None:
    pytest.importorskip("yaml")
    (tmp_path / "script.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(simruns.Error, match=re.escape(message)) as caught:
        simruns.Simulator(runs=1, **{use: tmp_path / "script.yaml"})  # type: ignore[arg-type]
    assert str(tmp_path / "script.yaml") in str(caught.value)


def test_a_script_of_yaml_may_have_aliases_and_merges(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    text = "faults:\n- &a {requests: 1, status: 503}\n- {<<: *a, requests: 2}\n- *a\n"
    (tmp_path / "script.yaml").write_text(text, encoding="utf-8")
    with simruns.Simulator(runs=1, faults=tmp_path / "script.yaml") as sim:
        assert sim.pairs


LIMITED = """
import os, resource, sys
import simruns
sim = simruns.Simulator(runs=1)
all_is_imported = simruns.Client, simruns.Error

def without_files(free):
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    held = []
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for _ in range(free):
        os.close(held.pop())
    return held

def without_threads():
    if os.getuid() == 0:
        os.setgid(65534), os.setuid(65534)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))

held = without_threads() if sys.argv[2] == "threads" else without_files(int(sys.argv[2]))
try:
    if sys.argv[1] == "Simulator":
        simruns.Simulator(runs=1, tls=True).ca_file
    else:
        client = simruns.Client(sim.url, project=sim.project, api_key=sim.api_key, max_attempts=1)
        client.batch(scenario="s", batch="b").head(1)
    print("made")
except simruns.Error as error:
    print("Error", error)
except BaseException as error:
    print("RAW", type(error), error)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("left", ["threads", *map(str, range(7))])
@pytest.mark.parametrize("made", ["Simulator", "Client"])
def test_files_and_threads_that_run_out_are_errors_that_say_so(made: str, left: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, made, left], capture_output=True, text=True, timeout=60
    )
    if left in ("0", "1", "threads"):
        reason = "Resource temporarily unavailable" if left == "threads" else "Too many open files"
        assert re.match(f"Error .*{reason}", done.stdout)
    else:
        assert done.stdout.startswith(("Error ", "made"))
