"""The GitHub action and the GitLab template: their steps, run here against a Simulator."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import simruns

for library in ("yaml", "scipy", "statsmodels", "pandas", "jinja2"):
    pytest.importorskip(library)

import yaml  # noqa: E402
from analysis_runs import make_runs, texts  # noqa: E402

CI = Path(__file__).parents[2] / "ci"
ACTION = CI / "github"
TOKEN = "token-of-the-job"
MARK = "<!-- simruns gate: simruns -->\n"


class Comment(NamedTuple):
    identifier: str
    body: str
    ours: bool


class GitHub(ThreadingHTTPServer):
    """GitHub's comments on pull request 7, as far as its GraphQL gives and takes them."""

    def __init__(self, comments: Sequence[Comment] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _GitHubAnswers)
        self.comments = [*comments]
        self.refuses = False
        self.is_odd = False

    def answer(self, query: str, given: dict[str, Any]) -> dict[str, Any]:
        if self.is_odd:
            return {"data": {"repository": None}}
        if self.refuses:
            return {"errors": [{"message": "Resource not accessible by integration\n::error::x"}]}
        if "addComment" in query:
            assert given["subject"] == "pull request 7"
            self.comments.append(Comment(f"c{len(self.comments)}", given["body"], ours=True))
            return {"data": {}}
        if "updateIssueComment" in query:
            at = [comment.identifier for comment in self.comments].index(given["comment"])
            self.comments[at] = self.comments[at]._replace(body=given["body"])
            return {"data": {}}
        assert (given["owner"], given["repository"], given["number"]) == ("us", "bot", 7)
        first = int(given["after"] or 0)
        nodes = [{"id": comment.identifier, "body": comment.body, "viewerDidAuthor": comment.ours}
                 for comment in self.comments[first : first + 100]]  # fmt: skip
        last = first + len(nodes)
        page = {"hasNextPage": last < len(self.comments), "endCursor": str(last)}
        whole = {"id": "pull request 7", "comments": {"pageInfo": page, "nodes": nodes}}
        return {"data": {"repository": {"pullRequest": whole}}}


class _GitHubAnswers(BaseHTTPRequestHandler):
    server: GitHub

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.headers["Authorization"] == f"Bearer {TOKEN}"
        body = json.dumps(self.server.answer(asked["query"], asked["variables"])).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def installed_at() -> str:
    """The PYTHONPATH by which pip of another environment finds the package that is tested."""
    if any(d.name == "simruns" for d in importlib.metadata.distributions()):
        return os.pathsep.join(path for path in sys.path if path)
    pytest.skip("simruns is not installed, but only on PYTHONPATH")


