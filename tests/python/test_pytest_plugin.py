"""The fixture `simruns_simulator`, in suites of other people."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(pytester: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    return pytester.runpytest_inprocess(*arguments)


def test_a_test_gets_a_simulator_that_is_set_up_by_its_marker(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import urllib.error, urllib.request
        import pytest

        def fetch(sim, key):
            path = f"/simulations/{key.scenario}/batches/{key.batch}/runs?projectId={key.project}"
            request = urllib.request.Request(sim.url + path, headers={"X-API-Key": sim.api_key})
            with urllib.request.urlopen(request) as response:
                return response.status

        @pytest.mark.simruns(scenarios=2, runs=10, faults=[{"requests": 1, "status": 503}])
        def test_one(simruns_simulator):
            assert len(simruns_simulator.batches()) == 2
            with pytest.raises(urllib.error.HTTPError) as refused:
                fetch(simruns_simulator, simruns_simulator.batches()[0])
            assert refused.value.code == 503
            refused.value.close()
            assert fetch(simruns_simulator, simruns_simulator.batches()[0]) == 200
            assert len(simruns_simulator.requests()) == 2

        def test_two(simruns_simulator):
            assert len(simruns_simulator.batches()) == 3
            assert simruns_simulator.requests() == []
        """,
    )
    done.assert_outcomes(passed=2)


def test_the_nearest_marker_counts_most_and_adds_to_the_others(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.simruns(scenarios=2, api_key="of-the-module")

        @pytest.mark.simruns(scenarios=1)
        def test_one(simruns_simulator):
            assert len(simruns_simulator.batches()) == 1
            assert simruns_simulator.api_key == "of-the-module"
        """,
        "--strict-markers",
    )
    done.assert_outcomes(passed=1)


def test_the_simulator_is_closed_behind_its_test(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import socket
        from urllib.parse import urlsplit
        import pytest

        seen = []

        def test_one(simruns_simulator):
            seen.append(urlsplit(simruns_simulator.url))

        def test_two():
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((seen[0].hostname, seen[0].port))
        """,
    )
    done.assert_outcomes(passed=2)


def test_a_marker_with_a_mistake_is_an_error_that_says_so(pytester: pytest.Pytester) -> None:
    done = run(
        pytester,
        """
        import pytest

        @pytest.mark.simruns(2)
        def test_one(simruns_simulator): pass

        @pytest.mark.simruns(runs=0)
        def test_two(simruns_simulator): pass
        """,
    )
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines(["*takes the arguments of Simulator by name*", "*runs is 0; give*"])


def test_the_marker_is_told_by_pytest(pytester: pytest.Pytester) -> None:
    done = run(pytester, "", "--markers")
    done.stdout.fnmatch_lines(["@pytest.mark.simruns(*"])


def test_a_run_of_pytest_that_uses_none_of_it_does_not_load_the_core() -> None:
    code = """
import sys, simruns.simulator.pytest_plugin
loaded = sorted(name for name in sys.modules if name.startswith("simruns"))
assert loaded == ["simruns", "simruns.simulator", "simruns.simulator.pytest_plugin"], loaded
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
