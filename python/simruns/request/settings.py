"""The server, the project and the credentials: by arguments first, then by the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid

BASE_URL = "SIMRUNS_BASE_URL"
PROJECT = "SIMRUNS_PROJECT"
API_KEY = "SIMRUNS_API_KEY"
TOKEN = "SIMRUNS_TOKEN"


def base_url(given: str | None) -> str:
    url = checks.text("base_url", given) if given is not None else _set(BASE_URL, checks.text)
    if not url:
        raise invalid(f"no base URL; give base_url or set {BASE_URL}", field="base_url")
    return url


def project(given: str | None) -> str | None:
    """Gives the project, or None: then each batch has to name its own."""
    if given is not None:
        return checks.text("project", given)
    return _set(PROJECT, checks.text)


def credentials(api_key: str | None, token: str | None) -> dict[str, _core.Secret]:
    """Gives one of `api_key` and `token`, by its name. An argument silences the environment."""
    if api_key is None and token is None:
        given = {"api_key": _set(API_KEY, checks.secret), "token": _set(TOKEN, checks.secret)}
        found = {name: value for name, value in given.items() if value is not None}
        source = f"both {API_KEY} and {TOKEN} are set; unset one"
    else:
        given = {"api_key": api_key, "token": token}
        found = {
            name: checks.secret(name, value) for name, value in given.items() if value is not None
        }
        source = "both api_key and token are given; give one"
    if len(found) > 1:
        raise invalid(source)
    if not found:
        raise invalid(f"no credentials; give api_key or token, or set {API_KEY} or {TOKEN}")
    return {name: _core.Secret(value) for name, value in found.items()}


def _set(variable: str, check: Callable[[str, Any], str]) -> str | None:
    """Gives what a variable of the environment holds, if it holds something and is sound."""
    value = os.environ.get(variable)
    return check(variable, value) if value else None


def trust_file() -> str | None:
    """Gives the file of certifi's authorities if this machine has none of its own, else None."""
    if os.environ.get("SSL_CERT_FILE") or _has_system_store():
        return None
    try:
        return str(import_module("certifi").where())
    except ImportError:
        return None


def _has_system_store() -> bool:
    import ssl

    paths = ssl.get_default_verify_paths()
    folder: str | None = paths.capath  # None if it is not there
    return bool(paths.cafile) or (folder is not None and bool(os.listdir(folder)))
