"""The runs of a live batch, each once, as they settle; one of them expires before it does."""

import simruns

live = {"appear_every": 1, "settle_after": [2, 20]}
with simruns.Simulator(seed=7, scenarios=1, runs=20) as sim, sim.client() as client:
    (first, *_) = client.batches(sim.pairs).read()
    live["runs"] = {first.id: {"appears": 0, "settles": 90, "expires": 60}}

with simruns.Simulator(seed=7, scenarios=1, runs=20, live=live, speed=20) as sim:
    (key,) = sim.batches()
    with sim.client() as client:
        batch = client.batch(scenario=key.scenario, batch=key.batch)
        with batch.follow(interval=0.1, count=20, deadline=60) as runs:
            for run in runs:
                print(f"{run.sequence:3} {run.verdict:10} {runs.status.pending} pending")
        for lost in runs.lost:
            print(f"{lost.sequence:3} lost: {lost.why}")
        print(runs.status)
