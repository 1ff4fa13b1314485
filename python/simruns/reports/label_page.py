"""A sheet of conversations as a page to label in: one at a time, by the keyboard or by hand."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from simruns.analysis.audit_sheet import AuditSheet, Conversation
from simruns.analysis.labels import CRITERION
from simruns.analysis.result import label
from simruns.core import checks
from simruns.core.csv_text import FORMULA
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.lines import visible
from simruns.core.words import JSONValue
from simruns.looks.texts import counted, one_line
from simruns.reports.content import MOST_NAME
from simruns.reports.page import EXTRA, packed, page


def write_label_page(sheet: AuditSheet, path: str | os.PathLike[str]) -> Path:
    """Writes the page, and gives its path; it is whole or not there."""
    out = Path(checks.path("path", path))
    require("jinja2", EXTRA, "a page to label in")
    text = page(
        "label", title=f"{counted(sheet.rows, 'conversation')} to label",
        rows=packed(_told(sheet)),
    )  # fmt: skip
    with replacing(out) as temporary:
        temporary.write_bytes(text.encode())
    return out


def _told(sheet: AuditSheet) -> dict[str, JSONValue]:
    """Gives what the page holds. Nothing of it is what the judge said."""
    return {
        "sheet": sha256("|".join([sheet.seed, *sheet.ids]).encode()).hexdigest()[:16],
        "columns": [*sheet.columns],
        "criterion": CRITERION,
        "formula": [*FORMULA],
        "rows": [_row(sheet, row) for row in sheet.conversations],
    }


def _row(sheet: AuditSheet, row: Conversation) -> dict[str, JSONValue]:
    criteria = zip(row.criteria, row.asks, strict=True)
    return {
        "id": row.run_id,
        "scenario": row.scenario,
        "about": one_line(label(sheet.names, row.scenario), MOST_NAME),
        "run": one_line(row.run_id, MOST_NAME) or "(no id)",
        "mission": _shown(row.mission),
        "turns": [_turn(*turn) for turn in row.turns],
        "criteria": [[key, one_line(key, MOST_NAME), _shown(ask)] for key, ask in criteria],
    }


def _turn(role: str, text: str) -> list[JSONValue]:
    """Gives who spoke, the text as it is shown, and the text itself where that is another."""
    shown = _shown(text)
    return [role, shown] if shown == text else [role, shown, text]


def _shown(text: str) -> str:
    return visible(text, alone=True)
