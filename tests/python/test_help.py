"""What a person sees of the package: signatures, help, Tab, and the types of everything public."""

from __future__ import annotations

import ast
import inspect
import pickle
import pydoc
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from typing_extensions import Self

import simruns
from simruns import _core
from simruns.core import help as help_
from simruns.request.query import FollowChoice

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "simruns"
OPTIONAL_TYPES = ("pandas", "polars", "pyarrow", "matplotlib")


def public_classes() -> list[type]:
    return [thing for name in simruns.__all__ if isinstance(thing := getattr(simruns, name), type)]


def functions_of(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, its constructor among them."""
    for name in dir(cls):
        if name.startswith("_") and name != "__init__":
            continue
        found = inspect.getattr_static(cls, name)
        for one in (found, getattr(found, "fget", None), getattr(found, "__func__", None)):
            if isinstance(one, types.FunctionType) and one.__module__.startswith("simruns"):
                yield f"{cls.__name__}.{name}", one
        if isinstance(getattr(found, "func", None), types.FunctionType):  # a cached property
            yield f"{cls.__name__}.{name}", found.func


def holds_any(hint: Any, seen: tuple[Any, ...] = ()) -> bool:
    if hint is Any:
        return True
    if any(hint is one for one in seen):
        return False
    return any(holds_any(part, (*seen, hint)) for part in get_args(hint))


def test_a_signature_shows_the_true_default_of_each_option() -> None:
    shown = {p.name: p.default for p in inspect.signature(simruns.Client).parameters.values()}
    assert shown["attempt_timeout"] == 30.0
    assert (shown["connect_timeout"], shown["max_attempts"], shown["connections"]) == (10.0, 4, 8)
    assert (shown["retry_server_errors"], shown["proxy_from_env"]) == (True, False)
    for decided_elsewhere in ("request_budget", "compression", "ca_file", "proxy", "project"):
        assert shown[decided_elsewhere] is None
    assert inspect.signature(simruns.AsyncClient) == inspect.signature(simruns.Client)
    for cls in (simruns.Batch, simruns.AsyncBatch):
        runs = {p.name: p.default for p in inspect.signature(cls.runs).parameters.values()}
        assert (runs["sort"], runs["page_size"], runs["skip"]) == ("createdAt:asc", 100, 0)
        assert (runs["walk"], runs["bad"], runs["strict"]) == ("auto", "error", False)
        assert (runs["filter"], runs["max_runs"], runs["start_at"]) == (None, None, None)
        follow = inspect.signature(cls.follow).parameters
        assert (follow["interval"].default, follow["jitter"].default) == (5.0, 0.2)


def test_the_defaults_are_those_of_the_core() -> None:
    wanted = {**_core.Client.option_defaults(), **_core.Query.defaults()}
    for function in (simruns.Client, simruns.Batch.runs, simruns.Batch.page, simruns.Batch.head):
        for name, parameter in inspect.signature(function).parameters.items():
            if name in wanted:
                assert parameter.default == wanted[name]
                assert type(parameter.default) is type(wanted[name])


def test_a_default_that_is_given_is_the_one_that_is_left_out(
    own_sim: simruns.Simulator,
) -> None:
    scenario, batch = own_sim.pairs[0]
    options = dict(_core.Client.option_defaults())
    how = {**_core.Query.defaults()}
    targets = []
    for client_options, arguments in (({}, {}), (options, how)):
        own_sim.clear_requests()
        with own_sim.client(**client_options) as client:  # type: ignore[arg-type]
            runs = client.batch(scenario=scenario, batch=batch).read(**arguments)  # type: ignore[arg-type]
        assert runs.completeness.verdict == "complete"
        targets.append(sorted(request["target"] for request in own_sim.requests()))
    assert targets[0] == targets[1]


@pytest.mark.parametrize("shape", [simruns.Options, simruns.Walk])
def test_help_of_a_set_of_options_is_a_table(shape: Any) -> None:
    shown = pydoc.plain(pydoc.render_doc(shape))
    lines = [line.removeprefix(" |  ") for line in shown.splitlines()]
    head = next(line for line in lines if line.startswith("name "))
    assert head.split() == ["name", "type", "default", "meaning"]
    table = lines[lines.index(head) + 1 :]
    for name, default in help_.DEFAULTS.items():
        if name not in shape.__annotations__:
            continue
        (row,) = (line for line in table if line.startswith(f"{name} "))
        assert repr(default) in row
        assert len(row) <= 75
        assert row.index(repr(default)) == head.index("default")
        assert len(row[head.index("meaning") :]) > 10
    assert "..." not in shown.split("Method resolution order")[0]


def test_the_table_is_there_for_whoever_asks_for_the_docstring() -> None:
    assert re.search(
        r"^attempt_timeout +float +30\.0 +Seconds", simruns.Options.__doc__ or "", re.M
    )
    assert inspect.getdoc(simruns.Walk) == inspect.cleandoc(simruns.Walk.__doc__ or "")


@pytest.mark.parametrize("cls", [getattr(_core, name) for name in help_.CLASSES])
def test_a_class_of_the_core_is_known_by_its_public_name(cls: Any) -> None:
    assert repr(cls) == f"<class 'simruns.{cls.__name__}'>"


def test_an_issue_is_pickled_by_its_public_name() -> None:
    issue = simruns.Issue("/data/0", "odd")
    pickled = pickle.dumps(issue)
    assert b"_core" not in pickled
    assert pickle.loads(pickled) == issue


def test_help_of_a_method_of_the_core_is_as_of_one_in_python(batch: simruns.Batch) -> None:
    page = batch.page()
    run = page[0]
    for method in (run.transcript, run.detach, run.to_json, run.to_dict, simruns.Run.from_json,
                   page.body):  # fmt: skip
        shown = pydoc.plain(pydoc.render_doc(method))
        assert re.search("Gives|Makes", shown), shown
        assert not re.search("self: |_core|-> object", shown)
    assert str(inspect.signature(run.transcript)) == "() -> 'Transcript'"
    assert inspect.signature(simruns.Run.to_dict).parameters["names"].default == "api"
    assert list(inspect.signature(simruns.Run.from_json).parameters) == ["text"]


def test_a_method_of_the_core_that_has_help_does_what_it_did(batch: simruns.Batch) -> None:
    page = batch.page()
    run = page[0]
    assert simruns.Run.from_json(text=run.to_json()) == run.detach() == run
    assert run.to_dict(names="python")["id"] == run.to_dict("api")["id"] == run.id
    assert pickle.loads(pickle.dumps(simruns.Run.to_json)) is simruns.Run.to_json
    with pytest.raises(TypeError, match="to_dict"):
        run.to_dict(1, 2)  # type: ignore[call-overload]


def test_tab_shows_what_is_public_and_no_more() -> None:
    code = "import simruns; simruns.Client; import simruns.cli.app; print(*dir(simruns))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown = done.stdout.split()
    assert {name for name in shown if not name.startswith("__")} == set(simruns.__all__) - {
        "__version__"
    }
    assert all(name.endswith("__") for name in shown if name.startswith("_"))


def test_tab_shows_no_private_name_of_an_object(
    sim: simruns.Simulator, client: simruns.Client, batch: simruns.Batch
) -> None:
    runs = batch.read()
    suite, stream = client.batches(sim.pairs), batch.runs()
    things = (sim, client, batch, suite, stream, batch.follow(), runs, runs.turns, runs[0],
              runs[0].turns[0], runs[0].criteria[0], batch.page(), runs.completeness,
              simruns.Faults(), simruns.Error("x"))  # fmt: skip
    for thing in things:
        private = [n for n in dir(thing) if n.startswith("_") and not n.endswith("_")]
        assert private == [], type(thing).__name__
    stream.close()
    assert {"id", "verdict", "turns", "to_json"} <= set(dir(runs[0]))
    assert {name for name in dir(runs) if name.startswith("to_")} == {
        *(
            f"to_{library}{how}"
            for library in ("arrow", "pandas", "polars")
            for how in ("", "_async")
        ),
        "to_jsonl",
        "to_parquet",
    }
    assert {"batch", "batches", "base_url", "project", "close"} <= set(dir(client))


def test_hints_of_everything_public_are_found_and_none_is_any() -> None:
    pytest.importorskip("matplotlib.axes")
    later = {"Plot": simruns.plots.Plot, "Runs": simruns.Runs, "Self": Self,
             "BatchKey": simruns.BatchKey,
             "Scenario": simruns.Scenario, "AsyncScenario": simruns.AsyncScenario}  # fmt: skip
    lacking = {**later, **{name: pytest.importorskip(name) for name in OPTIONAL_TYPES}}
    wrong = []
    for cls in public_classes():
        for where, hint in get_type_hints(cls).items():
            wrong += [f"{cls.__name__}.{where}"] * holds_any(hint)
        for where, function in functions_of(cls):
            for argument, hint in get_type_hints(function, localns=lacking).items():
                wrong += [f"{where}: {argument}"] * holds_any(hint)
    for argument, hint in get_type_hints(simruns.open).items():
        wrong += [f"open: {argument}"] * holds_any(hint)
    assert wrong == []


def test_hints_of_named_tuples_are_types() -> None:
    assert get_type_hints(simruns.ArchiveResult)["directory"] is Path
    assert get_type_hints(simruns.ArchiveResult)["completeness"] is simruns.Completeness
    assert get_type_hints(simruns.BatchTruth)["batch"] is simruns.BatchKey
    assert get_type_hints(simruns.BatchCompleteness)["key"] is simruns.BatchKey
    assert get_type_hints(simruns.Batch.runs)["sort"] == str | None
    assert get_type_hints(simruns.Batch.runs)["return"] is simruns.RunStream


@pytest.mark.parametrize("path", ["_core.pyi", *sorted(
    path.relative_to(PACKAGE).as_posix()
    for room in ("core", "request", "hold", "archive", "read", "simulator")
    for path in (PACKAGE / room).glob("*.py")
)])  # fmt: skip
def test_no_attribute_of_a_public_class_is_any(path: str) -> None:
    """Attributes that a constructor sets have types that only the source tells."""
    public = {cls.__name__ for cls in public_classes()}
    wrong = []
    for cls in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if not isinstance(cls, ast.ClassDef) or cls.name not in public:
            continue
        if path == "_core.pyi" and cls.name not in help_.CLASSES:
            continue
        for node in ast.walk(cls):
            if isinstance(node, ast.AnnAssign) and "Any" in ast.unparse(node.annotation):
                target = ast.unparse(node.target)
                of_class = node in cls.body or target.startswith("self.")
                if of_class and not target.removeprefix("self.").startswith("_"):
                    wrong.append(f"{cls.name}.{target}")
            if isinstance(node, ast.FunctionDef) and path == "_core.pyi":
                wrong += [f"{cls.name}.{node.name}"] * ("Any" in ast.unparse(node.args))
                returned = ast.unparse(node.returns) if node.returns else ""
                wrong += [f"{cls.name}.{node.name}"] * ("Any" in returned)
    assert wrong == []


def test_the_words_are_those_of_the_core() -> None:
    assert get_args(simruns.ErrorKind) == simruns.KINDS
    for walk in get_args(get_type_hints(simruns.Walk)["walk"])[:-1]:
        for word in get_args(walk):
            _core.Query("p", "s", "b", walk=word)
    with pytest.raises(simruns.InvalidArgumentError, match="walk is 'fast'"):
        _core.Query("p", "s", "b", walk="fast")  # type: ignore[arg-type]
    pyarrow = pytest.importorskip("pyarrow")
    with simruns.Simulator(scenarios=1, runs=1) as sim, sim.client() as client:
        table = pyarrow.table(client.batches(sim.pairs).read())
    words = table["verdict"].combine_chunks().dictionary.to_pylist()
    assert sorted(words) == sorted(get_args(simruns.Verdict))


def test_the_source_of_a_class_is_its_own_or_none() -> None:
    for cls in public_classes():
        try:
            source = inspect.getsource(cls)
        except (OSError, TypeError):
            continue
        assert f"class {cls.__name__}" in source
    assert inspect.getsource(simruns.Client.batch).lstrip().startswith("def batch(")
    assert "class" not in inspect.getsource(simruns.open).splitlines()[0]


def test_a_program_of_a_user_runs_as_its_types_say() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "typing" / "program.py"],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[200, ")


def test_what_follow_takes_is_named_with_its_defaults() -> None:
    shown = inspect.signature(simruns.Batch.follow).parameters
    for name in FollowChoice.__annotations__:
        assert shown[name].default == help_.DEFAULTS[name]


@pytest.mark.timeout(400)
def test_the_stub_of_the_core_is_true() -> None:
    pytest.importorskip("mypy")
    allowed = ROOT / "tests" / "typing" / "stubtest.txt"
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "--concise", "--mypy-config-file", "pyproject.toml",
         "--ignore-unused-allowlist", "--allowlist", allowed, "simruns._core"],
        cwd=ROOT, capture_output=True, text=True, timeout=390, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