class Job:
    """A job that runs the action's steps, as GitHub's runner does."""

    is_installed = False

    def __init__(self, place: Path, github: GitHub, **environment: str) -> None:
        self.temporary = place
        self.action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(place),
            "PYTHONPATH": installed_at(),
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_GRAPHQL_URL": f"http://127.0.0.1:{github.server_port}/graphql",
            "GITHUB_REPOSITORY": "us/bot",
            "GITHUB_RUN_ID": "12",
            "GITHUB_SERVER_URL": "https://github.test",
            "RUNNER_TEMP": str(place),
            **environment,
        }
        self.kept: dict[str, str] = {}
        self.log = ""

    def run(self, arguments: str, *, pull_request: bool = True, **inputs: str) -> str:
        """Gives the gate's exit code, as later steps of the workflow see it."""
        values = self._values({"arguments": arguments, **inputs})
        failed = False
        for step in self.action["runs"]["steps"]:
            condition = {
                None: not failed,
                "${{ !cancelled() }}": True,
                "${{ !cancelled() && github.event.pull_request }}": pull_request,
            }[step.get("if")]
            if not condition or (step["name"] == "Install simruns" and self.is_installed):
                continue
            if "uses" in step:
                assert step["uses"].startswith("actions/upload-artifact@v")
                self.kept = {name: of(text, values) for name, text in step["with"].items()}
                continue
            failed |= self._step(step, values) != 0
        return of(self.action["outputs"]["exit-code"]["value"], values)

    def comment(self, text: str, **inputs: str) -> None:
        """Runs the step that comments alone, behind a gate that said this."""
        place = self.temporary / "simruns-gate"
        place.mkdir(exist_ok=True)
        (place / "gate.md").write_text(text)
        assert self._step(self.action["runs"]["steps"][-1], self._values(inputs)) == 0

    def _values(self, given: dict[str, str]) -> dict[str, str]:
        inputs = {name: one.get("default", "") for name, one in self.action["inputs"].items()}
        inputs |= {"token": TOKEN, "install": "simruns[report]", **given}
        return {
            **{f"inputs.{name}": value for name, value in inputs.items()},
            "github.event.pull_request.number": "7",
            "runner.temp": str(self.temporary),
            "steps.gate.outputs.exit-code": "",
        }

    def _step(self, step: dict[str, Any], values: dict[str, str]) -> int:
        assert "${{" not in step["run"], "a value would be carried out"
        places = {word: self.temporary / word.lower() for word in ("OUTPUT", "STEP_SUMMARY")}
        for path in places.values():
            path.write_text("")
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={
                **self.environment,
                **{name: of(text, values) for name, text in step.get("env", {}).items()},
                **{f"GITHUB_{word}": str(path) for word, path in places.items()},
            },
            cwd=self.temporary, capture_output=True, text=True, check=False, timeout=110,
        )  # fmt: skip
        self.log += ended.stdout + ended.stderr
        for line in places["OUTPUT"].read_text().splitlines():
            name, value = line.split("=", 1)
            values[f"steps.{step['id']}.outputs.{name}"] = value
        return ended.returncode


def of(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: values[found[1]], text)


@pytest.fixture
def fresh_job(tmp_path: Path, github: GitHub, sim: simruns.Simulator) -> Job:
    return Job(tmp_path, github, SIMRUNS_API_KEY=sim.api_key)


@pytest.fixture
def job(fresh_job: Job) -> Job:
    """A job behind its first step: simruns is where this one would have installed it."""
    programs = fresh_job.temporary / "simruns" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    fresh_job.is_installed = True
    return fresh_job


def of_server(sim: simruns.Simulator) -> str:
    scenario, batch = sim.pairs[0]
    return f"--base-url {sim.url} --project {sim.project} --scenario {scenario} --batch {batch}"


def test_the_action_gates_keeps_a_report_and_comments_once(
    fresh_job: Job, github: GitHub, sim: simruns.Simulator
) -> None:
    job = fresh_job
    assert job.run(f"{of_server(sim)} --min-success 0.1  # what we require") == "0"
    assert job.kept["name"] == "simruns"
    kept = Path(job.kept["path"])
    assert {path.name for path in kept.iterdir()} == {"gate.md", "gate.xml", "report.html"}
    assert ET.parse(kept / "gate.xml").getroot()[0].attrib["failures"] == "0"
    (comment,) = github.comments
    assert comment.body.startswith(MARK + "## Gate: pass\n")
    assert comment.body.endswith("(https://github.test/us/bot/actions/runs/12)\n")

    job.is_installed = True
    assert job.run(f"{of_server(sim)} --min-success 0.95") == "4"
    (comment,) = github.comments
    assert comment.body.startswith(MARK + "## Gate: not good enough\n")
    assert sim.api_key not in job.log + comment.body
    assert TOKEN not in job.log


@pytest.mark.parametrize(
    ("arguments", "code"), [("--min-success 2", "2"), ("'", "1"), ("no-such.jsonl", "2")]
)
def test_a_gate_without_an_answer_fails_the_job_and_says_so(
    job: Job, github: GitHub, arguments: str, code: str
) -> None:
    assert job.run(arguments) == code
    (comment,) = github.comments
    assert "The gate gave no answer. The log says why.\n" in comment.body


