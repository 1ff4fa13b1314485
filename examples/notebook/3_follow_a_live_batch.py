# %% [markdown]
# # Follow a live batch
#
# A batch that has just been started is not settled: runs appear, talk, and settle one after another.
# `follow` gives each run once, as it settles.
#
# The local Simulator plays this at 60 times its real pace: a run appears every two seconds of its
# clock, and settles within half a minute. One of the runs expires before it settles.

# %%
import simruns

schedule = {"appear_every": 2, "settle_after": [5, 30]}
with simruns.Simulator(seed=7, scenarios=1, runs=40) as planned, planned.client() as client:
    first = client.batches(planned.pairs).read(progress=False)[0]
schedule["runs"] = {first.id: {"appears": 0, "settles": 200, "expires": 60}}

sim = simruns.Simulator(seed=7, scenarios=1, runs=40, live=schedule, speed=60)
client = sim.client()
scenario, name = sim.pairs[0]
batch = client.batch(scenario=scenario, batch=name)

# %% [markdown]
# ## The runs, as they settle
#
# `count` ends it: when so many runs are settled or lost. `deadline` ends it in any case. An interrupt
# of the kernel (■) ends the wait, and a loop over the same `live` goes on where it stopped.

# %% tags=["changes"]
live = batch.follow(interval=0.1, count=40, deadline=60)
settled = []
for run in live:
    settled.append(run)
    if len(settled) % 10 == 0:
        print(f"{len(settled)} settled, {live.status.pending} pending")

# %% [markdown]
# ## What did not arrive
#
# A run that the server drops before it settles is lost. It is named, so nothing is missing silently.

# %% tags=["changes"]
for lost in live.lost:
    print(lost.sequence, lost.why)
print(live.status)

# %% [markdown]
# ## The settled batch
#
# Now the batch rests, so `read` gives all of it. A gap in the numbers is the run that expired:
# `unverified`, since nothing proves what it was.

# %% tags=["changes"]
runs = batch.read()
print(runs.completeness)
runs.to_pandas()["verdict"].value_counts()

# %%
client.close()
sim.close()
