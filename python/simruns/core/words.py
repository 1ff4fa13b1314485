"""The words and shapes that the types of public names are made of."""

from __future__ import annotations

from typing import Literal, TypeAlias

JSONValue: TypeAlias = dict[str, "JSONValue"] | list["JSONValue"] | str | int | float | bool | None
"""What `json.loads` gives."""

Verdict: TypeAlias = Literal[
    "success", "failure", "agent_error", "platform_error", "unknown_error", "stopped", "pending"
]
"""The outcome of a run."""

ErrorKind: TypeAlias = Literal[
    "connect",
    "timeout",
    "tls",
    "transport",
    "truncated",
    "protocol",
    "too_large",
    "decode",
    "auth",
    "forbidden",
    "bad_request",
    "not_found",
    "rate_limited",
    "server",
    "http",
    "redirect",
    "pagination",
    "incomplete",
    "invalid_argument",
    "cancelled",
]
"""What went wrong with a request, the same words as the names of the C++ `errc`."""

Proof: TypeAlias = Literal["complete", "unverified", "incomplete"]
"""Whether all runs came."""

WalkMode: TypeAlias = Literal["auto", "cursor", "windows"]
"""How pages are to be asked for."""

WalkTaken: TypeAlias = Literal["cursor", "backward", "windows", "restarted", "joined"]
"""How pages were asked for."""

OnBadRun: TypeAlias = Literal["error", "issue"]
"""What becomes of a run that is no JSON."""

BatchState: TypeAlias = Literal["unknown", "in_progress", "completed", "stopped", "failed"]
"""How far a batch is."""

ArchiveState: TypeAlias = Literal["archived", "unchanged", "unlisted", "failed"]
"""What became of a batch when its project was archived."""

FollowEnd: TypeAlias = Literal["finished", "count", "until", "idle", "deadline"]
"""What ended the following of a batch."""
