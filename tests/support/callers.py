"""Every kind of caller of a running platform: nobody, residents, systems, staff of each role, other gateways."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from demo.client import Actor, Region
from demo.scene import EDUCATION, HEALTH_AT_HOME
from demo.tokens import Token
from deploy.local import demonstration, places
from gateway.federation import signatures
from gateway.federation.signatures import Message
from tests.support.launched import Installation

BOUND = {"610118": EDUCATION, "621124": HEALTH_AT_HOME}  # what the systems' tokens of a region are bound to


@dataclass(frozen=True)
class Caller:
    """Whoever calls; `region` is empty for nobody, `organisation` for residents and gateways."""

    name: str
    kind: str
    region: str = ""
    organisation: str = ""
    organisation_kind: str = ""
    role: str = ""
    token: Token | None = None
    key: ECKey | None = None

    def shows(self, message: Message, path: str, body: bytes) -> dict[str, str]:
        """What proves the caller of one request: a token with its proof, a signature, or nothing."""
        if self.token:
            return self.token.headers(message.method, path)
        if self.key is None:
            return {}
        held = self.key.private_key
        assert isinstance(held, ec.EllipticCurvePrivateKey)
        signed = Message(message.method, message.url, {**message.headers, "idempotency-key": str(uuid.uuid4())})
        signatures.sign(signed, body, held, self.key.thumbprint())
        return dict(signed.headers)


def everybody(platform: Installation, people: dict[str, Actor]) -> list[Caller]:
    """All callers of both regions; `people` are residents by name, of their own regions."""
    regions = {region.code: region for region in platform.regions().values()}
    found = [Caller("nobody", "nobody")]
    found += [Caller(name, "person", who.region.code, token=who.token) for name, who in people.items()]
    for place in places.regions(platform.environ):
        found += list(_members(place, regions[place.code]))
        key = ECKey.import_key((place.secrets / "gateway" / "federation.pem").read_text())
        found.append(Caller(f"the gateway of {place.code}", "gateway", place.code, key=key))
    return [*found, Caller("a gateway that nobody pinned", "gateway", "000000", key=ECKey.generate_key("P-256"))]


def _members(place: places.Region, region: Region) -> Iterator[Caller]:
    """Systems and staff of a region, who sign in side by side."""
    kinds = {entry["organization"]: entry["kind"] for entry in demonstration.organizations(place)}
    for organisation, kind in kinds.items():
        token = region.system("system", organisation, BOUND[region.code]).token
        name = demonstration.client_id(organisation)
        yield Caller(name, "system", place.code, organisation, kind, "system", token)
    staff = demonstration.staff(place)
    with ThreadPoolExecutor(4) as pool:
        signed_in = list(pool.map(lambda each: region.staff("staff", each["staff"]).token, staff))
    for each, token in zip(staff, signed_in, strict=True):
        organisation = each["organization"]
        for role in each["roles"]:
            yield Caller(each["staff"], "staff", place.code, organisation, kinds[organisation], role, token)