def test_nothing_that_is_printed_or_given_is_a_command(
    job: Job, github: GitHub, tmp_path: Path
) -> None:
    runs = tmp_path / "runs.jsonl"
    made = make_runs({"::error::x": "SF" * 40})
    runs.write_text("".join(f"{text}\n" for text in texts(made)))
    job.run("runs.jsonl --min-scenario 0.9 $(touch ran) `touch ran`; touch ran")
    assert not (tmp_path / "ran").exists()
    assert job.run("'runs.jsonl' --min-scenario 0.9", pull_request=False) == "4"
    found = re.findall(r"^::stop-commands::(\w{32})\n(.*?)^::\1::$", job.log, re.M | re.S)
    assert len({mark for mark, _ in found}) == 2
    outside = job.log
    for mark, inside in found:
        outside = outside.replace(f"::stop-commands::{mark}\n{inside}::{mark}::", "")
    assert "Gate: not good enough" in found[1][1]
    assert not re.search(r"^::", outside, re.M)
    assert len(github.comments) == 1, "where there is no pull request, there is no comment"


def test_only_our_own_comment_of_this_gate_is_updated_wherever_it_stands(
    job: Job, github: GitHub
) -> None:
    others = [Comment(f"o{i}", f"{MARK}## Gate: pass", ours=False) for i in range(250)]
    another = Comment("a", "<!-- simruns gate: nightly -->\n", ours=True)
    github.comments = [*others, another, Comment("x", MARK, ours=True)]
    job.comment("## Gate: pass\n")
    assert github.comments[:-1] == [*others, another]
    assert github.comments[-1].body.startswith(MARK + "## Gate: pass\n")
    job.comment("## Gate: pass\n", name="weekly")
    assert github.comments[-1].body.startswith("<!-- simruns gate: weekly -->\n## Gate: pass\n")


def test_a_comment_that_cannot_be_written_is_a_warning(job: Job, github: GitHub) -> None:
    github.refuses = True
    job.comment("## Gate: pass\n")
    warning = "::warning title=simruns gate::no comment was written: Resource not accessible"
    assert job.log.startswith(warning)
    assert "\n::error::" not in job.log
    job.comment("## Gate: pass\n", token="another")
    assert "no comment was written: HTTP Error 401" in job.log
    github.refuses, github.is_odd = False, True
    job.comment("## Gate: pass\n")
    assert "no comment was written: 'NoneType' object" in job.log
    github.is_odd = False
    job.comment("## Gate: pass\n", name="a --> b")
    assert "name is 'a --> b'; give letters" in job.log
    assert not github.comments


def test_a_comment_is_no_longer_than_github_takes(job: Job, github: GitHub) -> None:
    job.comment("## Gate: pass\n" + "a line of a long table\n" * 9_000)
    (comment,) = github.comments
    assert len(comment.body) < 65_536
    assert "table\n\nThe rest is in the summary of the run.\n\n[simruns: log" in comment.body
    job.comment("a name without an end" * 9_000)
    (comment,) = github.comments
    assert len(comment.body) < 65_536
    assert "\n\nThe rest is in the summary of the run.\n\n[simruns: log" in comment.body


def test_the_template_of_gitlab_gates_and_leaves_files(
    fresh_job: Job, sim: simruns.Simulator, tmp_path: Path
) -> None:
    made = yaml.safe_load((CI / "gitlab.yml").read_text("utf-8"))[".simruns-gate"]
    gate = f"simruns gate {of_server(sim)} --min-success 0.9 $GATE_FILES"
    ended = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*made["before_script"], gate])],
        env={**fresh_job.environment, **made["variables"]},
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert ended.returncode == 4, ended.stderr
    report = tmp_path / made["artifacts"]["reports"]["junit"]
    assert ET.parse(report).getroot()[0].attrib["failures"] == "1"
    (kept,) = made["artifacts"]["paths"]
    assert (tmp_path / kept / "report.html").is_file()
