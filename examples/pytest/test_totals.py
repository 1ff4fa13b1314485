"""Code of yours that reads the endpoint, and its tests."""

import json
import urllib.error
import urllib.request

import pytest


def total(base_url, project, scenario, batch, api_key):
    url = f"{base_url}/simulations/{scenario}/batches/{batch}/runs?projectId={project}&limit=1"
    request = urllib.request.Request(url, headers={"X-API-Key": api_key})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["pagination"]["total"]


# [extract]
@pytest.mark.simruns(scenarios=1, runs=30, faults=[{"requests": 1, "status": 500}])
def test_a_failure_is_no_total(simruns_simulator):
    where = (simruns_simulator.url, *simruns_simulator.batches()[0])
    with pytest.raises(urllib.error.HTTPError) as failed:
        total(*where, simruns_simulator.api_key)
    failed.value.close()
    assert total(*where, simruns_simulator.api_key) == 30
    assert [request["status"] for request in simruns_simulator.requests()] == [500, 200]


# [/extract]
