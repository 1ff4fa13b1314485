"""Certificates that the `openssl` command makes, served by its own server: each is refused for
what is wrong with it.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

import simruns

OPENSSL = shutil.which("openssl") or ""
pytestmark = pytest.mark.skipif(not OPENSSL, reason="there is no openssl command here")

CONFIG = """
[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = names
unique_subject = no
[names]
commonName = supplied
[req]
distinguished_name = names
prompt = no
"""
TLS_1_1 = ("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")
PAGE = {"limit": 1, "skip": 0, "total": 1, "hasNext": False, "hasPrevious": False}
DATA = {"data": [{"id": "r1", "sequence": 1, "turns": [], "metrics": {}}], "pagination": PAGE}


class Pair(NamedTuple):
    certificate: Path
    key: Path


def openssl(*arguments: object) -> None:
    command = [OPENSSL, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


class Authorities:
    """Makes keys and certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(CONFIG.format(folder=folder), encoding="ascii")
        (folder / "index.txt").touch()
        self.root = self.make("Root of the test", authority=True)
        self.middle = self.make("Middle of the test", self.root, authority=True)
        self.other = self.make("Another root", authority=True)

    def make(
        self,
        name: str,
        issuer: Pair | None = None,
        *,
        hosts: str = "",
        authority: bool = False,
        days: tuple[int, int] = (-1, 1),
    ) -> Pair:
        """Signed by `issuer`, or by itself; valid between these days from now."""
        stem = str(len(list(self.folder.glob("*.key"))))
        made = Pair(self.folder / f"{stem}.crt", self.folder / f"{stem}.key")
        request, more = self.folder / f"{stem}.csr", self.folder / f"{stem}.ext"
        alternative = f"subjectAltName = {hosts}\n" if hosts else ""
        more.write_text(
            f"basicConstraints = critical, CA:{str(authority).upper()}\n{alternative}",
            encoding="ascii",
        )
        openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-config", self._config, "-subj", f"/CN={name}", "-keyout", made.key, "-out", request,
        )  # fmt: skip
        begins, ends = (
            (datetime.now(timezone.utc) + timedelta(days=day)).strftime("%Y%m%d%H%M%SZ")
            for day in days
        )
        by = (
            ("-cert", issuer.certificate, "-keyfile", issuer.key)
            if issuer
            else ("-selfsign", "-keyfile", made.key)
        )
        openssl(
            "ca", "-config", self._config, "-batch", "-notext", "-in", request,
            "-out", made.certificate, "-startdate", begins, "-enddate", ends, "-extfile", more,
            *by,
        )  # fmt: skip
        return made


@pytest.fixture(scope="module")
def by(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("authorities"))


@contextmanager
def serving(
    served: Pair, *arguments: object, chain: Pair | None = None, folder: Path | None = None
) -> Iterator[int]:
    """`openssl s_server` with this certificate; its port."""
    command = [
        OPENSSL, "s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert", served.certificate,
        "-key", served.key, *(("-cert_chain", chain.certificate) if chain else ()), *arguments,
    ]  # fmt: skip
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        said = ""
        assert server.stdout
        try:
            for line in server.stdout:
                said += line
                if listens := re.match(r"ACCEPT .*:(\d+)$", line):
                    yield int(listens[1])
                    return
            pytest.skip(f"openssl s_server does not begin: {said}")
        finally:
            server.kill()


def ask(port: int, ca_file: Pair, host: str = "localhost") -> list[simruns.Run]:
    with simruns.Client(
        f"https://{host}:{port}",
        project="p",
        api_key="key-of-a-test",
        ca_file=ca_file.certificate,
        max_attempts=1,
    ) as client:
        return list(client.batch(scenario="s", batch="b").head(1))


def refusal(port: int, ca_file: Pair, host: str = "localhost") -> str:
    with pytest.raises(simruns.RequestError) as caught:
        ask(port, ca_file, host)
    assert caught.value.kind == "tls"
    assert caught.value.attempts == 1
    return str(caught.value)


