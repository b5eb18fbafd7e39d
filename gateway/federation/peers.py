"""Who the peers are: pinned by two administrators, their key fetched from them and held against the pin."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.federation import rules, signatures
from gateway.federation.rules import Peer, Verifiers
from gateway.federation.signatures import Message, Proof, Reply
from shared.settings import Settings, SettingsError

FEDERATION_KEY = "federation.pem"  # file in the secrets directory
ALGORITHMS = ["ES256"]
WELL_KNOWN = "/.well-known/region-federation"
LARGEST = 65_536  # bytes of an answer
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
PATIENCE = 10.0  # seconds until the whole of an answer is there


@dataclass(frozen=True)
class Own:
    """This region's federation key."""

    key: ECKey
    kid: str

    @property
    def private(self) -> EllipticCurvePrivateKey:
        """The key to sign with."""
        held = self.key.private_key
        if held is None:
            raise SettingsError(f"{FEDERATION_KEY} must hold a P-256 private key.")
        return held


class Answer(NamedTuple):
    """What a peer answered. It may be anything, and is read as UTF-8 whatever the peer calls it."""

    status: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        """The answer as text; ValueError where it is none."""
        return self.content.decode()

    @property
    def json(self) -> object:
        """The answer as JSON; ValueError where it is none."""
        try:
            return json.loads(self.text)
        except RecursionError:
            raise ValueError("nested too deep") from None


@dataclass(frozen=True)
class Published:
    """What a peer's metadata say, good until `until` (seconds since 1970)."""

    until: float
    keys: Mapping[str, EllipticCurvePublicKey]
    verifiers: Verifiers


class Peers:
    """The pinned regions, and the keys they publish for as long as those are good."""

    def __init__(self, settings: Settings, verifiers: Verifiers) -> None:
        self._settings = settings
        self._own_verifiers = verifiers
        key = ECKey.import_key((settings.secrets_dir / FEDERATION_KEY).read_text())
        self.own = Own(key, key.thumbprint())
        pinned = json.loads(settings.peers_file.read_text()) if settings.peers_file else {}
        self.by_region = {region: Peer(region, **entry) for region, entry in pinned.items()}
        self.by_thumbprint = {each: peer for peer in self.by_region.values() for each in peer.thumbprints}
        self._keys: dict[str, tuple[float, EllipticCurvePublicKey]] = {}
        self._published: dict[str, Published] = {}
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = defaultdict(float)
        self.client = httpx.AsyncClient(timeout=httpx.Timeout(10, connect=3), trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    def metadata(self) -> str:
        """This region's metadata as a JWS, good for 24 h."""
        settings = self._settings
        claims = {
            "issuer": settings.region,
            "name": settings.region_name,
            "gateway_url": settings.public_url,
            "keys": [{**self.own.key.as_dict(private=False), "kid": self.own.kid}],
            "log_key": self._own_verifiers.log,
            "witness_key": self._own_verifiers.witness,
            "exp": int(time.time()) + rules.METADATA_LIFETIME,
        }
        header = {"alg": "ES256", "typ": "region-federation+jws", "kid": self.own.kid}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.own.key, algorithms=ALGORITHMS)

    async def proof_of(self, peer: Peer, message: Message | Reply, body: bytes) -> Proof:
        """What a message proves; 401 for one that does not hold. About one that cannot hold, the peer is not asked."""
        signatures.check_form(message, body)
        return signatures.verify(message, body, await self.key_of(peer, signatures.key_id(message)))

    async def key_of(self, peer: Peer, thumbprint: str) -> EllipticCurvePublicKey:
        """The peer's key, fetched from it and held against the pins; 401 `peer-unknown` for another, 503 `peer-away`.

        A peer is asked once at a time, and not again for some seconds after it gave none: anybody may send what looks
        like a message of a peer, and the pin is public.
        """
        if thumbprint not in peer.thumbprints:
            raise rules.PEER_UNKNOWN()
        key = self._key(thumbprint)
        if key is None:
            async with self._asking[peer.region]:
                key = self._key(thumbprint) or (await self._asked(peer)).keys.get(thumbprint)
        if key is None:
            raise rules.PEER_UNKNOWN()
        return key

    def _key(self, thumbprint: str) -> EllipticCurvePublicKey | None:
        until, key = self._keys.get(thumbprint, (0.0, None))
        return key if until > time.time() else None

    async def verifiers(self, peer: Peer, *, anew: bool = False) -> Verifiers:
        """The keys of the peer's log and of its witness; `anew` asks again, at most once in some seconds."""
        held = self._verifiers(peer, anew)
        if held is None:
            async with self._asking[peer.region]:
                held = self._verifiers(peer, anew) or (await self._asked(peer)).verifiers
        return held

    def _verifiers(self, peer: Peer, anew: bool) -> Verifiers | None:
        held = self._published.get(peer.region)
        is_good = held and held.until > time.time() and not (anew and self._may_ask(peer))
        return held.verifiers if held and is_good else None

    async def ask(
        self, peer: Peer, path: str, content: bytes | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """What the peer answers to a GET, or to a POST of this content; nothing is unpacked.

        httpx.HTTPError or TimeoutError where it is away, ValueError for more than 64 KiB.
        """
        method, url = "GET" if content is None else "POST", peer.gateway_url + path
        plain, read = {**headers, "accept-encoding": "identity"}, bytearray()
        async with (
            asyncio.timeout(PATIENCE),
            self.client.stream(method, url, content=content, headers=plain) as answer,
        ):
            async for part in answer.aiter_raw():
                read += part
                if len(read) > LARGEST:
                    raise ValueError("an answer of more than 64 KiB")
        return Answer(answer.status_code, bytes(read), dict(answer.headers))

    def _may_ask(self, peer: Peer) -> bool:
        return time.monotonic() >= self._not_before[peer.region]

    async def _asked(self, peer: Peer) -> Published:
        if not self._may_ask(peer):
            raise rules.PEER_AWAY()
        try:
            fetched = await self._fetched(peer)
        finally:
            self._not_before[peer.region] = time.monotonic() + rules.ASK_AGAIN
        self._published[peer.region] = fetched
        self._keys |= {thumbprint: (fetched.until, key) for thumbprint, key in fetched.keys.items()}
        return fetched

    async def _fetched(self, peer: Peer) -> Published:
        try:
            answer = await self.ask(peer, WELL_KNOWN)
        except (httpx.HTTPError, TimeoutError, ValueError):
            raise rules.PEER_AWAY() from None
        return _pinned(answer.content, peer)


def _pinned(token: bytes, peer: Peer) -> Published:
    """A peer's metadata with their pinned keys, if one of these signed it and it is good; for 24 h at most."""
    now = time.time()
    try:
        read = jws.extract_compact(token)
        claims: dict[str, Any] = json.loads(read.payload)
        keys = {key.thumbprint(): key for key in map(ECKey.import_key, claims["keys"])}
        pinned = {name: key for name, key in keys.items() if name in peer.thumbprints}
        jws.deserialize_compact(token, pinned[read.headers()["kid"]], algorithms=ALGORITHMS)
        issuer, until = claims["issuer"], float(claims["exp"])
        verifiers = Verifiers(str(claims.get("log_key", "")), str(claims.get("witness_key", "")))
    except (JoseError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError):
        raise rules.PEER_UNKNOWN() from None
    if issuer != peer.region or not until > now:
        raise rules.PEER_UNKNOWN("The peer's metadata have run out.")
    good_until = min(until, now + rules.METADATA_LIFETIME)
    return Published(good_until, {name: key.public_key for name, key in pinned.items()}, verifiers)
