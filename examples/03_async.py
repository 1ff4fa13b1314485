"""Several batches at once, from tasks of an event loop."""

import asyncio

import simruns


async def longest(batch: simruns.AsyncBatch) -> str:
    turns = {run.id: len(run.turns) async for run in batch.runs()}
    run_id = max(turns, key=turns.__getitem__)
    return f"{batch.scenario}: {run_id}, {turns[run_id]} turns"


async def main() -> None:
    with simruns.Simulator(scenarios=3, runs=250) as sim:
        async with sim.async_client() as client:
            batches = client.batches(sim.pairs)
            for line in await asyncio.gather(*(longest(batch) for batch in batches)):
                print(line)


asyncio.run(main())
