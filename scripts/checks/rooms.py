"""The rooms below `include/`, from left to right, as a header's path tells them."""

from __future__ import annotations

import re
from pathlib import Path

from checks.source import headers

SUB_ROOMS = ["data", "faults", "live", "store", "answer", "serve"]
ROOMS = [
    "config",
    "text",
    "root",
    *("json", "query", "request", "async", "transport", "page", "fetch", "walk", "follow", "runs"),
    *("columns", "testing"),
    *(f"simulator/{name}" for name in SUB_ROOMS),
    "simulator",
    "umbrella",
    "sources",
]
"""`config` is `config.hpp`; `root` holds the small headers of `simruns/` and its `impl/`;
`simulator` is `simulator.hpp`; `umbrella` is `simruns.hpp`; `sources` are both `src.hpp`."""

FOLDERS = {*ROOMS} - {"config", "root", "simulator", "umbrella", "sources"}

PRIVATE_ROOMS = {"text", "json", "async", "fetch"}
"""They have no public name: all of it is `simruns::detail`."""

ROOT_FILES = {"version", "error", "fwd"}
OWN_ROOM = {
    "simruns.hpp": "umbrella",
    "simruns/config.hpp": "config",
    "simruns/src.hpp": "sources",
    "simruns/simulator/src.hpp": "sources",
    "simruns/simulator/simulator.hpp": "simulator",
}
FILE = re.compile(
    r"simruns/(?P<room>[a-z_]+|simulator/[a-z_]+)/(?:(?:detail/)?\w+\.hpp|impl/\w+\.ipp)"
)
ROOT_FILE = re.compile(r"simruns/(?:(?P<header>\w+)\.hpp|impl/(?P<source>\w+)\.ipp)")


def room_of(name: str) -> str:
    """The room of a file below `include/`, such as `simruns/page/run.hpp`; empty if it has none."""
    if name in OWN_ROOM:
        return OWN_ROOM[name]
    if found := ROOT_FILE.fullmatch(name):
        return "root" if (found["header"] or found["source"]) in ROOT_FILES else ""
    found = FILE.fullmatch(name)
    return found["room"] if found and found["room"] in FOLDERS else ""


def rank(name: str) -> int:
    return ROOMS.index(room_of(name))


def is_private(name: str) -> bool:
    """Whether only files of its own room may include it."""
    return "/detail/" in name or "/impl/" in name


def is_public(name: str) -> bool:
    """Whether what it declares is for users."""
    return not is_private(name) and room_of(name) not in PRIVATE_ROOMS


def names_below_include(root: Path) -> list[str]:
    return [path.relative_to(root / "include").as_posix() for path in headers(root)]
