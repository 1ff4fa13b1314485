# %% [markdown]
# # A first look
#
# A *batch* is many simulated conversations between your agent and a simulated customer. Each of them
# is a *run*. This notebook reads a batch, looks at one run, and ends with a table.
#
# A local Simulator stands in for the server, so you need no account. Its runs are generated: what you
# see says nothing about a real agent.

# %%
import simruns

sim = simruns.Simulator(seed=7, scenarios=3, runs=60)
client = sim.client()

# %% [markdown]
# To read your own runs, put this in place of the cell above. The key comes from `SIMRUNS_API_KEY`, so
# that it is not in the notebook.
#
# ```python
# client = simruns.Client("https://api-trial.cognigy.ai/testing", project="...")
# ```

# %%
scenario, name = sim.pairs[1]
batch = client.batch(scenario=scenario, batch=name)
batch

# %% [markdown]
# ## Read it
#
# `read` fetches every run and holds it in memory.

# %%
runs = batch.read()
runs

# %% [markdown]
# Was that all? `completeness` compares what came with what the server counts. It says `complete` only
# if the runs' own numbers have no gap either. A read that is short is an error.

# %%
print(runs.completeness)

# %% [markdown]
# ## Look at one run
#
# The verdict takes the server's `status` and `success` together. A run that a failing platform ended
# is no failure of your agent, and has a verdict of its own.

# %%
run = min(runs, key=lambda run: len(run.turns))
print(run.verdict, "after", len(run.turns), "turns")

# %%
run.transcript()

# %% [markdown]
# Where a turn does not say who spoke, its role is inferred from the turns around it, and shown as
# inferred. What a tool was told and what it said is folded: click to open it.

# %% [markdown]
# ## As a table
#
# One row a run. `runs.turns` and `runs.criteria` are tables, too, and join with this one by `run_id`.

# %%
frame = runs.to_pandas()
frame[["run_id", "sequence", "verdict", "total_turns", "duration_ms"]].head()

# %%
frame["verdict"].value_counts()

# %% [markdown]
# ## Keep it
#
# A Parquet file keeps each run as the server sent it, and what is known of its completeness.
# `simruns.open` gives it back, offline.

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "runs.parquet"
    runs.to_parquet(path)
    again = simruns.open(path)
print(len(again), "runs:", again.completeness)

# %%
client.close()
sim.close()
