"""Every run of a batch, as it comes."""

import simruns

with simruns.Simulator(scenarios=1, runs=250) as sim, sim.client() as client:
    scenario, batch = sim.pairs[0]
    stream = client.batch(scenario=scenario, batch=batch).runs()
    for run in stream:
        print(run.id, run.verdict, len(run.turns), "turns")
    print(stream.completeness)
