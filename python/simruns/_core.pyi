"""The compiled core: C++ handles, nothing else. `simruns` is the public face of all of this.

Every failure is raised through `simruns.core.errors.from_failure`. One core thread runs the
network; it never takes the GIL. A wait releases the GIL and looks at signals, so Ctrl-C works.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, final, overload

__version__: str

@final
class Query:
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
        walk: str | None = None,
        strict: bool = False,
        allow_incomplete: bool = False,
    ) -> None: ...

@final
class Completeness:
    """What a walk got, of what the server said there is. A snapshot."""

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
        filtered: bool = False,
        guessed: bool = False,
        unnamed: int = 0,
        sequences: list[int | None] | None = None,
    ) -> None:
        """Of a walk that several processes made together, which got runs of these numbers."""

    received: int
    unnamed: int
    duplicates: int
    total: int | None
    total_first: int | None
    missing: int | None
    gaps: list[tuple[int, int]]
    pages: int
    requests: int
    retries: int
    walk: str  # "cursor", "backward", "windows", "restarted"
    doubt: str
    filtered: bool
    guessed: bool
    reached_end: bool
    limited: bool
    verdict: str  # "complete", "unverified", "incomplete"
    text: str

@final
class Turn:
    """One message of a conversation, as the server told it."""

    id: str | None
    sequence: int | None
    """Its place in the conversation."""
    text: str | None
    data: str | None
    """What came beside the text, as JSON text."""
    created_at_ms: int | None
    """Milliseconds since 1970."""
    @property
    def created_at(self) -> datetime | None:
        """In UTC; None also beyond the years 1 to 9999, which is an issue."""

@final
class Criterion:
    """What a run has to meet to be a success."""

    type: str | None
    params: str | None
    """Its parameters, as JSON text."""

@final
class Issue:
    """Something odd about the data, that was kept as it came."""

    path: str
    """Where in the page: `/data/17/metrics/success`."""
    message: str

@final
class Run:
    """One simulated conversation, its outcome and what it was measured by.

    Attributes are read from the page when asked, which a run keeps alive. None: absent, null or
    not of the expected type, which `issues` then says; `to_dict()` tells these apart. Two runs are
    equal if they have the same id and the same text.
    """

    id: str
    organisation: str | None
    """Its reference, as those of the next three."""
    project: str | None
    scenario: str | None
    batch: str | None
    sequence: int | None
    """Its number in the batch, from 1."""
    large_language_model: str | None
    """The reference of the model that played the customer."""
    endpoint_type: str | None
    turns: list[Turn]
    """The conversation."""
    total_turns: int | None
    """As the server counts them."""
    max_turns: int | None
    """Where the conversation had to end."""
    criteria: list[Criterion]
    """What it takes to be a success."""
    created_at_ms: int | None
    """Milliseconds since 1970."""
    created_by: str | None
    duration_ms: int | None
    """Milliseconds."""
    expires_at_ms: int | None
    """Milliseconds since 1970; None also for a text that is no time: see `expires_at_text`."""
    expires_at_text: str | None
    """When the server forgets the run, as it was sent."""
    sentiment: str | None
    """`positive`, `negative`, `neutral`, or what else was sent."""
    success: bool | None
    """What the server says; `verdict` sees the whole."""
    results: list[str] | None
    """Of each criterion, as JSON text."""
    success_numerator: int | None
    success_denominator: int | None
    success_percentage: float | None
    """What the server says; numerator and denominator are what it should follow from."""
    summary: str | None
    is_batch_stopped: bool | None
    is_conversation_ended: bool | None
    error_category: str | None
    """`NONE`, `LLM_PROVIDER_ERROR`, `AI_AGENT_TIMEOUT`, `AI_AGENT_ERROR`, `UNKNOWN`, or else."""
    error_message: str | None
    error_technical_details: str | None
    status: str | None
    """`SUCCESS`, `FAILED`, `ERROR`, or what else was sent."""
    verdict: str
    """success, failure, agent_error, platform_error, unknown_error, stopped or pending.

    A success rate is success / (success + failure + agent_error).
    """
    contradictory: bool
    """Whether status, success and results disagree."""
    issues: list[Issue]
    """What was odd about it."""
    @property
    def created_at(self) -> datetime | None:
        """In UTC; None also beyond the years 1 to 9999, which is an issue."""

    @property
    def expires_at(self) -> datetime | None:
        """In UTC; None also for a text that is no time, or a time beyond the years 1 to 9999."""

    def to_json(self) -> str:
        """The run's own text, byte for byte as it came."""

    def to_dict(self) -> dict[str, Any]:
        """The plain parse of `to_json()`."""

    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Page:
    """One answer of the server: a sequence of its runs, and its place in the batch."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __iter__(self) -> Iterator[Run]: ...
    limit: int | None
    """Runs that a page holds at most."""
    skip: int | None
    """Runs before this page; of a page by cursor, what the server says."""
    total: int | None
    """The server's count of the runs of the batch."""
    has_next: bool | None
    has_previous: bool | None
    next: str | None
    """The cursor of the page after this one, for `start_at`."""
    previous: str | None
    """The cursor of the page before this one. Reading starts at `next` cursors only."""
    issues: list[Issue]
    """What was odd about the page and its runs."""
    issues_dropped: int
    """Issues beyond the first ones that are kept."""
    def body(self) -> bytes:
        """The answer as it came."""

