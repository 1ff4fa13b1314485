"""A Simulator and clients of it, and the files that only some machines have."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
from hypothesis import settings
from responses import Response, problems

import simruns
from simruns import _core
from simruns.cli import main

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = ROOT.parent / "shared" / "data" / "tau-airline-gpt-4o.runs.jsonl"

BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip

SimrunsCommand = Callable[..., subprocess.CompletedProcess[str]]


KEPT = re.compile(
    "PATH|HOME|TMPDIR|LANG|LANGUAGE|LC_.*|LD_.*|DYLD_.*|OPENBLAS_.*|COVERAGE_.*|PYTEST_(?!ADDOPTS).*|"
    "PYTHONPATH|PYTHONDONTWRITEBYTECODE|SIMRUNS_BUILD_DIR"
)
"""The environment variables that a test may meet: none of them changes what we print or ask for."""


def pytest_configure() -> None:
    """Makes the tests the same however they are started: from a terminal, by nohup, by a service.

    A signal that the parent ignores or blocks is ignored in every child, and tests send signals.
    """
    for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
        del os.environ[name]
    settings.register_profile("any machine", settings(), deadline=None)  # a busy one, too
    settings.load_profile("any machine")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # Python ignores these
        if signal.getsignal(number) is signal.SIG_IGN:
            own = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, own)


class _Watch:
    """Every Simulator that the tests of this process make, and how it responded."""

    def __init__(self) -> None:
        self.fresh: list[_core.Simulator] = []
        self.older: WeakSet[_core.Simulator] = WeakSet()

    def made(self, simulator: _core.Simulator) -> _core.Simulator:
        self.fresh.append(simulator)
        return simulator

    def take(self) -> list[Response]:
        everyone = [*self.fresh, *self.older]
        responses = [Response(*response) for one in everyone for response in one.take_responses()]
        self.older.update(self.fresh)
        self.fresh.clear()
        return responses


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser without a window; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine: scripts/bootstrap.sh test installs it")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _watch() -> Iterator[_Watch]:
    watch = _Watch()
    plain = partial(_core.Simulator, keep_responses=1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_core, "Simulator", lambda **arguments: watch.made(plain(**arguments)))
        yield watch


@pytest.fixture
def kept_responses() -> list[Response]:
    """Responses that a test took for itself, which are looked at all the same."""
    return []


@pytest.fixture(autouse=True)
def _as_the_contract_has_it(
    request: pytest.FixtureRequest, _watch: _Watch, kept_responses: list[Response]
) -> Iterator[None]:
    """Every response without a fault that a Simulator gave in a test is one of the contract's,
    unless the test, marked `odd_data`, let it serve runs that are none.
    """
    yield
    if request.node.get_closest_marker("odd_data"):
        _watch.take()
        return
    wrong = [
        problem for response in [*kept_responses, *_watch.take()] for problem in problems(response)
    ]
    assert not wrong, "\n".join(wrong[:20])


@pytest.fixture(scope="session")
def sim() -> Iterator[simruns.Simulator]:
    """3 batches of 250 runs: three pages each. Tests only read from it."""
    with simruns.Simulator(seed=11, scenarios=3, runs=250) as server:
        yield server


@pytest.fixture
def client(sim: simruns.Simulator) -> Iterator[simruns.Client]:
    with sim.client() as made:
        yield made


@pytest.fixture
def batch(sim: simruns.Simulator, client: simruns.Client) -> simruns.Batch:
    key = sim.batches()[0]
    return client.batch(scenario=key.scenario, batch=key.batch)


@pytest.fixture
def own_sim() -> Iterator[simruns.Simulator]:
    """One of the test's own, whose request log holds nothing else."""
    with simruns.Simulator(seed=12, scenarios=2, runs=250) as server:
        yield server


@pytest.fixture
def slow_sim() -> Iterator[simruns.Simulator]:
    """A Simulator that responds after ten minutes."""
    with simruns.Simulator(seed=13, scenarios=2, runs=3, latency_ms=600_000) as server:
        yield server


@pytest.fixture(scope="session")
def real_data() -> Path:
    if not REAL_DATA.is_file():
        pytest.skip(f"the real runs are not on this machine: {REAL_DATA}")
    return REAL_DATA


@pytest.fixture
def run_simruns() -> SimrunsCommand:
    """Runs the command line in a process of its own."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "simruns", *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "80", **environment},
            timeout=110,
            check=False,
        )

    return run


@pytest.fixture
def call_simruns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> SimrunsCommand:
    """Runs the command line in this process: for commands that end before they read or serve.

    Such a one takes a process of its own some hundred times as long to start as to run.
    """

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        words = ["simruns", *map(str, arguments)]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", words)
            for name, value in {"COLUMNS": "80", **environment}.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        told = capsys.readouterr()
        return subprocess.CompletedProcess(words, int(ended.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def start_simruns() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command line; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "simruns", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def _interrupted(after: float) -> Iterator[None]:
    """Ctrl-C in the main thread after so many seconds, by the system's own clock."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def interrupted() -> Callable[[float], object]:
    return _interrupted
