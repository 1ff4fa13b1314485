"""How good the agent is, where it fails, and whether it got better."""

import simruns

with simruns.Simulator(scenarios=12, batches=2, runs=40) as sim, sim.client() as client:
    pairs = sim.pairs
    old = client.batches(pairs[0::2]).read()
    new = client.batches(pairs[1::2]).read()

print(simruns.summarize(new))
print(simruns.compare(old, new))
for one in simruns.failures(new).read_first[:2]:
    print(new[one.run].transcript())
