"""The server that an assistant talks to over its standard input and output."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from simruns._core import __version__
from simruns.assistant.answers import UNTRUSTED, refusal
from simruns.assistant.folder import Folder
from simruns.assistant.tools import Tools
from simruns.core.errors import Error

READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
INSTRUCTIONS = (
    "Simulated conversations (runs) between an AI agent and simulated customers, and what they say "
    "of the agent. Begin with list, then summary; read_first and transcript show why runs fail. "
    f"Give rates with their limits, and say what cannot be told. {UNTRUSTED}"
)


def server_of(directory: Path) -> MCPServer:
    """Gives a server of the tools, all of which only read, over the runs of a directory."""
    tools = Tools(Folder(directory))
    server = MCPServer(
        "simruns", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    for tool in (
        tools.list, tools.summary, tools.compare, tools.failures, tools.read_first,
        tools.transcript, tools.reliability,
    ):  # fmt: skip
        description = " ".join(f"{tool.__doc__} {UNTRUSTED}".split())
        server.add_tool(
            _with_reasons(tool), description=description,
            annotations=READ_ONLY, structured_output=False,
        )  # fmt: skip
    return server


def _with_reasons(tool: Callable[..., str]) -> Callable[..., str]:
    """Has a tool say why it cannot answer; other errors are mistakes of this program."""

    @functools.wraps(tool)
    def told(*args: object, **kwargs: object) -> str:
        try:
            return tool(*args, **kwargs)
        except (Error, OSError) as error:
            raise ToolError(refusal(error)) from error

    return told
