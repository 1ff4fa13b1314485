"""Pages that need nothing but themselves: one file with its style, its script and its data."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from importlib.resources import files
from typing import Any

from simruns.core.extras import require
from simruns.core.lines import visible
from simruns.core.words import JSONValue
from simruns.looks.style import whole_page

EXTRA = "report"
BASE = "base"
"""The name of the style and the script that all pages have."""


def page(name: str, **told: object) -> str:
    """Makes a page of the template, the style and the script of this name in the folder `parts`.

    `told` is what the template shows. Every text of it is escaped, and what would be obeyed, such
    as an override of the direction, is shown as an escape. The policy of the page forbids all but
    its own style and script: it loads nothing, sends nothing, and runs nothing that a text holds.
    """
    markup = require("markupsafe", EXTRA, "a page").Markup
    script = f'"use strict";\n(() => {{\n{_part(f"{BASE}.js")}{_part(f"{name}.js")}}})();\n'
    style = whole_page() + "\n" + _part(f"{BASE}.css") + _part(f"{name}.css")
    template = _environment().get_template(f"{name}.html")
    page: str = template.render(
        **told, policy=_policy(script, style), script=markup(script), style=markup(style)
    )
    return page


def packed(value: JSONValue) -> str:
    """Gives JSON for the script of a page, compressed, in letters and digits."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _policy(script: str, style: str) -> str:
    """Gives the Content-Security-Policy of a page with this script and this style."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _part(name: str) -> str:
    return (files("simruns.reports") / "parts" / name).read_text(encoding="utf-8")


def _environment() -> Any:
    jinja2 = require("jinja2", EXTRA, "a page")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, finalize=_shown, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, loader=jinja2.FunctionLoader(_part),
    )  # fmt: skip
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment


def _shown(value: Any) -> Any:
    """Gives what stands in a page for a value. What is markup has been escaped before."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return visible(value, alone=True) if is_text else value