def test_what_a_whole_chain_vouches_for_is_read(
    by: Authorities, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "simruns")
    leaf = by.make("leaf", by.middle, hosts="DNS:localhost,IP:127.0.0.1")
    with serving(leaf, chain=by.middle, folder=tmp_path) as port:
        with pytest.raises(simruns.RequestError) as caught:
            ask(port, by.root)
        assert caught.value.kind != "tls"  # the server says that there is no such file
    file = tmp_path / caplog.records[0].simruns["target"].lstrip("/")  # type: ignore[attr-defined]
    file.parent.mkdir(parents=True)
    body = json.dumps(DATA)
    file.write_text(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}", newline="")
    for version in ("-tls1_2", "-tls1_3"):
        with serving(leaf, version, chain=by.middle, folder=tmp_path) as port:
            for host in ("localhost", "127.0.0.1"):
                assert [run.id for run in ask(port, by.root, host)] == ["r1"]


def test_an_expired_certificate_is_the_operators_to_renew(by: Authorities) -> None:
    leaf = by.make("leaf", by.middle, hosts="DNS:localhost", days=(-3, -2))
    with serving(leaf, chain=by.middle) as port:
        said = refusal(port, by.root)
    assert "the certificate of localhost expired on 20" in said
    assert "the server's operator must renew it" in said


def test_a_certificate_of_tomorrow_points_at_the_clock(by: Authorities) -> None:
    leaf = by.make("leaf", by.middle, hosts="DNS:localhost", days=(2, 3))
    with serving(leaf, chain=by.middle) as port:
        said = refusal(port, by.root)
    assert "the certificate of localhost is not valid before 20" in said
    assert "check this machine's clock" in said


def test_an_authority_that_is_expired_is_named(by: Authorities) -> None:
    middle = by.make("Old middle", by.root, authority=True, days=(-3, -2))
    leaf = by.make("leaf", middle, hosts="DNS:localhost")
    with serving(leaf, chain=middle) as port:
        said = refusal(port, by.root)
    assert 'the authority "Old middle", which vouches for localhost, expired on ' in said


def test_a_certificate_of_another_host_names_its_hosts(by: Authorities) -> None:
    leaf = by.make("localhost", by.middle, hosts="DNS:a.test,DNS:*.b.test")
    with serving(leaf, chain=by.middle) as port:
        for host in ("localhost", "127.0.0.1"):
            said = refusal(port, by.root, host)
            assert f"not made for {host}, but for a.test, *.b.test" in said
            assert "use the host name that the certificate is made for" in said


def test_a_common_name_is_no_host_name(by: Authorities) -> None:
    leaf = by.make("localhost", by.middle)
    with serving(leaf, chain=by.middle) as port:
        said = refusal(port, by.root)
    assert "not made for localhost" in said


def test_a_self_signed_certificate_is_refused_until_it_is_the_ca_file(by: Authorities) -> None:
    own = by.make("own", hosts="DNS:localhost")
    with serving(own) as port:
        said = refusal(port, by.root)
        assert "it is self-signed" in said
        assert "put its certificate into ca_file" in said
        with pytest.raises(simruns.RequestError) as caught:
            ask(port, own)
    assert caught.value.kind != "tls"


def test_an_authority_that_is_not_in_ca_file_is_named(by: Authorities) -> None:
    leaf = by.make("leaf", by.middle, hosts="DNS:localhost")
    with serving(leaf, chain=by.middle) as port:
        said = refusal(port, by.other)
    assert 'its authority "Root of the test" is not known here' in said
    assert "ca_file has to hold" in said


def test_a_missing_intermediate_certificate_is_the_operators_to_send(by: Authorities) -> None:
    leaf = by.make("leaf", by.middle, hosts="DNS:localhost")
    with serving(leaf) as port:
        said = refusal(port, by.root)
    assert 'issued by "Middle of the test"' in said
    assert "its operator must configure the full chain" in said


def test_a_server_of_tls_1_1_is_too_old(by: Authorities) -> None:
    leaf = by.make("leaf", by.root, hosts="DNS:localhost")
    with serving(leaf, *TLS_1_1) as port:
        said = refusal(port, by.root)
    assert "the server speaks no TLS of version 1.2 or newer; its operator must enable one" in said
