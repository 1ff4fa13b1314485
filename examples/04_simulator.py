"""A server that goes wrong as told, and whose runs come and settle as its clock is stepped."""

import simruns

faults = simruns.Faults(seed=7)
faults.add(page=2, times=1, status=503, retry_after=2)
faults.add(chance=0.1, delay={"uniform": [0.001, 0.01]})

with simruns.Simulator(scenarios=1, runs=250, faults=faults) as sim, sim.client() as client:
    print(len(client.batches(sim.pairs).read()), "runs, as the client asks again after two seconds")
    print([(request["status"], request["faulty"]) for request in sim.requests()])

live = {"appear_every": 10, "settle_after": [5, 60]}
with simruns.Simulator(scenarios=1, runs=20, live=live, speed=0) as sim, sim.client() as client:
    for _ in range(3):
        runs = client.batches(sim.pairs).read()
        print(sim.clock.now, [run.verdict for run in runs])
        sim.clock.advance(30)
