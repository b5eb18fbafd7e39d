"""The gateway over TLS, by a certificate authority of our own: FAPI 2.0 Security Profile, 5.2, clause by clause."""

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme
from joserfc.jwk import ECKey

from cli import documents
from deploy.local import places, ports, secrets, tls
from gateway.federation import rules
from gateway.federation.peers import Peers
from gateway.federation.rules import Peer, Verifiers
from shared.problems import Problem
from shared.settings import Settings, SettingsError
from tests.support.launched import PATIENCE, Installation
from tests.system.test_tokens import Partner

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # old versions, to be refused
NAME = "localhost"
# TLS 1.2 without forward secrecy, without authenticated encryption, or not recommended by RFC 9325, 4.2.
REFUSED = [
    "AES128-SHA",
    "AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
]
RECOMMENDED = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"]


@dataclass(frozen=True)
class Secured:
    """A gateway that ends TLS itself, and the authority of its certificate."""

    port: int
    authority: trustme.CA
    chain: Path
    key: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def trusting(self, authority: trustme.CA | None = None) -> ssl.SSLContext:
        """A client that trusts this authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        (authority or self.authority).configure_trust(context)
        return context

    def shaken(self, context: ssl.SSLContext, name: str = NAME) -> tuple[str | None, str]:
        """Version and cipher suite that a handshake ends with."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                suite = secure.cipher()
                assert suite is not None and secure.compression() is None
                return secure.version(), suite[0]

    def elsewhere(self, context: ssl.SSLContext) -> tuple[str | None, str]:
        """The same with a server that takes everything: that the client could, had the gateway let it."""
        lax = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        lax.set_ciphers("ALL:@SECLEVEL=0")
        lax.minimum_version = ssl.TLSVersion.TLSv1
        lax.load_cert_chain(self.chain, self.key)
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(to_client, to_server, server_hostname=NAME)
        server = lax.wrap_bio(to_server, to_client, server_side=True)
        for side in (client, server, client, server, client):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
        suite = client.cipher()
        assert suite is not None
        return client.version(), suite[0]

    def client(self, authority: trustme.CA | None = None) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trusting(authority), trust_env=False)


