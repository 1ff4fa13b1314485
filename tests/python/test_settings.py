"""Where a client finds its server and its credentials, and which options it takes."""

from __future__ import annotations

import copy
import pickle
import sys
import types
from pathlib import Path

import pytest

import simruns
from simruns import _core
from simruns.request import settings
from simruns.request.options import _CHECKS, Options

URL = "http://127.0.0.1:9/testing"
KEY = "key-that-is-secret"
TOKEN = "token-that-is-secret"


def test_without_a_base_url_the_message_says_where_it_may_come_from() -> None:
    with pytest.raises(
        simruns.InvalidArgumentError, match=r"give base_url or set SIMRUNS_BASE_URL"
    ):
        simruns.Client(api_key=KEY)


def test_without_credentials_the_message_says_where_they_may_come_from() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=r"SIMRUNS_API_KEY or SIMRUNS_TOKEN"):
        simruns.Client(URL)


def test_the_environment_is_enough(sim: simruns.Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMRUNS_BASE_URL", sim.url)
    monkeypatch.setenv("SIMRUNS_PROJECT", sim.project)
    monkeypatch.setenv("SIMRUNS_API_KEY", sim.api_key)
    scenario, batch = sim.pairs[0]
    with simruns.Client() as client:
        assert len(client.batch(scenario=scenario, batch=batch).head(5)) == 5


def test_an_explicit_argument_wins_over_the_environment(
    sim: simruns.Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMRUNS_BASE_URL", URL)
    monkeypatch.setenv("SIMRUNS_PROJECT", "another")
    monkeypatch.setenv("SIMRUNS_API_KEY", KEY)
    scenario, batch = sim.pairs[0]
    with simruns.Client(sim.url, project=sim.project, api_key=sim.api_key) as client:
        assert len(client.batch(scenario=scenario, batch=batch).head(5)) == 5


def test_an_explicit_key_silences_the_token_of_the_environment(
    sim: simruns.Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMRUNS_TOKEN", TOKEN)
    scenario, batch = sim.pairs[0]
    with sim.client() as client:
        assert len(client.batch(scenario=scenario, batch=batch).head(5)) == 5


def test_an_explicit_token_silences_the_key_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SIMRUNS_API_KEY", KEY)
    with simruns.Simulator(scenarios=1, runs=2, token=TOKEN) as sim:
        client = simruns.Client(sim.url, project=sim.project, token=TOKEN)
        scenario, batch = sim.pairs[0]
        assert len(client.batch(scenario=scenario, batch=batch).head(5)) == 2
        client.close()


def test_two_explicit_credentials_are_refused() -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="both api_key and token are given"):
        simruns.Client(URL, api_key=KEY, token=TOKEN)


def test_two_credentials_in_the_environment_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMRUNS_API_KEY", KEY)
    monkeypatch.setenv("SIMRUNS_TOKEN", TOKEN)
    with pytest.raises(
        simruns.InvalidArgumentError, match=r"both SIMRUNS_API_KEY and SIMRUNS_TOKEN"
    ):
        simruns.Client(URL)


@pytest.mark.parametrize("bad", ["", "with space", "line\nbreak", "ключ"])
def test_a_credential_that_no_header_can_carry_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError) as caught:
        simruns.Client(URL, api_key=bad)
    assert not bad or bad not in str(caught.value)


@pytest.mark.parametrize("cls", [simruns.Client, simruns.AsyncClient])
def test_no_repr_shows_a_credential(cls: type[simruns.Client | simruns.AsyncClient]) -> None:
    for who in ({"api_key": KEY}, {"token": TOKEN}):
        client = cls(URL, project="p", **who)  # type: ignore[arg-type]
        batch = client.batch(scenario="s", batch="b")
        shown = f"{client!r} {client._core!r} {batch!r} {batch.runs()!r}"
        assert KEY not in shown
        assert TOKEN not in shown


@pytest.mark.parametrize("cls", [simruns.Client, simruns.AsyncClient])
def test_a_client_is_not_pickled_and_says_why(
    cls: type[simruns.Client | simruns.AsyncClient],
) -> None:
    client = cls(URL, api_key=KEY)
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="make one in each process") as caught:
            attempt(client)  # type: ignore[operator]
        assert KEY not in str(caught.value)


def test_the_options_are_those_of_the_contract() -> None:
    names = (
        "connect_timeout attempt_timeout operation_timeout walk_timeout max_attempts backoff_base "
        "backoff_cap retry_after_cap retry_server_errors max_header_bytes max_body_bytes "
        "max_inflated_bytes max_json_depth max_pages prefetch compression headers connections "
        "request_budget ca_file proxy proxy_from_env"
    )
    assert " ".join(Options.__annotations__) == names
    assert " ".join(_CHECKS) == names
    assert set(names.split()) == set(_core.Client.option_defaults())


