"""The compiled core: handles on C++ objects, which `simruns` gives its public form.

Every failure is raised through `simruns.core.errors.from_failure`. One core thread runs the
network, and never takes the GIL. A wait releases the GIL and looks at signals, so Ctrl-C works.
"""

from collections.abc import Coroutine, Iterable, Iterator, Sequence
from datetime import datetime
from types import GetSetDescriptorType
from typing import Any, Literal, TypeAlias, final, overload, type_check_only

from simruns.core.words import (
    BatchState,
    FollowEnd,
    JSONValue,
    OnBadRun,
    Proof,
    Verdict,
    WalkMode,
    WalkTaken,
)
from simruns.looks.transcript import Transcript

__version__: str

class ListQuery:
    """What the server is asked for, in which order: what the three kinds of query are."""

@final
class ScenariosQuery(ListQuery):
    """Which scenarios, in which order. Raises `InvalidArgumentError` for what cannot be asked."""

    def __init__(
        self,
        project: str,
        *,
        sort: str | None = None,
        max_items: int | None = None,
        allow_incomplete: bool = False,
    ) -> None: ...

@final
class BatchesQuery(ListQuery):
    """Which batches of a scenario, in which order. Raises as `ScenariosQuery` does."""

    def __init__(
        self,
        project: str,
        scenario: str,
        *,
        sort: str | None = None,
        status: str | None = None,
        endpoint_type: str | None = None,
        page_size: int | None = None,
        max_items: int | None = None,
        start_at: str | None = None,
        allow_incomplete: bool = False,
    ) -> None: ...

@final
class Query(ListQuery):
    """Which runs, in which order. Raises `InvalidArgumentError` for what cannot be asked."""

    def __init__(
        self,
        project: str,
        scenario: str,
        batch: str,
        *,
        sort: str | None = None,
        filter: str | None = None,  # noqa: A002
        endpoint_type: str | None = None,
        page_size: int | None = None,
        skip: int | None = None,
        max_runs: int | None = None,
        start_at: str | None = None,
        start_before: str | None = None,
        walk: WalkMode | None = None,
        bad: OnBadRun | None = None,
        strict: bool = False,
        allow_incomplete: bool = False,
    ) -> None: ...
    @staticmethod
    def defaults() -> dict[str, str | int | bool | None]:
        """Gives what each keyword argument is if it is not given."""

@final
class ScenarioInfo:
    """What the server says of a scenario. A member that is absent or null is None."""

    @staticmethod
    def from_json(text: str) -> ScenarioInfo:
        """Reads a scenario from its JSON text. What is odd about it is in `issues`."""

    def to_json(self) -> str:
        """Gives its own JSON text, as it came."""

    @property
    def id(self) -> str | None: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def persona(self) -> str | None: ...
    @property
    def persona_name(self) -> str | None: ...
    @property
    def mission(self) -> str | None: ...
    @property
    def success_criteria_json(self) -> str | None: ...
    @property
    def organisation(self) -> str | None: ...
    @property
    def project(self) -> str | None: ...
    @property
    def created_at(self) -> datetime | None: ...
    @property
    def created_by(self) -> str | None: ...
    @property
    def last_changed(self) -> datetime | None: ...
    @property
    def last_changed_by(self) -> str | None: ...
    @property
    def updated_at(self) -> datetime | None: ...
    @property
    def updated_by(self) -> str | None: ...
    @property
    def max_turns(self) -> int | None: ...
    @property
    def timeout(self) -> int | None: ...
    @property
    def ai_agent_reference(self) -> str | None: ...
    @property
    def ai_agent(self) -> str | None: ...
    @property
    def flow_reference(self) -> str | None: ...
    @property
    def flow(self) -> str | None: ...
    @property
    def job_node(self) -> str | None: ...
    @property
    def next_scheduled_run(self) -> datetime | None: ...
    @property
    def extra_json(self) -> dict[str, str]:
        """The members that the contract does not name, as JSON texts."""

    @property
    def issues(self) -> list[Issue]: ...
    def __hash__(self) -> int: ...

