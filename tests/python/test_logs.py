"""What `logging` is told of the requests, and what it is never told."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import subprocess
import sys
import textwrap

import pytest

import simruns

KEY = "key-that-nobody-may-see"


def faulty(*rules: dict[str, object]) -> simruns.Simulator:
    return simruns.Simulator(scenarios=1, runs=5, api_key=KEY, faults=list(rules) or None)


def read(sim: simruns.Simulator, **options: object) -> None:
    key = sim.batches()[0]
    with simruns.Client(
        sim.url,
        project=key.project,
        api_key=KEY,
        backoff_base=0,
        **options,  # type: ignore[arg-type]
    ) as client:
        client.batch(scenario=key.scenario, batch=key.batch).read(witness=False)


def test_debug_has_each_attempt_and_response_and_info_only_what_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for level, events in (
        (logging.DEBUG, ["started", "answered", "will_retry", "started", "answered"]),
        (logging.INFO, ["will_retry"]),
        (logging.WARNING, []),
    ):
        caplog.clear()
        with faulty({"requests": 1, "status": 503}) as sim, caplog.at_level(level, "simruns"):
            read(sim)
        records = [record for record in caplog.records if record.name == "simruns"]
        assert [record.simruns["event"] for record in records] == events  # type: ignore[attr-defined]
    assert not caplog.text


def test_a_record_says_what_happened_in_words_and_in_parts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "simruns")
    with faulty({"status": 503}) as sim, pytest.raises(simruns.RequestError):
        read(sim, max_attempts=2)
    started, answered, again, *_, last = caplog.records
    assert "GET /" in started.message
    assert started.message.endswith(": attempt 1")
    assert "HTTP 503" in answered.message
    assert "; attempt 2 in 0 s" in again.message
    assert ": gave up: HTTP 503 after 2 attempts" in last.message
    assert again.levelno == last.levelno == logging.INFO
    parts = answered.simruns  # type: ignore[attr-defined]
    assert (parts["status"], parts["attempt"], parts["method"]) == (503, 1, "GET")
    assert parts["bytes"] > 0
    assert parts["trace_id"]


def test_no_credential_is_in_any_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1, "simruns")
    no = {"status": 500, "body": "no: " + KEY}
    with faulty(no) as sim, pytest.raises(simruns.RequestError) as caught:
        read(sim, max_attempts=3)
    assert len(caplog.records) == 9
    shown = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert KEY not in shown + repr(caught.value) + str(caught.value.__dict__)


def test_awaited_requests_are_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    async def walk(sim: simruns.Simulator) -> int:
        key = sim.batches()[0]
        async with simruns.AsyncClient(sim.url, project=key.project, api_key=KEY) as client:
            batch = client.batch(scenario=key.scenario, batch=key.batch)
            return len([run async for run in batch.runs()])

    with faulty() as sim, caplog.at_level(logging.DEBUG, "simruns"):
        assert asyncio.run(walk(sim)) == 5
    assert [record.simruns["event"] for record in caplog.records] == ["started", "answered"]  # type: ignore[attr-defined]


def test_a_pause_is_logged_while_it_lasts_and_a_process_ends_with_one_under_way() -> None:
    program = """
        import logging, sys, threading, simruns
        seen = threading.Event()
        class Handler(logging.Handler):
            def emit(self, record):
                if record.simruns["event"] == "will_retry":
                    seen.set()
        logging.getLogger("simruns").addHandler(Handler())
        logging.getLogger("simruns").setLevel(logging.DEBUG)
        sim = simruns.Simulator(scenarios=1, runs=5, faults=[{"status": 503}])
        sim.__enter__()
        key = sim.batches()[0]
        client = sim.client(backoff_base=600, backoff_cap=600, operation_timeout=0)
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        threading.Thread(target=lambda: list(batch.runs()), daemon=True).start()
        assert seen.wait(30)
        print("seen")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "seen\n"), done.stderr


class Raising(logging.Handler):
    """A handler that raises, which logging passes on to who logs."""

    def __init__(self) -> None:
        super().__init__()
        self.records = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.records += 1
        raise RuntimeError("a handler that raises")


def refusing(record: logging.LogRecord) -> bool:
    raise RuntimeError("a filter that raises")


def test_a_handler_that_raises_fails_no_request_and_gets_every_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger, handler = logging.getLogger("simruns"), Raising()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with faulty({"requests": 1, "status": 503}) as sim:
            for read_some in (read, lambda sim: asyncio.run(awaited(sim))):
                handler.records = 0
                read_some(sim)
                assert handler.records >= 2
                assert capsys.readouterr().err.count("a handler that raises") >= handler.records
            logger.addFilter(refusing)
            read(sim)
            logger.removeFilter(refusing)
            assert "a filter that raises" in capsys.readouterr().err
            handler.records = 0
            read(sim)
            assert handler.records == 2
    finally:
        logger.removeHandler(handler)
        logger.removeFilter(refusing)
        logger.setLevel(logging.NOTSET)


async def awaited(sim: simruns.Simulator) -> int:
    key = sim.batches()[0]
    async with simruns.AsyncClient(
        sim.url, project=key.project, api_key=KEY, backoff_base=0
    ) as client:
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        return len([run async for run in batch.runs()])


def test_ctrl_c_in_a_handler_ends_the_request(slow_sim: simruns.Simulator) -> None:
    class Interrupting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    logger, handler = logging.getLogger("simruns"), Interrupting()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with slow_sim.client() as client, pytest.raises(KeyboardInterrupt):
            client.batches(slow_sim.pairs).read()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


