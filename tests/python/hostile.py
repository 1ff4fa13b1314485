"""A run whose texts are what a page, a terminal or a notebook must not obey."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import simruns
from simruns import _core

SCRIPT = "<script>window.__pwned = 1</script>"
TEXTS = (
    SCRIPT,
    "</style><script>window.__pwned = 2</script><style>* { display: none }</style>",
    '<img src=x onerror="window.__pwned = 3">',
    '"><svg onload=window.__pwned = 4>',
    "' onmouseover='window.__pwned = 5' autofocus onfocus='window.__pwned = 6",
    "</div></bdi></pre></details></table><h1>outside</h1>",
    '<iframe src="https://example.com/frame"></iframe><a href="javascript:alert(1)">a link</a>',
    "<!-- <![CDATA[ &lt;script&gt; &#60;script&#62;",
    "abc\u202edcba\u2066fed\u2069 \u200f אבג",
    "\x1b[31mred\x1b[2J\x07\x00 and a bell",
    "[b red]markup[/b] [/end] :smile:",
    "x" * 100_000,
    "word " * 20_000,
    "Z̷̡̛̤a̵̛̰̓l̶̰̈́g̴̖̈́o̷" * 30,
    "مرحبا بالعالم، كيف حالك؟ 123 abc",
    "one\r\ntwo\rthree\u2028four\n\n\nfive\tsix",
    "日本語のとても長いテキスト" * 40,
    "",
    "   ",
    '{"a": [1, {"b": "</pre><script>window.__pwned = 7</script>"}], "c": 1e400}',
)
ROLES = ("user", "assistant", "tool", "system", None, "<b>odd</b>")
REFERENCE = TEXTS[2]


def run_of(texts: Sequence[str], roles: Sequence[Any] = ROLES) -> simruns.Run:
    """A run that has these texts in every place that is shown."""
    return run_from(_members(texts, roles))


def run_from(members: dict[str, Any]) -> simruns.Run:
    return _core.Pages.of_texts([json.dumps(members)])[0]


def _members(texts: Sequence[str], roles: Sequence[Any]) -> dict[str, Any]:
    def at(number: int) -> str:
        return texts[number % len(texts)]

    def data(number: int) -> dict[str, Any]:
        role = roles[number % len(roles)]
        out: dict[str, Any] = {} if role is None else {"role": role}
        if number % 3 == 1:
            out["toolCalls"] = [{"name": at(number), "arguments": {at(number + 1): at(number)}}]
        if number % 3 == 2:
            out.update({"tool": at(number), at(number) or "a": [at(number + 1), None, 1.5]})
        return out

    turns = [
        {"id": text, "sequence": number + 1, "text": text, "data": data(number),
         "createdAt": 1718000004090 + number * 2345}
        for number, text in enumerate(texts)
    ]  # fmt: skip
    named = [
        {"type": at(number), "params": {"name": f"{text} {number}", "text": at(number + 1)}}
        for number, text in enumerate(texts)
    ]
    results = [
        {"name": f"{text} {number}", "success": number % 2 == 0, "reason": at(number + 2)}
        for number, text in enumerate(texts)
    ]
    return {
        "id": at(0) or "r",
        "projectReference": at(1) or "p",
        "simulationReference": at(2) or "s",
        "simulationRunBatchReference": at(3) or "b",
        "sequence": at(9),
        "endPointType": at(4),
        "largeLanguageModelReferenceId": at(5),
        "turns": [*turns, {"id": "last", "text": None, "data": None}],
        "totalTurns": 3,
        "successCriteria": named,
        "metrics": {
            "sentiment": at(6),
            "success": False,
            "status": at(7),
            "results": results,
            "summary": at(8),
            "errorInfo": {"category": at(0), "message": at(1), "technicalDetails": at(9)},
        },
        "createdAt": 1718000000000,
        "duration": 45678,
        at(3) or "more": at(4),
    }
