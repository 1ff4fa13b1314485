"""A gate in files: JUnit XML for a pipeline, and Markdown for the summary of a step."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from simruns.analysis.gate import Gate, Part, errors_part, parts_of
from simruns.cli.endings import way_out_of
from simruns.cli.quarantine import Quarantine
from simruns.cli.streams import say
from simruns.core.files import replacing
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.reports.markdown import plain, table_lines

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENDINGS = {"not good enough": "failure", "cannot tell": "error"}


class Told(NamedTuple):
    """What a gate comes to, to be written down."""

    gate: Gate
    quarantine: Quarantine
    incomplete: str
    """Why runs are missing or still to come; empty if they are not."""
    completeness: str
    """How complete the runs are, in a line."""
    runs: Runs
    baseline: Runs | None = None
    left_out: Collection[str] = ()
    """The references of the scenarios that are in quarantine."""

    @property
    def parts(self) -> list[Part]:
        """All requirements: those that were asked for, and those that always stand."""
        text = self.incomplete or self.completeness
        whole = Part("completeness", "cannot tell" if self.incomplete else "pass", text, {})
        return [*parts_of(self.gate), errors_part(self.gate), whole]


def write_junit(path: Path, told: Told) -> None:
    """Writes a test case for each requirement; the file is whole or not there.

    The numbers of the gate are properties: those of a requirement of its case, others of the suite.
    """
    parts, left_out = told.parts, told.quarantine.quarantine
    numbers = told.gate.numbers()
    for part in parts:
        numbers = {name: value for name, value in numbers.items() if name not in part.numbers}
    suite = ET.Element("testsuite", name="simruns gate", tests=str(len(parts) + len(left_out)))
    for word in ("failure", "error"):
        suite.set(f"{word}s", str(sum(_ENDINGS.get(part.verdict) == word for part in parts)))
    suite.set("skipped", str(len(left_out)))
    _add_properties(suite, numbers)
    for part in parts:
        case = _case(suite, part.name)
        _add_properties(case, part.numbers)
        if part.verdict != "pass":
            _add(case, _ENDINGS[part.verdict], type=part.verdict, message=part.text)
        else:
            _add(case, "system-out").text = _for_xml(part.text)
    for word, entry in left_out.items():
        case = _case(suite, f"scenario {word}")
        _add(case, "skipped", message=f"{entry.reason}; left out until {entry.until}")
    root = ET.Element("testsuites")
    root.append(suite)
    with replacing(path) as temporary:
        ET.ElementTree(root).write(temporary, encoding="utf-8", xml_declaration=True)


def append_step_summary(told: Told) -> None:
    """Appends a table to the file that $GITHUB_STEP_SUMMARY names, if it does.

    That it cannot be written to is said, and changes no answer.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(_markdown(told))
    except OSError as error:
        say(f"simruns: warning: GITHUB_STEP_SUMMARY: {way_out_of(error)}")


def _markdown(told: Told) -> str:
    views = [told.gate._view()] + ([told.quarantine._view()] if told.quarantine.quarantine else [])
    lines = []
    for view in views:
        head = view.title if view.verdict is None else f"{view.title}: {view.verdict[0]}"
        lines += [f"## {plain(head)}", ""]
        for sentence in view.sentences:
            lines += [plain(sentence), ""]
        for table in view.tables:
            heads, *rows = ([*map(plain, row)] for row in (table.heads, *table.rows))
            lines += [*table_lines(heads, rows, texts=table.texts), ""]
    lines += [plain(told.incomplete or told.completeness), ""]
    return "\n".join(lines) + "\n"


def _case(suite: ET.Element, name: str) -> ET.Element:
    return _add(suite, "testcase", classname="simruns.gate", name=name)


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    told = {name: _for_xml(text) for name, text in attributes.items()}
    return ET.SubElement(parent, tag, told)


def _add_properties(parent: ET.Element, numbers: dict[str, JSONValue]) -> None:
    if not numbers:
        return
    properties = _add(parent, "properties")
    for name, value in numbers.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        _add(properties, "property", name=name, value=shown)


def _for_xml(text: str) -> str:
    """Gives a text in which what XML cannot hold is shown as an escape: `\\x1b`."""
    return _NOT_IN_XML.sub(lambda c: c[0].encode("unicode_escape").decode("ascii"), text)