@pytest.fixture(scope="module")
def secured(platform: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Gateway and identity of the running platform once more, in a process of their own, reached over TLS."""
    directory = tmp_path_factory.mktemp("tls")
    made = Secured(ports.free(), trustme.CA(), directory / "chain.pem", directory / "key.pem")
    certificate = made.authority.issue_cert(NAME, key_type=trustme.KeyType.RSA)
    certificate.cert_chain_pems[0].write_to_path(made.chain)
    certificate.private_key_pem.write_to_path(made.key)
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local.region", "--apps", "identity,gateway"],
        env=_environ(platform, made),
        cwd=places.ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _ready(made):
            assert process.poll() is None and time.monotonic() < deadline
        yield made
    finally:
        process.terminate()
        process.wait(30)


def _environ(platform: Installation, made: Secured) -> dict[str, str]:
    place = places.regions(platform.environ)[0]
    told: dict[str, str] = json.loads(place.environment.read_text("utf-8"))
    identity = ports.free()
    services = json.loads(told["JIELI_GATEWAY_SERVICE_URLS"]) | {"identity": f"http://127.0.0.1:{identity}"}
    return told | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(places.ROOT),
        "JIELI_PUBLIC_URL": made.url,
        "JIELI_IDENTITY_SIGN_IN_URL": made.url,
        "JIELI_LOG_LEVEL": "ERROR",
        "JIELI_IDENTITY_PORT": str(identity),
        "JIELI_GATEWAY_PORT": str(made.port),
        "JIELI_GATEWAY_SERVICE_URLS": json.dumps(services),
        "JIELI_GATEWAY_TLS_CERTIFICATE": str(made.chain),
        "JIELI_GATEWAY_TLS_KEY": str(made.key),
    }


def _ready(made: Secured) -> bool:
    """Whether the gateway is, and identity answers behind it."""
    try:
        with made.client() as http:
            asked = ("/ready", "/.well-known/oauth-authorization-server")
            return all(http.get(path).status_code == 200 for path in asked)
    except httpx.TransportError:
        return False


def test_5_2_1_1_only_endpoints_protected_by_tls_are_offered(secured: Secured) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://{NAME}:{secured.port}/.well-known/oauth-authorization-server", trust_env=False, timeout=5)
    with secured.client() as http:
        server = http.get("/.well-known/oauth-authorization-server").json()
    addresses = [value for value in server.values() if isinstance(value, str) and ":" in value]
    assert addresses and all(address.startswith("https://") for address in addresses), server


def test_5_2_1_1_a_client_gets_its_token_and_calls_over_tls(secured: Secured, platform: Installation) -> None:
    entry = next(
        each for each in platform.regions()["receiving"].clients if each["client"] == "org-610118-education-system"
    )
    key, holder = ECKey.import_key(Path(entry["key_file"]).read_text()), ECKey.generate_key("P-256")
    with secured.client() as http:
        partner = Partner(http, entry["client"], key)
        assert partner.inbox(partner.token(holder), holder).status_code == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=lambda version: version.name)
def test_5_2_1_2_versions_before_tls_1_2_are_refused(secured: Secured, version: ssl.TLSVersion) -> None:
    context = secured.trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    assert secured.elsewhere(context)[0] == version.name.replace("_", ".").removesuffix(".0")
    with pytest.raises(ssl.SSLError):
        secured.shaken(context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name)
def test_5_2_1_2_tls_1_2_and_later_are_spoken(secured: Secured, version: ssl.TLSVersion) -> None:
    context = secured.trusting()
    context.minimum_version = context.maximum_version = version
    assert secured.shaken(context)[0] == version.name.replace("_", ".")


def test_5_2_1_3_bcp_195_the_newest_version_that_both_know_is_preferred(secured: Secured) -> None:
    assert secured.shaken(secured.trusting())[0] == "TLSv1.3"


def test_5_2_1_5_a_certificate_of_another_authority_is_refused(secured: Secured) -> None:
    with secured.client(trustme.CA()) as http, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        http.get("/health")


def test_5_2_1_5_a_certificate_for_another_name_is_refused(secured: Secured) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        secured.shaken(secured.trusting(), "gateway.example")


async def test_5_2_1_5_our_own_client_checks_the_certificate_of_another_region(
    secured: Secured, tmp_path: Path
) -> None:
    key = secrets.es256(tmp_path / "federation.pem")
    peers = Peers(documents.settings("gateway").model_copy(update={"secrets_dir": tmp_path}), Verifiers("", ""))
    try:
        with pytest.raises(Problem) as refused:
            await peers.key_of(Peer("610118", "鄠邑区", secured.url, key.thumbprint()), key.thumbprint())
    finally:
        await peers.close()
    assert refused.value.kind is rules.PEER_AWAY


@pytest.mark.parametrize("suite", REFUSED)
def test_5_2_2_1_no_cipher_suite_but_the_recommended_ones(secured: Secured, suite: str) -> None:
    context = secured.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    assert secured.elsewhere(context) == ("TLSv1.2", suite)
    with pytest.raises(ssl.SSLError):
        secured.shaken(context)


@pytest.mark.parametrize("suite", RECOMMENDED)
def test_5_2_2_1_the_recommended_cipher_suites_are_permitted(secured: Secured, suite: str) -> None:
    context = secured.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    assert secured.shaken(context) == ("TLSv1.2", suite)


@pytest.mark.parametrize("path", ["/v1/organizations", "/v1/me/record", "/v1/agreements", "/v1/nothing"])
def test_5_2_3_1_browsers_are_told_to_come_back_over_tls_only(secured: Secured, path: str) -> None:
    with secured.client() as http:
        said = http.get(path).headers.get_list("strict-transport-security")
    assert len(said) == 1 and int(said[0].removeprefix("max-age=")) >= 31_536_000


def test_over_plain_http_nothing_is_said_of_tls(platform: Installation) -> None:
    """RFC 6797, 7.2: the header is not for connections without TLS."""
    answer = platform.regions()["receiving"].http.get("/v1/organizations")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("alone", ["TLS_CERTIFICATE", "TLS_KEY"])
def test_a_certificate_without_its_key_stops_the_start(platform: Installation, alone: str) -> None:
    told = json.loads(places.regions(platform.environ)[0].environment.read_text("utf-8"))
    with pytest.raises(SettingsError, match="go together"):
        Settings.load("gateway", told | {f"JIELI_{alone}": "/nowhere.pem"})


def test_a_certificate_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="JIELI_TLS_CERTIFICATE"):
        tls.context(tmp_path / "chain.pem", tmp_path / "key.pem")
