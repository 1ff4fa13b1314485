"""`simruns doctor`: each thing that can be wrong with the way to a server is told by name."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import pytest
from conftest import SimrunsCommand
from servers import ExactServer

import simruns

KEY = "key-that-nobody-may-see"
EMPTY = b'{"data":[],"pagination":{"limit":1,"skip":0,"total":0,"hasNext":false}}'


def lines_of(told: str) -> dict[str, str]:
    """The lines of a check, by what they are about; each begins with how it is."""
    out = {}
    for line in told.splitlines():
        mark, _, rest = line.partition(" ")
        what, _, result = rest.strip().partition(": ")
        out[what] = f"{mark} {result}"
    return out


def words(sim: simruns.Simulator, *, at: int | None = 0) -> list[str]:
    given = ["--base-url", sim.url, "--project", sim.project]
    if at is not None:
        given += ["--scenario", sim.pairs[at][0], "--batch", sim.pairs[at][1]]
    return given


@contextmanager
def exact(date: float | None, body: bytes = EMPTY) -> Iterator[str]:
    """A server whose clock is off by so many seconds; None: it tells no time."""

    class Dated(ExactServer):
        pass

    with Dated(body) as server:
        handler = server.RequestHandlerClass
        off = "" if date is None else formatdate(time.time() + date, usegmt=True)
        own = type("Own", (handler,), {"date_time_string": lambda self, timestamp=None: off})
        server.RequestHandlerClass = own  # type: ignore[assignment]
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def test_a_way_that_is_sound_is_told_step_by_step(
    call_simruns: SimrunsCommand, sim: simruns.Simulator
) -> None:
    done = call_simruns("doctor", *words(sim), SIMRUNS_API_KEY=sim.api_key)
    assert (done.returncode, done.stderr) == (0, "")
    told = lines_of(done.stdout)
    assert told["simruns"].startswith(f"ok {simruns.__version__}, Boost 1.")
    assert "OpenSSL " in told["simruns"]
    assert told["Python"].startswith("ok CPython 3.")
    assert told["base URL"] == f"ok {sim.url}, from --base-url"
    assert told["proxy"] == "ok none"
    assert told["name"] == told["connection"] == "ok good"
    assert told["response"].startswith("ok HTTP 200 after ")
    assert told["clock"].startswith("ok ")
    scenario, batch = sim.pairs[0]
    assert told["key"] == (
        "ok the one from SIMRUNS_API_KEY is accepted; "
        f"scenario {scenario}, batch {batch} has 250 runs"
    )
    assert sim.api_key not in done.stdout


def test_one_small_request_is_sent(
    call_simruns: SimrunsCommand, own_sim: simruns.Simulator
) -> None:
    call_simruns("doctor", *words(own_sim), SIMRUNS_API_KEY=own_sim.api_key)
    (request,) = own_sim.requests()
    assert "limit=1" in request["target"]


def test_a_wrong_key_is_told_and_not_shown(
    call_simruns: SimrunsCommand, sim: simruns.Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    for given, source, at in (
        ({"SIMRUNS_API_KEY": KEY}, "SIMRUNS_API_KEY", 0),
        ({"SIMRUNS_TOKEN": KEY}, "SIMRUNS_TOKEN", None),
        ({}, f"--api-key-file {file}", None),
    ):
        more = [] if given else ["--api-key-file", file]
        done = call_simruns("doctor", *words(sim, at=at), *more, **given)
        assert done.returncode == 1
        key = lines_of(done.stdout)["key"]
        assert key == f"FAILED the one from {source} is refused (HTTP 401); give one that is valid"
        assert lines_of(done.stdout)["response"].startswith("ok HTTP 401")
        assert KEY not in done.stdout + done.stderr


def test_a_key_without_rights_is_told_from_one_that_is_refused(
    call_simruns: SimrunsCommand, sim: simruns.Simulator
) -> None:
    given = words(sim)
    given[given.index(sim.project)] = "another-project"
    done = call_simruns("doctor", *given, SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 1
    key = lines_of(done.stdout)["key"]
    assert key.startswith("FAILED the one from SIMRUNS_API_KEY may not read scenario ")
    assert "(HTTP 403)" in key


def test_what_was_not_checked_is_said_with_what_to_give(
    call_simruns: SimrunsCommand, sim: simruns.Simulator
) -> None:
    done = call_simruns("doctor", *words(sim, at=None), SIMRUNS_API_KEY=sim.api_key)
    assert done.returncode == 0
    assert lines_of(done.stdout)["key"] == (
        "- the one from SIMRUNS_API_KEY is not refused; what it may read was not checked; "
        "give --scenario and --batch"
    )
    done = call_simruns("doctor", *words(sim))
    assert done.returncode == 0
    assert lines_of(done.stdout)["key"].startswith("- not checked, as there is none; set SIMRUNS_")
    assert lines_of(done.stdout)["connection"] == "ok good"


def test_without_a_key_none_is_sent(call_simruns: SimrunsCommand) -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            taken, _ = listener.accept()
            with taken:
                got.append(taken.recv(65536))
                taken.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=take)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        done = call_simruns("doctor", "--base-url", url)
        thread.join()
    assert done.returncode == 0
    assert b"x-api-key" not in got[0].lower()
    assert b"authorization" not in got[0].lower()


def test_nothing_configured_is_no_failure_and_says_what_is_lacking(
    call_simruns: SimrunsCommand,
) -> None:
    done = call_simruns("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    told = lines_of(done.stdout)
    assert told["base URL"] == "- none; set SIMRUNS_BASE_URL or give --base-url"
    assert told["server, clock, key"] == "- not checked, as there is no base URL"


@pytest.mark.parametrize(
    ("given", "environment", "said"),
    [
        ([], {"SIMRUNS_API_KEY": KEY, "SIMRUNS_TOKEN": KEY}, "both SIMRUNS_API_KEY and"),
        ([], {"SIMRUNS_API_KEY": f"{KEY} {KEY}"}, "SIMRUNS_API_KEY is not a text of ASCII"),
        (["--api-key-file", "nosuch"], {}, "cannot read the key file nosuch"),
        (["--base-url", f"http://u:{KEY}@h"], {}, "--base-url is not usable: it holds"),
        (["--ca-file", "nosuch", "--base-url", "https://h"], {}, "--ca-file is 'nosuch', which"),
        (["--proxy", f"ftp://u:{KEY}@h", "--base-url", "https://h"], {}, "--proxy: the proxy's"),
    ],
)
def test_a_configuration_of_no_use_is_exit_code_2(
    call_simruns: SimrunsCommand, given: list[str], environment: dict[str, str], said: str
) -> None:
    done = call_simruns("doctor", *given, **environment)
    assert done.returncode == 2, done.stdout
    assert lines_of(done.stdout)["configuration"].startswith(f"FAILED {said}")
    assert KEY not in done.stdout + done.stderr


def test_a_dead_port_ends_at_the_connection(call_simruns: SimrunsCommand) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        done = call_simruns("doctor", "--base-url", url, SIMRUNS_API_KEY=KEY)
    assert done.returncode == 1
    told = lines_of(done.stdout)
    assert told["name"] == "ok good"
    assert told["connection"].startswith("FAILED no connection to 127.0.0.1")
    assert "; are host and port of the base URL right" in told["connection"]
    assert told["response"] == "- not checked, as the connection failed"
    assert told["clock"] == "- not checked, as no response told the time"
    assert told["key"] == "- not checked, as there was no response"
    assert KEY not in done.stdout


def test_a_host_that_nobody_knows_ends_at_the_name(call_simruns: SimrunsCommand) -> None:
    url = "https://no-such-host.invalid"
    done = call_simruns("doctor", "--base-url", url, SIMRUNS_API_KEY=KEY)
    assert done.returncode == 1
    told = lines_of(done.stdout)
    assert told["name"].startswith("FAILED no address of host no-such-host.invalid")
    assert told["connection, TLS, response"] == "- not checked, as the name failed"


def test_a_certificate_that_is_not_trusted_ends_at_tls_and_says_what_to_do(
    call_simruns: SimrunsCommand,
) -> None:
    with simruns.Simulator(scenarios=1, runs=2, tls=True) as sim:
        key = {"SIMRUNS_API_KEY": sim.api_key}
        done = call_simruns("doctor", *words(sim), **key)
        assert done.returncode == 1
        told = lines_of(done.stdout)
        assert told["connection"] == "ok good"
        assert told["TLS"].startswith("FAILED the certificate of 127.0.0.1 is not trusted")
        assert "--ca-file" in told["TLS"]
        assert told["response"] == "- not checked, as the TLS failed"
        done = call_simruns("doctor", *words(sim), "--ca-file", sim.ca_file, **key)
        assert done.returncode == 0, done.stdout
        told = lines_of(done.stdout)
        assert told["TLS"] == "ok good"
        assert told["TLS trust"] == f"ok {sim.ca_file}, from --ca-file"
        assert told["key"].startswith("ok ")
        trusted = call_simruns("doctor", *words(sim), SSL_CERT_FILE=sim.ca_file, **key)
        assert lines_of(trusted.stdout)["TLS trust"].startswith(f"ok {sim.ca_file}")
        assert trusted.returncode == 0


def test_authorities_that_nobody_has_are_a_failure(
    call_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").touch()
    done = call_simruns(
        "doctor", SSL_CERT_FILE=str(tmp_path / "empty.pem"), SSL_CERT_DIR=str(tmp_path)
    )
    assert done.returncode == 1
    assert lines_of(done.stdout)["TLS trust"] == (
        "FAILED no authorities on this machine; install ca-certificates, or give --ca-file"
    )


@pytest.mark.parametrize(("off", "said"), [(3600.0, "behind"), (-7200.0, "ahead of")])
def test_clocks_that_differ_are_told(call_simruns: SimrunsCommand, off: float, said: str) -> None:
    with exact(off) as url:
        done = call_simruns(
            "doctor", "--base-url", url, "--project", "p", "--scenario", "s", "--batch", "b",
            SIMRUNS_API_KEY=KEY,
        )  # fmt: skip
    assert done.returncode == 1
    clock = lines_of(done.stdout)["clock"]
    assert clock.startswith("FAILED ")
    seconds = int(clock.split()[1].replace(",", ""))
    assert abs(seconds - abs(off)) < 30
    assert f" s {said} that of the server; compare both with a third" in clock
    assert "no runs; are the references right?" in lines_of(done.stdout)["key"]


def test_a_server_that_tells_no_time_is_no_failure(call_simruns: SimrunsCommand) -> None:
    with exact(None) as url:
        done = call_simruns("doctor", "--base-url", url, SIMRUNS_API_KEY=KEY)
    assert done.returncode == 0, done.stdout
    assert lines_of(done.stdout)["clock"] == "- not checked, as no response told the time"


def test_what_is_no_endpoint_is_told_as_a_response_of_no_use(
    call_simruns: SimrunsCommand,
) -> None:
    with exact(0, b"<html>") as url:
        done = call_simruns("doctor", "--base-url", url, SIMRUNS_API_KEY=KEY)
    assert done.returncode == 1
    response = lines_of(done.stdout)["response"]
    assert response.startswith("FAILED the response is a web page, not the API's; is the base URL")


def test_the_proxy_in_force_is_shown_without_its_password(
    call_simruns: SimrunsCommand, sim: simruns.Simulator
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        proxy = f"http://user:{KEY}@127.0.0.1:{port}"
        done = call_simruns("doctor", *words(sim), "--proxy", proxy, SIMRUNS_API_KEY=sim.api_key)
        assert done.returncode == 1
        told = lines_of(done.stdout)
        assert told["proxy"] == f"ok http://***@127.0.0.1:{port}, from --proxy"
        assert told["connection"].startswith(
            f"FAILED no connection to the proxy 127.0.0.1 port {port} ["
        )
        assert told["connection"].endswith("]; is the proxy the right one, and is it up?")
        assert KEY not in done.stdout + done.stderr
        done = call_simruns(
            "doctor", "--base-url", sim.url, SIMRUNS_API_KEY=sim.api_key, http_proxy=proxy,
            no_proxy="",
        )  # fmt: skip
        assert done.returncode == 0
        assert lines_of(done.stdout)["proxy"] == (
            f"- none; the environment names http://***@127.0.0.1:{port}, "
            "which commands do not heed; give --proxy"
        )
        assert KEY not in done.stdout + done.stderr
        wrong = call_simruns("doctor", http_proxy=f"ftp://u:{KEY}@h", https_proxy=f"ftp://{KEY}@h")
        assert wrong.returncode == 0
        assert KEY not in wrong.stdout + wrong.stderr


def test_a_library_that_is_not_installed_comes_with_the_command_that_installs_it(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Hides:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'polars':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hides())\n"
    )
    done = run_simruns("doctor", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert lines_of(done.stdout)["polars"] == (
        "- not installed; pip install 'simruns[polars]' brings it"
    )
