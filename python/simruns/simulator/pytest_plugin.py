"""A pytest plugin that gives a test a Simulator of its own.

    @pytest.mark.simruns(scenarios=2, runs=10, faults=[{"page": 2, "status": 503}])
    def test_mine(simruns_simulator):
        fetch(simruns_simulator.url, simruns_simulator.api_key)

The marker takes the arguments of `simruns.Simulator`. The plugin is loaded in every run of pytest
where simruns is installed, so it imports the rest of simruns only when the fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simruns.simulator.simulator import Simulator


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "simruns(**arguments): the arguments of the Simulator `simruns_simulator`"
    )


@pytest.fixture
def simruns_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """A Simulator of this test's own, set up by the marker `simruns` and closed after the test."""
    from simruns.simulator.simulator import Simulator

    arguments: dict[str, object] = {}
    for marker in reversed(list(request.node.iter_markers("simruns"))):  # the nearest counts most
        if marker.args:
            raise pytest.UsageError("the marker simruns takes the arguments of Simulator by name")
        arguments.update(marker.kwargs)
    with Simulator(**arguments) as simulator:  # type: ignore[arg-type]
        yield simulator
