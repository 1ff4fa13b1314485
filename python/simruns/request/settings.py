"""The server, the project and the credentials: by arguments first, then by the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from simruns import _core
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.core.reading import reading

BASE_URL = "SIMRUNS_BASE_URL"
PROJECT = "SIMRUNS_PROJECT"
API_KEY = "SIMRUNS_API_KEY"
TOKEN = "SIMRUNS_TOKEN"


def hidden_user(url: object) -> object:
    """Hides a URL that holds a user, and perhaps a password, from reports of errors."""
    named = url if isinstance(url, str) else repr(url)
    return _core.Secret.masked(url) if _USER.match(named) else url


_USER = re.compile(r"[^/?#]*(//)?[^/?#]*@")


def base_url(given: object) -> str:
    """Gives the base URL, of which `given` was passed through `hidden_user`."""
    url = hidden_user(os.environ.get(BASE_URL)) if given is None else given
    name = BASE_URL if given is None else "base_url"
    if isinstance(url, _core.Secret):
        raise invalid(
            f"{name} is not usable: it holds a user or a password; give credentials apart from it",
            field="base_url",
        )
    if not url:
        raise invalid(f"no base URL; give base_url or set {BASE_URL}", field="base_url")
    return checks.text(name, url)


def project(given: str | None) -> str | None:
    """Gives the project, or None: then each batch has to name its own."""
    if given is not None:
        return checks.text("project", given)
    return _set(PROJECT, checks.text)


def credentials(
    api_key: _core.Secret | None, token: _core.Secret | None
) -> dict[str, _core.Secret]:
    """Gives one of `api_key` and `token`, by its name. An argument silences the environment."""
    given = {"api_key": api_key, "token": token}
    names = {name: name for name in given}
    source = "both api_key and token are given; give one"
    if api_key is None and token is None:
        names = {"api_key": API_KEY, "token": TOKEN}
        given = {name: _secret_of(variable) for name, variable in names.items()}
        source = f"both {API_KEY} and {TOKEN} are set; unset one"
    found = {
        name: checks.secret(names[name], value)
        for name, value in given.items()
        if value is not None
    }
    if len(found) > 1:
        raise invalid(source)
    if not found:
        raise invalid(f"no credentials; give api_key or token, or set {API_KEY} or {TOKEN}")
    return found


def key_in(file: Path) -> _core.Secret:
    """Gives the key in a file, without the white space around it.

    It is a secret, which no variable shows; clients take it as they take a text.
    """
    try:
        with reading(file):
            key = _core.Secret.of_bytes(file.read_bytes())
    except OSError as error:
        raise invalid(f"cannot read the key file {file}: {error.strerror}") from None
    if not key.is_ascii:
        raise invalid(f"{file} is not a key: it holds more than ASCII characters")
    if key.is_empty:
        raise invalid(f"the key file {file} is empty")
    if not key.is_key:
        raise invalid(f"{file} is not a key: there are spaces or control characters in it")
    return key


def _secret_of(variable: str) -> _core.Secret | None:
    """Gives what a variable of the environment holds, if it holds something."""
    value = _core.Secret.masked(os.environ.get(variable, ""))
    return None if value.is_empty else value


def _set(variable: str, check: Callable[[str, Any], str]) -> str | None:
    """Gives what a variable of the environment holds, if it holds something and is sound."""
    value = os.environ.get(variable)
    return check(variable, value) if value else None


class Trust(NamedTuple):
    """Which authorities an https client trusts that is given no file of them."""

    places: tuple[str, ...]
    """The files and directories that hold them; none if none are known on this machine."""
    ca_file: str | None
    """The file that the client has to be given, where OpenSSL would find none by itself."""


def trust() -> Trust:
    """Finds the authorities: those of OpenSSL, else of a system, else of certifi.

    The OpenSSL of a wheel looks where the system had them that the wheel was built on.
    """
    file, directories = _core.trust_places()
    named = os.environ.get("SSL_CERT_FILE")
    directories = os.environ.get("SSL_CERT_DIR") or directories
    places = tuple(filter(_has_authorities, [named or file, *directories.split(":")]))
    if places or named:
        return Trust(places, None)
    found = next(filter(_has_authorities, SYSTEM_FILES), None) or _file_of_certifi()
    return Trust((), None) if found is None else Trust((found,), found)


SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Fedora, SUSE, Alpine and macOS, and what is made of them, keep authorities."""

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


def _has_authorities(place: str) -> bool:
    """Tells whether there is a file, or a directory with files that OpenSSL would ask for."""
    try:
        if os.path.isdir(place):
            return any(map(_HASHED.fullmatch, os.listdir(place)))
        return os.path.getsize(place) > 0
    except (OSError, ValueError):
        return False


def _file_of_certifi() -> str | None:
    try:
        return str(import_module("certifi").where())
    except ImportError:
        return None
