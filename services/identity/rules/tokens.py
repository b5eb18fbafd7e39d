"""What an access token says (RFC 9068), whom it names, and to which agreement and purpose it is bound (RFC 9396)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from shared import problems
from shared.contracts.vocabulary import Vocabulary
from shared.seals import Sealer

LIFETIME = 600  # seconds, the longest an access token lives
DETAILS_MOST = 20  # agreements and purposes in one token
DETAIL_TYPE = "data_sharing_agreement"

GRANT_TYPE = problems.kind(
    400, "unsupported-grant-type", "This grant type is not offered", "See grant_types_supported in the metadata."
)
INVALID_PROOF = problems.kind(
    400, "invalid-dpop-proof", "The request proves no key", "Send a fresh DPoP proof for this address (RFC 9449)."
)
INVALID_DETAILS = problems.kind(
    400,
    "invalid-authorization-details",
    "What the token is for cannot be read",
    "Send [{type: data_sharing_agreement, identifier, purpose}] (RFC 9396).",
)
EXCHANGE = problems.kind(
    400,
    "token-exchange-invalid",
    "This exchange is not possible",
    "Send what permits it as subject_token and the actor's own refresh token as actor_token (RFC 8693).",
)
GRANT_NOT_REGISTERED = problems.kind(
    400, "unauthorized-client", "This client may not use this grant type", "Use a grant type that it is registered for."
)


@dataclass(frozen=True)
class Acting:
    """Who acts in a person's place (RFC 8693, 4.1): `kind` staff or helper; `through` what permits it.

    `until` is when that ends, in seconds since 1970. Staff act for `task` alone; `witness` is the organisation that saw
    her sign a paper.
    """

    kind: str
    subject: str
    through: str
    until: int
    organisation: str = ""
    roles: tuple[str, ...] = ()
    task: str = ""
    witness: str = ""


@dataclass(frozen=True)
class Principal:
    """Whom a token names: `subject` is a client, staff or person id; `methods` how it was proved (RFC 8176)."""

    kind: str
    subject: str
    organisation: str = ""
    roles: tuple[str, ...] = ()
    session: str = ""
    level: str = ""
    authenticated: int = 0
    methods: tuple[str, ...] = ()
    acting: Acting | None = None

    def lasts(self, now: int) -> int:
        """For how many seconds a token of it is good: never beyond what permits somebody to act."""
        return min(LIFETIME, self.acting.until - now) if self.acting else LIFETIME


class Detail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One agreement and purpose that a token is bound to (RFC 9396, 2); `identifier` is the agreement's id."""

    type: str
    identifier: str
    purpose: str


@dataclass(frozen=True)
class Holder:
    """Who holds a token: the client, whose it is, the thumbprint of its key (RFC 9449, 6.1), what the token is for."""

    client: str
    organisation: str
    key: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Minting:
    """What this region's tokens have in common; `hidden` hides a person from everyone but the gateway.

    `pairwise_key` is not that of `hidden`, which changes: a client knows a person by the same `sub` for ever.
    """

    issuer: str
    region: str
    hidden: Sealer
    pairwise_key: bytes

    def claims(self, principal: Principal, holder: Holder, now: int) -> dict[str, object]:
        """The claims of an access token (RFC 9068); the client sees of a person only an id of its own (line 12)."""
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": self.subject(principal, holder.client),
            "client_id": holder.client,
            "client_organisation": holder.organisation,
            "iat": now,
            "exp": now + principal.lasts(now),
            "cnf": {"jkt": holder.key},
            "kind": principal.kind,
            "region": self.region,
        }
        if principal.organisation:
            claims |= {"organisation": principal.organisation, "roles": list(principal.roles)}
        if principal.kind == "resident":
            claims["person"] = self.hidden.seal(principal.subject)
        if principal.session:
            claims |= {"sid": principal.session, "acr": principal.level, "auth_time": principal.authenticated}
            claims["amr"] = list(principal.methods)
        if principal.acting:
            claims["act"] = self._act(principal.acting, holder.client)
        if holder.details:
            claims["authorization_details"] = [msgspec.to_builtins(each) for each in holder.details]
        return claims

    def _act(self, acting: Acting, client: str) -> dict[str, object]:
        """Who acts, staff by their work id; a helper is a person too, so the client sees only an id of its own."""
        by = acting.subject if acting.kind == "staff" else self.pairwise(acting.subject, client)
        organisation = {"organisation": acting.organisation, "roles": list(acting.roles)}
        said = {"kind": acting.kind, "sub": by, "through": acting.through, "task": acting.task}
        more = organisation | {"witness": acting.witness}
        return {name: value for name, value in (said | more).items() if value}

    def identity(self, claims: Mapping[str, object], nonce: str) -> dict[str, object]:
        """The claims of an ID token beside an access token (OpenID Connect Core, 2)."""
        named = ("iss", "sub", "iat", "exp", "acr", "auth_time", "sid", "organisation", "roles")
        said = {name: claims[name] for name in named if name in claims} | {"aud": claims["client_id"]}
        return said | {"nonce": nonce} if nonce else said

    def subject(self, principal: Principal, client: str) -> str:
        """The `sub` that a client sees: for a person, one that no other client is given."""
        if principal.kind != "resident":
            return principal.subject
        return self.pairwise(principal.subject, client)

    def pairwise(self, person: str, client: str) -> str:
        """What one client knows a person by."""
        return hmac.digest(self.pairwise_key, f"sub|{client}|{person}".encode(), "sha256").hex()[:32]


def details(text: str, vocabulary: Vocabulary) -> tuple[Detail, ...]:
    """Read `authorization_details`; 400 for what is no list of agreements with a purpose from the closed list."""
    if not text:
        return ()
    try:
        found = msgspec.json.decode(text, type=tuple[Detail, ...])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise INVALID_DETAILS(error="invalid_authorization_details") from None
    wrong = {each.purpose for each in found} - vocabulary.purposes.keys()
    if not 0 < len(found) <= DETAILS_MOST or any(each.type != DETAIL_TYPE for each in found) or wrong:
        raise INVALID_DETAILS(error="invalid_authorization_details")
    return found
