"""A project in DuckDB, by dlt: each run once, however often it loads, wherever it was stopped."""

import tempfile
from pathlib import Path

import dlt
import duckdb

import simruns
from simruns.sources.dlt import source

dlt.config["runtime.dlthub_telemetry"] = False  # else dlt tells its makers of each load


# [extract]
def load(client: simruns.Client, folder: Path) -> None:
    """Loads what is new. It may be killed at any moment, and called again."""
    pipeline = dlt.pipeline(
        "agent",
        destination=dlt.destinations.duckdb(str(folder / "agent.duckdb")),
        dataset_name="simulator",
        pipelines_dir=str(folder / "pipelines"),
    )
    project = source(client)
    while pipeline.has_pending_data:  # what a load that was killed had read
        pipeline.run()
    pipeline.sync_destination()  # and what the destination knows of it
    pipeline.run(project)


# [/extract]

SUCCESS = """
    SELECT scenarios.name, count(*) AS runs, avg(CAST(verdict = 'success' AS INTEGER)) AS success
    FROM simulator.runs JOIN simulator.scenarios USING (project, scenario)
    WHERE verdict IN ('success', 'failure', 'agent_error') GROUP BY ALL ORDER BY success
"""

if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as place,
        simruns.Simulator(scenarios=3, batches=2, runs=50) as sim,
        sim.client() as own,
    ):
        for time in ("first", "second"):
            load(own, Path(place))
            with duckdb.connect(str(Path(place) / "agent.duckdb"), read_only=True) as warehouse:
                print(f"after the {time} load:")
                print(warehouse.sql(SUCCESS))
