"""Many batches, held, as tables."""

import simruns

with simruns.Simulator(scenarios=5, runs=100) as sim, sim.client() as client:
    runs = client.batches(sim.pairs).read()

print(runs.completeness)
frame = runs.to_pandas()
print(frame.groupby("scenario", observed=True)["success"].mean())
print(runs.turns.to_polars().head())
