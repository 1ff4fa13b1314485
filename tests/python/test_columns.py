"""What is asked of a table: which columns, times without a zone, words that concatenate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timezone
from pathlib import Path
from typing import Any

import pytest

import simruns
from simruns.hold.tables import COMPLETENESS

pyarrow = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.odd_data

CONTRACT_WORDS = {
    "verdict": [
        "success", "failure", "agent_error", "platform_error", "unknown_error", "stopped",
        "pending",
    ],
    "status": ["SUCCESS", "FAILED", "ERROR"],
    "sentiment": ["positive", "negative", "neutral"],
    "error_category": [
        "NONE", "LLM_PROVIDER_ERROR", "AI_AGENT_TIMEOUT", "AI_AGENT_ERROR", "UNKNOWN",
    ],
    "role": ["user", "agent", "tool", "system"],
}  # fmt: skip
TABLES = ("runs", "turns", "criteria", "issues")


def table_of(runs: simruns.Runs, name: str) -> Any:
    return runs if name == "runs" else getattr(runs, name)


def tables_with(runs: simruns.Runs) -> Iterator[tuple[str, Any]]:
    for column in CONTRACT_WORDS:
        yield column, runs.turns if column == "role" else runs


def read_with(metrics: dict[str, Any], directory: Path) -> simruns.Runs:
    """Twenty runs with these metrics, of which one spoke one turn."""
    with simruns.Simulator(seed=4, scenarios=1, runs=20) as sim, sim.client() as client:
        told = [run.to_dict() for run in client.batches(sim.pairs).read()]
    for run in told:
        run["metrics"] = metrics
        run["turns"] = [{"text": "hello", "data": {"role": "user"}}]
    directory.mkdir()
    file = directory / "runs.jsonl"
    file.write_text("".join(json.dumps(run) + "\n" for run in told))
    with simruns.Simulator(data=file) as sim, sim.client() as client:
        return client.batches(sim.pairs).read()


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> list[simruns.Runs]:
    """Two reads whose runs have no word in common."""
    directory = tmp_path_factory.mktemp("weeks")
    failed = {
        "status": "ERROR", "sentiment": "negative", "errorInfo": {"category": "AI_AGENT_TIMEOUT"},
    }  # fmt: skip
    return [
        read_with({"status": "SUCCESS", "sentiment": "positive"}, directory / "last"),
        read_with(failed, directory / "this"),
    ]


@pytest.fixture(scope="module")
def odd_week(tmp_path_factory: pytest.TempPathFactory) -> simruns.Runs:
    """A read with a status that the contract does not name."""
    return read_with({"status": "HALF"}, tmp_path_factory.mktemp("weeks") / "odd")


def test_two_weeks_concatenate_in_pandas_and_keep_ordered_categories(
    weeks: list[simruns.Runs],
) -> None:
    pandas = pytest.importorskip("pandas")
    for (name, last), (_, this) in zip(*map(tables_with, weeks), strict=True):
        both = pandas.concat([last.to_pandas(), this.to_pandas()])
        assert both[name].dtype == pandas.CategoricalDtype(CONTRACT_WORDS[name], ordered=True)
        assert len(both) == len(last) + len(this)
    verdicts = pandas.concat([week.to_pandas() for week in weeks])["verdict"]
    assert (verdicts.min(), verdicts.max()) == ("success", "agent_error")
    assert set(verdicts) == {"success", "agent_error"}


@pytest.mark.filterwarnings("ignore:The behavior of DataFrame concatenation:FutureWarning")
def test_a_selection_of_no_runs_keeps_the_categories_in_pandas(weeks: list[simruns.Runs]) -> None:
    pandas = pytest.importorskip("pandas")
    last, _ = weeks
    for name, whole in tables_with(last):
        none = next(table for n, table in tables_with(last[:0]) if n == name)
        for empty in (
            none.to_pandas(), none.to_pandas(columns=[name, "run_id"]),
            whole.to_pandas(where={"id": "nobody"}), none.to_pandas(tz=None),
        ):  # fmt: skip
            dtype = pandas.CategoricalDtype(CONTRACT_WORDS[name], ordered=True)
            assert empty[name].dtype == dtype
            assert "simruns.completeness" in empty.attrs
            for both in ([empty, whole.to_pandas()], [whole.to_pandas(), empty]):
                assert pandas.concat(both)[name].dtype == dtype
        assert isinstance(none.to_pandas(dtype_backend="pyarrow")[name].dtype, pandas.ArrowDtype)


def test_two_weeks_concatenate_in_polars_and_keep_their_enums(weeks: list[simruns.Runs]) -> None:
    polars = pytest.importorskip("polars")
    for (name, last), (_, this) in zip(*map(tables_with, weeks), strict=True):
        both = polars.concat([last.to_polars(), this.to_polars()])
        assert both.schema[name] == polars.Enum(CONTRACT_WORDS[name])
        assert (
            both[name].to_list()
            == last.to_arrow()[name].to_pylist() + this.to_arrow()[name].to_pylist()
        )
    both = polars.concat([week.to_polars() for week in weeks])
    assert both["verdict"].sort().to_list() == ["success"] * 20 + ["agent_error"] * 20


def test_two_weeks_concatenate_in_arrow_and_stay_ordered(weeks: list[simruns.Runs]) -> None:
    pytest.importorskip("pandas")
    for (name, last), (_, this) in zip(*map(tables_with, weeks), strict=True):
        both = pyarrow.concat_tables([last.to_arrow(), this.to_arrow()])
        assert both.schema.field(name).type.ordered
        assert list(both.to_pandas()[name].cat.categories) == CONTRACT_WORDS[name]


def test_a_word_that_the_contract_does_not_name_is_kept_behind_the_others(
    weeks: list[simruns.Runs], odd_week: simruns.Runs
) -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    frame, other = odd_week.to_pandas(), weeks[0].to_pandas()
    assert list(frame["status"].cat.categories) == [*CONTRACT_WORDS["status"], "HALF"]
    assert set(frame["status"]) == {"HALF"}
    both = pandas.concat([frame, other])
    assert set(both["status"]) == {"HALF", "SUCCESS"}
    assert both["status"].dtype != "category"
    assert both["verdict"].dtype == "category"
    columns = [some.to_polars()["status"] for some in (odd_week, weeks[0])]
    assert columns[0].dtype == polars.Categorical
    assert set(columns[0]) == {"HALF"}
    assert set(polars.concat([column.cast(str) for column in columns])) == {"HALF", "SUCCESS"}
    tables = pyarrow.concat_tables([odd_week.to_arrow(), weeks[0].to_arrow()])
    assert set(tables["status"].to_pylist()) == {"HALF", "SUCCESS"}


@pytest.fixture(scope="module")
def runs(sim: simruns.Simulator) -> simruns.Runs:
    with sim.client() as client:
        return client.batches(sim.batches()).read()


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_that_are_asked_for_come_in_this_order_and_alone(
    runs: simruns.Runs, name: str
) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    table = table_of(runs, name)
    whole = table.to_arrow()
    for columns in ([whole.column_names[-1], "run_id"], ["scenario"], whole.column_names[::-1]):
        some = table.to_arrow(columns=columns)
        some.validate(full=True)
        assert some.equals(whole.select(columns))
        assert some.schema.metadata == whole.schema.metadata
        frame = table.to_pandas(columns=columns)
        assert list(frame.columns) == columns
        assert frame.equals(table.to_pandas()[columns])
        assert table.to_polars(columns=tuple(columns)).equals(table.to_polars().select(columns))


@pytest.mark.parametrize("name", TABLES)
def test_a_column_that_a_table_has_not_is_refused_with_those_that_it_has(
    runs: simruns.Runs, name: str
) -> None:
    table = table_of(runs, name)
    names = ", ".join(pyarrow.schema(table).names)
    for convert in (table.to_arrow, table.to_pandas, table.to_polars):
        with pytest.raises(simruns.InvalidArgumentError) as caught:
            convert(columns=["run_id", "score"])
        assert f"the table of {name} has no column 'score'; there are {names}" in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("verdict", "columns is 'verdict'; give a list of names"),
        (b"run_id", "columns is b'run_id'; give a list of names"),
        (1, "columns is 1; give a list of names"),
        ([], "columns is empty; name one, or leave it out for all"),
        (["run_id", "run_id"], "column 'run_id' is named twice"),
        (["run_id", 3], "columns is 3; give text"),
    ],
)
def test_columns_that_are_no_list_of_names_are_refused(
    runs: simruns.Runs, columns: Any, message: str
) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        runs.to_arrow(columns=columns)


@pytest.fixture(scope="module")
def odd_runs(sim: simruns.Simulator, tmp_path_factory: pytest.TempPathFactory) -> simruns.Runs:
    """Runs of three batches, of which every fourth has an issue."""
    with sim.client() as client:
        told = [run.to_dict() for run in client.batches(sim.pairs).read()]
    for run in told[::4]:
        run["duration"] = "long"
    file = tmp_path_factory.mktemp("odd") / "runs.jsonl"
    file.write_text("".join(json.dumps(run) + "\n" for run in told))
    with simruns.Simulator(data=file) as odd, odd.client() as client:
        return client.batches(odd.pairs).read()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "where",
    [
        lambda run: run.verdict != "success" and run.sequence % 2 == 0,
        {"verdict": ["failure", "agent_error"]},
        {"endpoint_type": "no such type"},
    ],
    ids=["a function", "attributes", "none"],
)
def test_the_rows_are_those_of_the_runs_that_are_asked_for(
    odd_runs: simruns.Runs, name: str, where: Any
) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    table = table_of(odd_runs, name)
    chosen = odd_runs.where(**where) if isinstance(where, dict) else odd_runs.where(where)
    ids = {run.id for run in chosen}
    rows = [row for row in table.to_arrow().to_pylist() if row["run_id"] in ids]
    some = table.to_arrow(where=where)
    if name == "issues":
        place = {run.id: index for index, run in enumerate(chosen)}
        rows = [{**row, "run_index": place[row["run_id"]]} for row in rows]
    assert some.to_pylist() == rows
    assert len(table.to_pandas(where=where)) == len(table.to_polars(where=where)) == len(rows)
    columns = ["run_id", "batch"]
    assert table.to_arrow(columns=columns, where=where).equals(some.select(columns))
    told = chosen.completeness.to_dict()
    assert json.loads(some.schema.metadata[COMPLETENESS.encode()]) == told
    assert json.loads(table.to_pandas(where=where).attrs[COMPLETENESS]) == told


@pytest.mark.parametrize("where", ["verdict", {"score": 1}])
def test_what_chooses_no_runs_is_refused_as_by_where(runs: simruns.Runs, where: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError) as caught:
        runs.turns.to_pandas(where=where)
    with pytest.raises(simruns.InvalidArgumentError) as plainly:
        runs.where(**where) if isinstance(where, dict) else runs.where(where)
    assert str(caught.value) == str(plainly.value)


def test_times_without_a_zone_are_the_same_times_in_utc(runs: simruns.Runs) -> None:
    pytest.importorskip("pandas")
    for backend in ("numpy_nullable", "pyarrow"):
        aware = runs.to_pandas(dtype_backend=backend)
        naive = runs.to_pandas(dtype_backend=backend, tz=None)
        for name in ("created_at", "expires_at"):
            assert aware[name].dt.tz is not None
            assert naive[name].dt.tz is None
            assert [time.replace(tzinfo=timezone.utc) for time in naive[name].dropna()] == list(
                aware[name].dropna()
            )
        others = [name for name in aware.columns if name not in ("created_at", "expires_at")]
        assert naive[others].equals(aware[others])
        assert naive.attrs == aware.attrs
    with pytest.raises(simruns.InvalidArgumentError, match="tz is 'CET'; give 'UTC', or None"):
        runs.to_pandas(tz="CET")  # type: ignore[arg-type]


def test_a_frame_without_a_zone_is_written_for_excel(runs: simruns.Runs, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    for number, table in enumerate((runs, runs.turns)):
        with pytest.raises(ValueError, match="timezone"):
            table.to_pandas().to_excel(tmp_path / "aware.xlsx")
        file = tmp_path / f"{number}.xlsx"
        frame = table.to_pandas(tz=None).head(50)
        frame.to_excel(file, index=False)
        back = pandas.read_excel(file)
        assert list(back.columns) == list(frame.columns)
        assert list(back["run_id"]) == list(frame["run_id"])
        time = "created_at" if table is runs else "turn_created_at"
        assert list(back[time].dropna()) == list(frame[time].dropna())