@final
class Pages:
    """The pages of one walk, held. Immutable."""

    @staticmethod
    def of_texts(texts: Iterable[str]) -> Pages:
        """Pages of runs by their own texts, which `Run.to_json` gives back byte for byte.

        Their completeness counts them, and knows no more. Raises ValueError for what is not the
        JSON of one run.
        """

    completeness: Completeness
    def __len__(self) -> int: ...  # runs
    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...

@final
class ArrowTable:
    """One of the tables "runs", "turns", "criteria", "issues" over the pages of several walks.

    Built page by page as a stream is read, in C++, without the GIL.
    """

    def __init__(self, table: str, walks: list[Pages], metadata: dict[str, str]) -> None: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    @property
    def num_rows(self) -> int: ...

@final
class Mailbox:
    """Where finished operations of one event loop arrive; its descriptor becomes readable."""

    def __init__(self) -> None: ...
    def fileno(self) -> int: ...
    def take(self) -> list[Operation]: ...
    def close(self) -> None: ...

def take_events() -> list[dict[str, Any]]:
    """What the core told of its requests since the last call."""

def events_logged(number: int) -> None:
    """So many of those that were taken are logged."""

def wait_for_event() -> bool:
    """Waits without the GIL for something to take. False: `close_events` was called."""

def close_events() -> None: ...

@final
class Operation:
    """Something under way in the core thread."""

    def wait(self) -> Any:
        """Blocks without the GIL until it is done; returns its result or raises its failure.

        A signal handler that raises (Ctrl-C) cancels the operation first.
        """

    def wait_for(self, seconds: float) -> bool:
        """Blocks like `wait`, at most so long; whether it is done. Raises nothing of its own."""

    def done(self) -> bool: ...
    def result(self) -> Any:
        """What `wait` gives, without waiting. Requires `done()`."""

    def cancel(self) -> None:
        """Asks for its end; it then fails with `kind="cancelled"` soon. Safe to repeat."""

    @property
    def completeness(self) -> Completeness:
        """Of a walk, as of its latest page or its failure."""

    @property
    def received(self) -> int:
        """Runs so far."""

    @property
    def total(self) -> int | None:
        """The server's count, once known."""

@final
class Stream:
    """The runs of one walk, read once. Nothing is sent before the first run is asked for."""

    def __iter__(self) -> Iterator[Run]: ...
    def __next__(self) -> Run: ...
    def try_next(self) -> Run | None:
        """A run that is already here, else None."""

    def start_ready(self, mailbox: Mailbox | None) -> Operation:
        """Fetches until a run is here, for `try_next` to give; its result is False at the end."""

    @property
    def position(self) -> str:
        """After the last run that `try_next` gave."""

    @property
    def completeness(self) -> Completeness: ...
    def explain(self, error: BaseException) -> None:
        """Lets the error of a step say what the walk had."""

    def end(self) -> None:
        """After the last run: warns of what is missing, the first time."""

    def close(self) -> None:
        """Cancels what is under way; nothing more is sent. Safe to repeat."""