async def test_a_pause_is_logged_while_a_task_waits_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "simruns")
    with faulty({"status": 503}) as sim:
        key = sim.batches()[0]
        async with simruns.AsyncClient(
            sim.url, project=key.project, api_key=KEY, backoff_base=600, backoff_cap=600,
            operation_timeout=0,
        ) as client:  # fmt: skip
            batch = client.batch(scenario=key.scenario, batch=key.batch)
            reading = asyncio.ensure_future(batch.read())
            while not any("attempt 2 in" in record.message for record in caplog.records):
                assert not reading.done()
                await asyncio.sleep(0.001)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading


def test_a_child_of_fork_logs_although_a_thread_of_its_parent_was_logging() -> None:
    program = """
        import logging, os, sys, threading, simruns
        inside, leave = threading.Event(), threading.Event()
        class NoLock:
            def acquire(self, *_): pass
            release = __enter__ = __exit__ = acquire
        class Handler(logging.Handler):
            def createLock(self):
                self.lock = NoLock()
            def emit(self, record):
                if os.getpid() == parent:
                    inside.set()
                    leave.wait()
                else:
                    os.write(1, b"logged\\n")
        parent = os.getpid()
        logger = logging.getLogger("simruns")
        logger.addHandler(Handler())
        logger.setLevel(logging.DEBUG)
        sim = simruns.Simulator(scenarios=1, runs=5)
        def read():
            with sim.client() as client:
                client.batches(sim.pairs).read(witness=False)
        thread = threading.Thread(target=read)
        thread.start()
        inside.wait()
        child = os.fork()
        if child == 0:
            read()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        leave.set()
        thread.join()
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "logged\n" * 2), done.stderr


def test_nothing_is_printed_whatever_comes_of_a_request() -> None:
    """In a process of its own, whose `logging` nobody has set up."""
    program = """
        import simruns
        came = []

        def read(sim, url=None, **options):
            key = sim.batches()[0]
            options = {"api_key": sim.api_key, "backoff_base": 0, "max_attempts": 2, **options}
            try:
                with simruns.Client(url or sim.url, project=key.project, **options) as client:
                    client.batch(scenario=key.scenario, batch=key.batch).read(witness=False)
                came.append("read")
            except simruns.Error as error:
                came.append(error.kind)

        for fault in (None, {"status": 503}, {"truncate": 50}, {"reset": True}):
            with simruns.Simulator(scenarios=1, runs=5, faults=fault and [fault]) as sim:
                read(sim)
        with simruns.Simulator(scenarios=1, runs=5, latency_ms=600_000) as sim:
            read(sim, attempt_timeout=0.05)
        with simruns.Simulator(scenarios=1, runs=5) as sim:
            read(sim, url=sim.url.replace("http:", "https:"), max_attempts=1)
            read(sim, api_key="wrong")
        read(sim)
        assert len(came) == 8 and came[0] == "read" and came.count("read") == 1, came
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def printed_on_stderr(program: str, **environment: str) -> list[str]:
    """The lines that a process of its own writes there."""
    before = "import logging, sys, simruns; sim = simruns.Simulator(scenarios=1, runs=5)\n"
    done = subprocess.run(
        [sys.executable, "-c", before + textwrap.dedent(program)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return done.stderr.splitlines()


READ = """
with sim.client() as client:
    client.batches(sim.pairs).read(witness=False)
"""


def test_a_variable_has_the_log_written_to_stderr() -> None:
    sent, answered = printed_on_stderr(READ, SIMRUNS_LOG="debug")
    assert re.fullmatch(r"\d{4}-.* simruns DEBUG: GET /\S+: attempt 1", sent)
    assert ": HTTP 200, " in answered
    assert printed_on_stderr(READ, SIMRUNS_LOG="DEBUG") != []
    assert printed_on_stderr(READ, SIMRUNS_LOG="info") == []
    assert printed_on_stderr(READ, SIMRUNS_LOG="") == []
    fails = "sim = simruns.Simulator(scenarios=1, runs=5, faults=[{'requests': 1, 'status': 503}])"
    again = READ.replace("client()", "client(backoff_base=0)")
    (retry,) = printed_on_stderr(fails + again, SIMRUNS_LOG="info")
    assert " simruns INFO: GET /" in retry


def test_a_log_that_the_program_set_up_is_left_as_it_is() -> None:
    """And the root logger always is."""
    own = "logging.getLogger('simruns').addHandler(logging.NullHandler())"
    assert printed_on_stderr(own + READ, SIMRUNS_LOG="debug") == []
    untouched = READ + "assert not logging.root.handlers and logging.root.level == logging.WARNING"
    assert len(printed_on_stderr(untouched, SIMRUNS_LOG="debug")) == 2
    for set_up in ("logging.basicConfig(format='of the program: %(message)s')\n" + READ,
                   READ.replace("client.", "logging.basicConfig(); client.")):  # fmt: skip
        lines = printed_on_stderr(set_up, SIMRUNS_LOG="debug")
        assert len(lines) == 2, "each line is there once"
    assert printed_on_stderr("", SIMRUNS_LOG="debug") == []
    twice = READ + READ
    assert len(printed_on_stderr(twice, SIMRUNS_LOG="debug")) == 4


def test_a_word_that_says_nothing_of_a_log_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("1", "trace", "warning", "debug,info", " "):
        monkeypatch.setenv("SIMRUNS_LOG", word)
        for cls in (simruns.Client, simruns.AsyncClient):
            with pytest.raises(
                simruns.InvalidArgumentError, match=r"SIMRUNS_LOG is .*; give debug or info"
            ) as told:
                cls("http://127.0.0.1:9", api_key=KEY)
            assert told.value.field == "SIMRUNS_LOG"