@final
class BatchInfo:
    """What the server says of a batch itself. A member that is absent or null is None."""

    @staticmethod
    def from_json(text: str) -> BatchInfo:
        """Reads a batch from its JSON text. What is odd about it is in `issues`."""

    def to_json(self) -> str:
        """Gives its own JSON text, as it came."""

    @property
    def id(self) -> str | None: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def scenario(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...
    @property
    def state(self) -> BatchState:
        """How far it is: by `status` where that is told, else by `completed_at` and counts."""

    @property
    def runs(self) -> int | None:
        """Runs that were ordered."""

    @property
    def completed_runs(self) -> int | None: ...
    @property
    def failed_runs(self) -> int | None: ...
    @property
    def settled_runs(self) -> int | None:
        """The runs that it counts as completed or failed, expired ones among them."""

    @property
    def created_at(self) -> datetime | None: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def completed_at(self) -> datetime | None: ...
    @property
    def extra_json(self) -> dict[str, str]:
        """The members that the contract does not name, as JSON texts."""

    @property
    def issues(self) -> list[Issue]: ...
    def __hash__(self) -> int: ...

@final
class Witness:
    """What a batch says of itself, asked for beside the walk over its runs."""

    def __init__(
        self,
        *,
        present: bool,
        not_found: bool,
        absence: str,
        state: BatchState,
        status: str,
        runs: int | None,
        settled: int | None,
        requests: int,
    ) -> None: ...
    @property
    def present(self) -> bool:
        """Whether the batch was there."""

    @property
    def not_found(self) -> bool:
        """Whether the answer was 404: no such batch, or no such endpoint."""

    @property
    def absence(self) -> str:
        """Why it is not present; empty if it is."""

    @property
    def state(self) -> BatchState: ...
    @property
    def status(self) -> str:
        """The server's own word for its state; empty if untold."""

    @property
    def runs(self) -> int | None:
        """Runs that were ordered."""

    @property
    def settled(self) -> int | None:
        """Runs that it counts as completed or failed."""

    @property
    def requests(self) -> int: ...

@final
class Completeness:
    """The runs of a walk, of those that the server counted: a snapshot."""

    def __init__(
        self,
        *,
        received: int = 0,
        duplicates: int = 0,
        total_first: int | None = None,
        total: int | None = None,
        pages: int = 0,
        requests: int = 0,
        reached_end: bool = False,
        partial: bool = False,
        filtered: bool = False,
        guessed: bool = False,
        unnamed: int = 0,
        foreign: int = 0,
        bad: int = 0,
        total_moved: bool = False,
        sequences: list[int | None] | None = None,
    ) -> None:
        """Makes the completeness of what several walks brought together.

        `sequences` are the numbers of the runs that came.
        """

    @property
    def received(self) -> int: ...
    @property
    def unnamed(self) -> int: ...
    @property
    def foreign(self) -> int: ...
    @property
    def bad(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def total_first(self) -> int | None: ...
    @property
    def total_moved(self) -> bool: ...
    @property
    def missing(self) -> int | None: ...
    @property
    def gaps(self) -> list[tuple[int, int]]: ...
    @property
    def pages(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def retries(self) -> int: ...
    @property
    def walk(self) -> WalkTaken: ...
    @property
    def doubt(self) -> str: ...
    @property
    def filtered(self) -> bool: ...
    @property
    def guessed(self) -> bool: ...
    @property
    def reached_end(self) -> bool: ...
    @property
    def partial(self) -> bool: ...
    @property
    def limited(self) -> bool: ...
    @property
    def empty(self) -> bool: ...
    witness: Witness | None
    """What the batch says of itself; None: it was not asked."""
    @property
    def verdict(self) -> Proof: ...
    @property
    def text(self) -> str: ...

@final
class Turn:
    """One message of a conversation, as the server sent it."""

    @property
    def id(self) -> str | None: ...
    @property
    def sequence(self) -> int | None:
        """The number of the message in the conversation."""

    @property
    def role(self) -> Literal["user", "agent", "tool", "system"] | None:
        """Who spoke, or None where nothing tells.

        A turn's `data` tells it by the first of its members role, speaker, sender, author,
        from, source and type that is one of these words, in any case: user, human,
        customer, caller, simulated_user (the user); assistant, agent, bot, chatbot, ai,
        gpt, model (the agent); tool, function (a tool); system, developer (the system).
        Each but role and type may be an object with a role. A role that is another word
        decides, too: None, also where a later member tells a word.

        The other turns are inferred, as user and agent take turns. Nothing is inferred
        across a turn of a tool or of the system, and nothing in a run where user and agent
        are seen not to take turns.
        """

    @property
    def role_is_inferred(self) -> bool:
        """Whether the other turns tell who spoke, and not the turn itself."""

    @property
    def text(self) -> str | None: ...
    @property
    def data(self) -> dict[str, JSONValue] | None:
        """The data that came beside the text, parsed anew each time that it is asked for."""

    @property
    def data_json(self) -> str | None:
        """The same as JSON text, as it came."""

    @property
    def created_at_ms(self) -> int | None:
        """The time of creation, in milliseconds since 1970."""

    @property
    def created_at(self) -> datetime | None:
        """The time of creation, in UTC; None also beyond the years 1 to 9999, which is an issue."""

    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Criterion:
    """A criterion that a run has to meet to be a success, and what its result says.

    A result is of the criterion of the same name, where that stands once among the criteria and
    once among the results; else, if there are as many results as criteria, of the one in its place.
    """

    @property
    def type(self) -> str | None: ...
    @property
    def name(self) -> str | None:
        """The name in the parameters."""

    @property
    def success(self) -> bool | None:
        """Whether the criterion was met, as its result says; None where none does."""

    @property
    def reason(self) -> str | None:
        """Why, as the result says."""

    @property
    def params(self) -> dict[str, JSONValue] | None:
        """The parameters of the criterion, parsed anew each time that they are asked for."""

    @property
    def params_json(self) -> str | None:
        """The same as JSON text, as it came."""

    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Issue:
    """Something odd about data, which was kept as it came."""

    def __init__(self, path: str, message: str) -> None: ...
    @property
    def path(self) -> str:
        """Where it is in the page, as `/data/17/metrics/success`."""

    @property
    def message(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Run:
    """One simulated conversation, its outcome and what it was measured by.

    A run keeps its page alive, and reads its attributes from it when they are asked for. None means
    absent, null or not of the expected type, of which the last is in `issues`; `to_dict()` tells
    these apart. Two runs are equal if they have the same id and the same text.
    """

    @property
    def id(self) -> str: ...
    @property
    def organisation(self) -> str | None:
        """The reference of the organisation."""

    @property
    def project(self) -> str | None:
        """The reference of the project."""

    @property
    def scenario(self) -> str | None:
        """The reference of the scenario."""

    @property
    def batch(self) -> str | None:
        """The reference of the batch."""

    @property
    def sequence(self) -> int | None:
        """The number of the run in the batch, from 1."""

    @property
    def large_language_model(self) -> str | None:
        """The reference of the model that played the customer."""

    @property
    def endpoint_type(self) -> str | None: ...
    @property
    def turns(self) -> tuple[Turn, ...]:
        """The messages of the conversation, made when they are first asked for."""

    @property
    def total_turns(self) -> int | None:
        """The number of turns, as the server counts them."""

    @property
    def max_turns(self) -> int | None:
        """The number of turns after which the conversation had to end."""

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria that the run has to meet, made when they are first asked for."""

    @property
    def created_at_ms(self) -> int | None:
        """The time of creation, in milliseconds since 1970."""

    @property
    def created_by(self) -> str | None: ...
    @property
    def duration_ms(self) -> int | None:
        """The duration of the conversation, in milliseconds."""

    @property
    def expires_at_ms(self) -> int | None:
        """When the server forgets the run, in milliseconds since 1970.

        None also for a text that is no time: see `expires_at_text`.
        """

    @property
    def expires_at_text(self) -> str | None:
        """When the server forgets the run, as the text that was sent."""

    @property
    def sentiment(self) -> str | None:
        """The sentiment: `positive`, `negative`, `neutral`, or what else was sent."""

    @property
    def success(self) -> bool | None:
        """Whether the run was a success, as the server says; `verdict` sees the whole."""

    @property
    def results(self) -> list[JSONValue] | None:
        """The result of each criterion, parsed anew each time that they are asked for."""

    @property
    def results_json(self) -> list[str] | None:
        """The same, each as JSON text, as it came."""

    @property
    def success_numerator(self) -> int | None: ...
    @property
    def success_denominator(self) -> int | None: ...
    @property
    def success_percentage(self) -> float | None:
        """The percentage that the server says, which numerator and denominator should give."""

    @property
    def summary(self) -> str | None: ...
    @property
    def is_batch_stopped(self) -> bool | None: ...
    @property
    def is_conversation_ended(self) -> bool | None: ...
    @property
    def error_category(self) -> str | None:
        """The kind of error: `NONE`, `LLM_PROVIDER_ERROR`, `AI_AGENT_TIMEOUT`, `AI_AGENT_ERROR`,
        `UNKNOWN`, or what else was sent.
        """

    @property
    def error_message(self) -> str | None: ...
    @property
    def error_technical_details(self) -> str | None: ...
    @property
    def status(self) -> str | None:
        """The status: `SUCCESS`, `FAILED`, `ERROR`, or what else was sent."""

    @property
    def verdict(self) -> Verdict:
        """The outcome of the run.

        It is success, failure, agent_error, platform_error, unknown_error, stopped or pending.

        A success rate is success / (success + failure + agent_error).
        """

    @property
    def contradictory(self) -> bool:
        """Whether status, success and results disagree."""

    @property
    def issues(self) -> list[Issue]:
        """What was odd about the run."""

    @property
    def created_at(self) -> datetime | None:
        """The time of creation, in UTC; None also beyond the years 1 to 9999, which is an issue."""

    @property
    def expires_at(self) -> datetime | None:
        """When the server forgets the run, in UTC.

        None also for a text that is no time, or a time beyond the years 1 to 9999.
        """

    def transcript(self) -> Transcript:
        """Gives the conversation to read: bubbles in a notebook, lines in a terminal."""

    @staticmethod
    def from_json(text: str | bytes) -> Run:
        """Makes a run of its own text, as `to_json` gives it.

        Raises `InvalidArgumentError` for what is not the JSON of a run.
        """

    def detach(self) -> Run:
        """Gives the run with memory of its own.

        A run that is taken of a page, or of `Runs`, keeps all of its page in memory. A stream does
        this by itself for the few runs of a page that are held when it goes on to the next.
        """

    def to_json(self) -> str:
        """Gives the text of the run, byte for byte as it came."""

    @overload
    def to_dict(self, names: Literal["api"] = "api") -> dict[str, JSONValue]: ...
    @overload
    def to_dict(self, names: Literal["python"]) -> dict[str, object]: ...
    @overload
    def to_dict(
        self, names: Literal["api", "python"] = "api"
    ) -> dict[str, JSONValue] | dict[str, object]:
        """Gives the plain parse of `to_json()`: the names and the order in which they came.

        With `names="python"`, the attributes by their names, each with its value; `turns`,
        `criteria` and `issues` are lists of such dicts. Other forms of these are not among them:
        `..._json`, `created_at_ms` and `expires_at_ms`. Members that the contract does not name
        are under `extra`, of the run, of each turn and of each criterion, as they came.
        """

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def _repr_html_(self) -> str: ...

def document(attribute: GetSetDescriptorType, text: str) -> None:
    """Gives an attribute of `Run`, `Turn` or `Criterion` the docstring that `help` shows."""

@final
class Page:
    """One page of the server: a sequence of its runs, and where it is in the batch."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __iter__(self) -> Iterator[Run]: ...
    @property
    def limit(self) -> int | None:
        """Runs that a page holds at most."""

    @property
    def skip(self) -> int | None:
        """Runs before this page; of a page by cursor, as the server says."""

    @property
    def total(self) -> int | None:
        """The server's count of the runs of the batch."""

    @property
    def has_next(self) -> bool | None:
        """Whether the server says that there is a page after this one."""

    @property
    def has_previous(self) -> bool | None:
        """Whether the server says that there is a page before this one."""

    @property
    def next(self) -> str | None:
        """The cursor of the page after this one, for `start_at`."""

    @property
    def previous(self) -> str | None:
        """The cursor of the page before this one, for `start_before`."""

    @property
    def issues(self) -> list[Issue]:
        """What was odd about the page and its runs."""

    @property
    def issues_dropped(self) -> int:
        """The number of issues beyond the first ones, which are kept."""

    @property
    def bad_runs(self) -> list[Issue]:
        """The runs that were left out, each as an issue with its text."""

    def body(self) -> bytes:
        """Gives the body of the response, as it came."""

    def _repr_html_(self) -> str: ...

@final
class Pages:
    """Runs of one walk or of several, in any order, and the pages that they are of. Immutable."""

    @staticmethod
    def of_texts(texts: Iterable[str]) -> Pages:
        """Makes pages of runs by their own texts, which `Run.to_json` gives back byte for byte.

        Their completeness counts them, and knows no more. Raises ValueError for what is not the
        JSON of one run.
        """

    @staticmethod
    def read(texts: Iterable[str | bytes], name: str) -> Pages:
        """Does what `of_texts` does for texts that may not be of runs, and be of white space.

        A text that has no member of a run is refused, too. Errors call the texts `name`.
        """

    @staticmethod
    def joined(walks: list[Pages]) -> Pages:
        """Gives the runs of several, one after another.

        Their completeness counts the runs, and knows no more.
        """

    def select(self, indices: Sequence[int]) -> Pages:
        """Gives some of the runs, in this order; it shares their pages, and lets the others go.

        Their completeness counts the runs, and knows no more.
        """

    @property
    def completeness(self) -> Completeness: ...
    @property
    def bad_runs(self) -> list[Issue]: ...
    def __len__(self) -> int: ...  # runs
    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...

_Issue: TypeAlias = tuple[int | None, bytes, bytes]
"""The number of the run in its page, where it is about one; where it is, and what it says."""
_BadRun: TypeAlias = tuple[bytes, bytes, bytes]
"""Where it was in its page, what is wrong, and its text."""
_Page: TypeAlias = tuple[bytes, int, list[_Issue], list[_BadRun]]
"""Runs as the body of a page, how many they are, and what was odd about them."""

def restored_pages(pages: list[_Page], bad_runs: list[_BadRun], /) -> Pages:
    """Makes pages again from their pickle; so do the others of a run and its parts."""

def restored_run(page: _Page, /) -> Run: ...
def restored_turn(run: Run, number: int, /) -> Turn: ...
def restored_criterion(run: Run, number: int, /) -> Criterion: ...

@final
class ArrowTable:
    """One of the tables "runs", "turns", "criteria", "issues" over the pages of several walks.

    Built page by page as a stream is read, in C++, without the GIL. `columns` are the names of
    those that are built, in this order; no name stands for all. `names` are those of the column
    `scenario_name`, by the references of scenarios.
    """

    def __init__(
        self,
        table: str,
        walks: list[Pages],
        metadata: dict[str, str],
        columns: Sequence[str] = (),
        names: dict[str, str] = ...,
    ) -> None: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def contract_words(self) -> dict[str, list[str]]:
        """Of each column whose words the contract names, these words in their order."""

@final
class Mailbox:
    """Where finished operations of one event loop arrive; its descriptor becomes readable.

    It also becomes readable when there are events to log.
    """

    def __init__(self) -> None: ...
    def fileno(self) -> int: ...
    def take(self) -> list[Operation]:
        """Gives the operations that have finished, and logs the events so far."""

    def close(self) -> None: ...

def drain_events() -> None:
    """Logs the events so far by `simruns.core.logs.write`."""

@final
class Operation:
    """An operation that is under way in the core thread."""

    def wait(self) -> Any:
        """Blocks without the GIL until it is done; returns its result or raises its failure.

        A signal handler that raises (Ctrl-C) cancels the operation first. Events that come
        meanwhile are logged.
        """

    def wait_for(self, seconds: float) -> bool:
        """Blocks like `wait`, at most so long, and tells whether it is done; raises no failure."""

    def done(self) -> bool: ...
    def result(self) -> Any:
        """Gives what `wait` does, without waiting. Requires `done()`."""

    def cancel(self) -> None:
        """Asks for the end of the operation, which then fails soon with `kind="cancelled"`."""

    @property
    def held(self) -> tuple[Pages, str]:
        """What a walk has brought so far, also if it has failed, and the position after it."""

    @property
    def received(self) -> int:
        """Runs that came so far."""

    @property
    def total(self) -> int | None:
        """Runs that the server counts, once it is known."""

@type_check_only
class _Steps:
    """What each kind of stream has, for loops and for tasks; in C++, a base that Python has not."""

    def _try_next(self) -> Run | None:
        """Gives a run that is already here, else None."""

    def _start_ready(self, mailbox: Mailbox | None) -> Operation:
        """Fetches until a run is here, for `_try_next` to give; its result is False at the end.

        It goes on with the operation that was left, if there is one.
        """

    def _leave(self, operation: Operation) -> None:
        """Says that nobody waits for the operation any more, which stays under way."""

    def _explain(self, error: BaseException) -> None:
        """Lets the error of a step say what a walk brought; a poll says nothing of the whole."""

    def _end(self) -> None:
        """Takes that the end is given; a walk then warns of missing runs, the first time only."""

    @property
    def _ended(self) -> bool:
        """Whether the end was given, behind the last run."""

    def _close(self) -> None:
        """Cancels the request that is under way; nothing more is sent. Safe to repeat."""

    @property
    def _closed(self) -> bool: ...

@type_check_only
class _WalkSteps(_Steps):
    def __init__(self, client: Client, query: Query) -> None: ...
    @property
    def _position(self) -> str:
        """The position after the last run that was given."""

    @property
    def _completeness(self) -> Completeness: ...
    @property
    def _bad_runs(self) -> list[Issue]:
        """The runs that were left out so far, each as an issue with its text."""

class Stream(_WalkSteps):
    """The runs of one walk, each once; nothing is sent before the first run is asked for."""

    def __next__(self) -> Run: ...

class AsyncStream(_WalkSteps):
    """The runs of one walk, for tasks of an event loop: `Stream` without what blocks.

    A class that derives from it has a coroutine `_wait_for_next()`, which gives the next run, or
    raises StopAsyncIteration. A run that is here already comes without it.
    """

    def __anext__(self) -> Coroutine[Any, Any, Run]: ...

@final
class FollowOptions:
    """How often to poll a live batch, and until when, in seconds.

    An interval of zero polls at once; an idle time or a deadline of zero is none.
    """

    def __init__(
        self, *, interval: float, jitter: float, count: int | None, idle: float, deadline: float
    ) -> None: ...
    @staticmethod
    def defaults() -> dict[str, float]:
        """Gives the interval and the jitter of those who give none."""

@final
class FollowStatus:
    """How far the following of a batch has come: a snapshot."""

    @property
    def seen(self) -> int: ...
    @property
    def settled(self) -> int: ...
    @property
    def pending(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def unnamed(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def ordered(self) -> int | None:
        """Runs that the batch says were ordered; None where it is not known."""
    @property
    def polls(self) -> int: ...
    @property
    def pages(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def ended(self) -> FollowEnd | None: ...

@type_check_only
class _FollowSteps(_Steps):
    def __init__(self, client: Client, query: Query, options: FollowOptions) -> None: ...
    @property
    def _status(self) -> FollowStatus: ...
    @property
    def _lost(self) -> list[tuple[str, int | None, int | None, int, int, str]]:
        """The lost runs, each as the fields of `simruns.LostRun`."""

class Follow(_FollowSteps):
    """The runs of a live batch, each once, as they settle.

    Nothing is sent before the first run is asked for.
    """

    def __next__(self) -> Run: ...

class AsyncFollow(_FollowSteps):
    """The runs of a live batch, for tasks of an event loop: `Follow` without what blocks.

    A class that derives from it has a coroutine `_wait_for_next()`, as for `AsyncStream`.
    """

    def __anext__(self) -> Coroutine[Any, Any, Run]: ...

@final
class Secret:
    """A text that nothing shows.

    The exception of a call with a wrong argument lists all arguments by their `repr`, and that of a
    secret is the same for each.
    """

    def __init__(self, text: object) -> None:
        """Raises `InvalidArgumentError` for what is no text that UTF-8 can carry."""

    @staticmethod
    def masked(given: object) -> Secret:
        """Hides whatever it is given, and raises nothing: its properties say what is wrong."""

    @staticmethod
    def of_bytes(content: bytes) -> Secret:
        """Hides the content of a file, without the white space around it."""

    @property
    def fault(self) -> str:
        """What is wrong with it as a text, to be put behind its name; empty if nothing is."""

    @property
    def type_name(self) -> str:
        """The name of the type of what it was given."""

    @property
    def is_empty(self) -> bool: ...
    @property
    def is_ascii(self) -> bool: ...
    @property
    def is_key(self) -> bool:
        """Whether it can be a credential: ASCII without spaces."""

def masked_arguments(given: dict[str, Any], plain: frozenset[str]) -> dict[str, Any]:
    """Hides the values of keyword arguments, but those of the names in `plain`, and None.

    Of `headers` it hides each value.
    """

@final
class ReadBudget:
    """How many bytes of memory the pages of several walks may take together."""

    def __init__(self, max_bytes: int) -> None: ...

class Client:
    """Connections to one server, with one set of credentials, which the repr does not show.

    `options` holds options by the names of `simruns.Options`; `proxy` is a `Secret`, and `headers`
    a dictionary of names, each with a `Secret`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Secret | None = None,
        token: Secret | None = None,
        options: dict[str, Any] = ...,
    ) -> None: ...
    @staticmethod
    def option_defaults() -> dict[str, float | int | bool | None]:
        """Gives what each option is if it is not given. None: none, or as the server is."""

    @property
    def base_url(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    def with_options(self, options: dict[str, Any]) -> Client:
        """Gives a client with other options over the same connections, which is closed with this
        one.
        """
    @property
    def proxy(self) -> str | None:
        """The URL of the proxy, with `***` for its user and password; None without one."""

    def probe(self, query: Query, *, anonymous: bool) -> Probe:
        """Asks for one page over a connection of its own; `anonymous` sends no credentials."""

    def start_page(self, query: Query, mailbox: Mailbox | None) -> Operation:
        """Starts reading one page; the result is a `Page`."""

    def start_read(
        self,
        query: Query,
        mailbox: Mailbox | None,
        witness: bool = False,
        budget: ReadBudget | None = None,
    ) -> Operation:
        """Starts the whole walk; the result is `Pages`.

        `witness` says whether to ask for the batch besides, by one request, as soon as a page is
        here. The walk waits for the answer at most a second beyond its own end.
        """

    def start_list(self, query: ListQuery, mailbox: Mailbox | None) -> Operation:
        """Starts a walk over any list; the result is `Pages`.

        A scenario or a batch comes as a run that has its id and its text, and nothing else.
        """

    def start_run(self, query: Query, id: str, mailbox: Mailbox | None) -> Operation:  # noqa: A002
        """Starts reading one run; the result is a `Run`."""

    def start_batch(self, query: Query, mailbox: Mailbox | None) -> Operation:
        """Starts reading what the server says of a batch itself; the result is a `BatchInfo`."""

    def start_witness(self, query: Query, mailbox: Mailbox | None) -> Operation:
        """Starts asking a batch, by one attempt; the result is a `Witness`, and never an error.

        It comes within a second.
        """

    def close(self) -> None:
        """Cancels every operation and stream, and closes the connections. Safe to repeat."""

@final
class Probe:
    """One request that tells how a server is reached."""

    @property
    def operation(self) -> Operation: ...
    @property
    def date_ms(self) -> int | None:
        """What the server's clock said, in milliseconds since 1970; None without a response."""

def versions() -> dict[str, str]:
    """Gives the versions of the libraries that the core runs with."""

def trust_places() -> tuple[str, str]:
    """Gives the file and the directories in which OpenSSL looks for authorities."""

@final
class Simulator:
    """A local Simulator on a thread of its own, which listens when the constructor returns."""

    def __init__(
        self,
        *,
        data: str | None = None,
        texts: list[tuple[tuple[str, str, str], list[str]]] | None = None,
        seed: int = 1,
        scenarios: int = 3,
        batches: int = 1,
        runs: int = 100,
        wrongly_passed: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: Secret | None = None,
        token: Secret | None = None,
        latency_ms: float = 0.0,
        live: str | None = None,
        speed: float = 1.0,
        faults: str | None = None,
        self_signed: bool = False,
        certificate: str | None = None,
        private_key: Secret | None = None,
        upstream: str | None = None,
        record: str | None = None,
        log: str | None = None,
        neighbours: bool = True,
        keep_responses: int = 0,
    ) -> None: ...
    @property
    def url(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def api_key(self) -> str: ...
    @property
    def certificate(self) -> str:
        """The certificate as PEM; empty without TLS."""

    @property
    def recorded(self) -> tuple[int, int]:
        """The number of runs that were recorded, and of what could not be."""

    def batches(self) -> list[tuple[str, str, str]]:
        """Gives each batch as (project, scenario, batch), in the order of the data."""

    def truths(
        self,
    ) -> list[tuple[tuple[str, str, str], float, bool, bool, int, str, float, list[str]]]:
        """Gives (batch, success rate, regressed, flaky, outage, weakness, stuck, wrongly passed) of
        each batch that was generated.
        """

    def requests(self) -> list[dict[str, Any]]:
        """Gives the latest requests: number, at, method, target, status, bytes, faulty."""

    def clear_requests(self) -> None: ...
    def take_responses(self) -> list[tuple[str, int, bool, bytes]]:
        """Gives (target, status, faulty, body) of each response since the last call, if kept."""

    @property
    def is_live(self) -> bool: ...
    @property
    def live_until_ms(self) -> int: ...
    @property
    def speed(self) -> float: ...
    @speed.setter
    def speed(self, speed: float) -> None: ...
    def now_ms(self) -> int: ...
    def advance_ms(self, step: float) -> None: ...
    def close(self) -> None: ...