@final
class FollowOptions:
    """How often to look at a live batch, and until when. Seconds; zero: never, or at once."""

    def __init__(
        self, *, interval: float, jitter: float, count: int | None, idle: float, deadline: float
    ) -> None: ...

@final
class FollowStatus:
    """How far the following of a batch has come. A snapshot."""

    seen: int
    settled: int
    pending: int
    lost: int
    unnamed: int
    total: int | None
    polls: int
    pages: int
    requests: int
    ended: str | None

@final
class Follow:
    """The runs of a live batch, each once, as they settle. Nothing is sent before the first."""

    def __iter__(self) -> Iterator[Run]: ...
    def __next__(self) -> Run: ...
    def try_next(self) -> Run | None:
        """A run that is already here, else None."""

    def start_ready(self, mailbox: Mailbox | None) -> Operation:
        """Polls until a run is here, for `try_next` to give; its result is False at the end."""

    @property
    def status(self) -> FollowStatus: ...
    @property
    def lost(self) -> list[tuple[str, int | None, int | None, int, int, str]]:
        """Id, sequence, when it said to expire, the poll that saw it last and the one that missed
        it, and why it is lost.
        """

    def explain(self, error: BaseException) -> None: ...
    def end(self) -> None: ...
    def close(self) -> None:
        """Cancels what is under way; nothing more is sent. Safe to repeat."""

@final
class Client:
    """Connections to one server, with one set of credentials. Its repr shows neither key nor token.

    `options` holds options by the names of `simruns.Client`; times in
    seconds, sizes in bytes.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        token: str | None = None,
        options: dict[str, Any] = ...,
    ) -> None: ...
    @staticmethod
    def option_names() -> list[str]: ...
    @property
    def base_url(self) -> str: ...
    def start_page(self, query: Query, mailbox: Mailbox | None) -> Operation:
        """One page; its result is a `Page`."""

    def start_read(self, query: Query, mailbox: Mailbox | None) -> Operation:
        """The whole walk; its result is `Pages`."""

    def stream(self, query: Query) -> Stream: ...
    def follow(self, query: Query, options: FollowOptions) -> Follow: ...
    def close(self) -> None:
        """Cancels all that is under way, streams too; closes the connections. Safe to repeat."""

@final
class Simulator:
    """A local Simulator server on a thread of its own; listening when the constructor returns."""

    def __init__(
        self,
        *,
        data: str | None = None,
        lines: str | None = None,
        seed: int = 1,
        scenarios: int = 3,
        batches: int = 1,
        runs: int = 100,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        token: str | None = None,
        latency_ms: float = 0.0,
        live: str | None = None,
        speed: float = 1.0,
        faults: str | None = None,
        self_signed: bool = False,
        certificate: str | None = None,
        private_key: str | None = None,
        upstream: str | None = None,
        record: str | None = None,
        log: str | None = None,
        keep_answers: int = 0,
    ) -> None: ...
    @property
    def url(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def api_key(self) -> str: ...
    @property
    def certificate(self) -> str:
        """As PEM; empty without TLS."""

    @property
    def recorded(self) -> tuple[int, int]:
        """Runs that were kept, and what could not be."""

    def batches(self) -> list[tuple[str, str, str]]:
        """(project, scenario, batch) of each, in the order of the data."""

    def truths(self) -> list[tuple[tuple[str, str, str], float, bool, bool]]:
        """(batch, success rate, regressed, flaky) of each that was generated."""

    def requests(self) -> list[dict[str, Any]]:
        """The latest requests: number, at, method, target, status, bytes, faulty."""

    def clear_requests(self) -> None: ...
    def take_answers(self) -> list[tuple[str, int, bool, bytes]]:
        """(target, status, faulty, body) of the answers since the last call, if they are kept."""

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
