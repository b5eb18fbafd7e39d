"""Who the peers are: pinned by two administrators, their key fetched from them and held against the pin."""

import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.federation import rules, signatures
from gateway.federation.rules import Peer
from gateway.federation.signatures import Message, Proof, Reply
from shared.settings import Settings, SettingsError

FEDERATION_KEY = "federation.pem"  # file in the secrets directory
ALGORITHMS = ["ES256"]
WELL_KNOWN = "/.well-known/region-federation"


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


class Peers:
    """The pinned regions, and the keys they publish for as long as those are good."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = ECKey.import_key((settings.secrets_dir / FEDERATION_KEY).read_text())
        self.own = Own(key, key.thumbprint())
        pinned = json.loads(settings.peers_file.read_text()) if settings.peers_file else {}
        self.by_region = {region: Peer(region, **entry) for region, entry in pinned.items()}
        self.by_thumbprint = {peer.thumbprint: peer for peer in self.by_region.values()}
        self._keys: dict[str, tuple[float, EllipticCurvePublicKey]] = {}
        self._asking: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = defaultdict(float)
        self.client = httpx.AsyncClient(timeout=httpx.Timeout(10, connect=3), trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    def metadata(self, log_key: str) -> str:
        """This region's metadata as a JWS, good for 24 h."""
        settings = self._settings
        claims = {
            "issuer": settings.region,
            "name": settings.region_name,
            "gateway_url": settings.public_url,
            "keys": [{**self.own.key.as_dict(private=False), "kid": self.own.kid}],
            "log_key": log_key,
            "exp": int(time.time()) + rules.METADATA_LIFETIME,
        }
        header = {"alg": "ES256", "typ": "region-federation+jws", "kid": self.own.kid}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.own.key, algorithms=ALGORITHMS)

    async def proof_of(self, peer: Peer, message: Message | Reply, body: bytes) -> Proof:
        """What a message proves; 401 for one that does not hold. About one that cannot hold, the peer is not asked."""
        signatures.check_form(message, body)
        return signatures.verify(message, body, await self.key_of(peer))

    async def key_of(self, peer: Peer) -> EllipticCurvePublicKey:
        """The peer's key, fetched from it and held against the pin; 401 `peer-unknown` for another, 503 `peer-away`.

        A peer is asked once at a time, and not again for some seconds after it gave none: anybody may send what looks
        like a message of a peer, and the pin is public.
        """
        async with self._asking[peer.region]:
            until, key = self._keys.get(peer.region, (0.0, None))
            if key is not None and until > time.time():
                return key
            if time.monotonic() < self._not_before[peer.region]:
                raise rules.PEER_AWAY()
            try:
                self._keys[peer.region] = await self._fetched(peer)
            finally:
                self._not_before[peer.region] = time.monotonic() + rules.ASK_AGAIN
            return self._keys[peer.region][1]

    async def _fetched(self, peer: Peer) -> tuple[float, EllipticCurvePublicKey]:
        try:
            answer = await self.client.get(peer.gateway_url + WELL_KNOWN)
        except httpx.HTTPError:
            raise rules.PEER_AWAY() from None
        return _pinned(answer.text, peer)


def _pinned(token: str, peer: Peer) -> tuple[float, EllipticCurvePublicKey]:
    """The key in a peer's metadata, if it is the pinned one, signed this, and the metadata are good; 24 h at most."""
    now = time.time()
    try:
        claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
        keys = [ECKey.import_key(entry) for entry in claims["keys"]]
        (key,) = [key for key in keys if key.thumbprint() == peer.thumbprint]
        jws.deserialize_compact(token, key, algorithms=ALGORITHMS)
        issuer, until = claims["issuer"], float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError):
        raise rules.PEER_UNKNOWN() from None
    if issuer != peer.region or not until > now:
        raise rules.PEER_UNKNOWN("The peer's metadata have run out.")
    return min(until, now + rules.METADATA_LIFETIME), key.public_key