def test_an_unknown_option_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"Client\(\) got an unexpected keyword argument 'retries'"):
        simruns.Client(URL, api_key=KEY, retries=3)  # type: ignore[call-arg]


def test_none_is_the_default_of_every_option() -> None:
    simruns.Client(URL, api_key=KEY, **dict.fromkeys(_CHECKS)).close()  # type: ignore[arg-type]


def test_a_proxy_that_is_none_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = f"ftp://user:{KEY}@proxy"
    monkeypatch.setenv("HTTPS_PROXY", wrong)
    for url, options in ((URL, {"proxy": wrong}), ("https://h", {"proxy_from_env": True})):
        with pytest.raises(simruns.InvalidArgumentError, match="must start with http://") as got:
            simruns.Client(url, api_key=KEY, **options)  # type: ignore[arg-type]
        assert KEY not in str(got.value)


SWITCHES = ("retry_server_errors", "compression", "proxy_from_env")
NO_NUMBERS = ("ca_file", "headers", "proxy", *SWITCHES)


@pytest.mark.parametrize("name", [name for name in _CHECKS if name not in NO_NUMBERS])
@pytest.mark.parametrize("value", [True, "3", -1, float("nan"), 1e300, [], 2**70])
def test_a_number_that_is_none_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=f"^invalid_argument: {name} is ") as got:
        simruns.Client(URL, api_key=KEY, **{name: value})  # type: ignore[arg-type]
    assert got.value.field == name


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", [0, 1, "yes", []])
def test_a_switch_is_true_or_false(name: str, value: object) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=f"{name} is .*; give True or False"):
        simruns.Client(URL, api_key=KEY, **{name: value})  # type: ignore[arg-type]


def test_options_are_taken() -> None:
    some: Options = {"connect_timeout": 2, "attempt_timeout": 2.5, "connections": 2, "prefetch": 0}
    simruns.Client(URL, api_key=KEY, **some).close()


@pytest.mark.parametrize("url", ["", "ftp://host/", "host", "http://user:pa55@host/", "http://"])
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(simruns.InvalidArgumentError) as caught:
        simruns.Client(url, api_key=KEY)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("url", [URL, "https://127.0.0.1:9/testing"])
def test_authorities_that_cannot_be_read_are_refused_by_name(url: str, tmp_path: Path) -> None:
    for path in (tmp_path / "none.pem", tmp_path, "a\0b"):
        with pytest.raises(
            simruns.InvalidArgumentError,
            match=r"^invalid_argument: ca_file is .*, which cannot be read",
        ) as caught:
            simruns.Client(url, api_key=KEY, ca_file=path)
        assert caught.value.field == "ca_file"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where OpenSSL looks for `own.pem` and into `certs`, and a system has `system.pem`."""
    where = str(tmp_path / "own.pem"), f"{tmp_path / 'none'}:{tmp_path / 'certs'}"
    monkeypatch.setattr(_core, "trust_places", lambda: where)
    monkeypatch.setattr(settings, "SYSTEM_FILES", (str(tmp_path / "system.pem"),))
    monkeypatch.setitem(sys.modules, "certifi", None)
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "README").write_text("no certificate")
    return tmp_path


def test_authorities_that_openssl_finds_are_left_to_it(places: Path) -> None:
    (places / "system.pem").write_text("another")
    (places / "certs" / "0a1b2c3d.0").write_text("a certificate")
    assert settings.trust() == ((str(places / "certs"),), None)
    (places / "own.pem").write_text("certificates")
    assert settings.trust() == ((str(places / "own.pem"), str(places / "certs")), None)


def test_where_openssl_finds_no_authorities_those_of_the_system_are_given_to_it(
    places: Path,
) -> None:
    assert settings.trust() == ((), None)
    (places / "system.pem").touch()
    assert settings.trust() == ((), None)
    (places / "system.pem").write_text("certificates")
    found = str(places / "system.pem")
    assert settings.trust() == ((found,), found)


def test_where_the_system_has_no_authorities_those_of_certifi_are_given(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certifi = types.ModuleType("certifi")
    certifi.where = lambda: "of-certifi.pem"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "certifi", certifi)
    assert settings.trust() == (("of-certifi.pem",), "of-certifi.pem")


def test_a_file_of_authorities_that_is_named_is_never_replaced_by_another(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (places / "system.pem").write_text("certificates")
    monkeypatch.setenv("SSL_CERT_FILE", str(places / "nowhere.pem"))
    assert settings.trust() == ((), None)
