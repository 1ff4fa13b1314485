"""Many batches, held, as tables."""

import simruns

with simruns.Simulator(scenarios=5, runs=100) as sim, sim.client() as client:
    runs = client.batches(sim.pairs).read()

print(runs.completeness)
frame = runs.to_pandas()
settled = frame[frame["verdict"].isin(["success", "failure", "agent_error"])]
success = settled["verdict"] == "success"
print(success.groupby(settled["scenario"], observed=True).mean().rename("success rate"))
print(runs.turns.to_polars().head())
