"""Proofs of possession (RFC 9449, 4.3): the one that fits is taken, each that does not is refused."""

import json
import time
import uuid
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from shared.contracts import proofs

KEY = ECKey.generate_key("P-256")
OTHER = ECKey.generate_key("P-256")
NOW = int(time.time())
URL = "http://gateway.test/v1/me/record"
TOKEN = "a.b.c"
PUBLIC = KEY.as_dict(private=False)


def proof(header: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {"jti": str(uuid.uuid4()), "htm": "GET", "htu": URL, "iat": NOW, "ath": proofs.digest(TOKEN)} | claims
    shown = {"alg": "ES256", "typ": "dpop+jwt", "jwk": PUBLIC} | (header or {})
    return jwt.encode(shown, {name: value for name, value in said.items() if value is not None}, KEY)


def altered(header: dict[str, Any]) -> str:
    """A proof under another header than was signed."""
    _, claims, signature = proof().split(".")
    return f"{urlsafe_b64encode(json.dumps(header).encode()).rstrip(b'=').decode()}.{claims}.{signature}"


def test_a_proof_shows_the_key_it_was_made_with() -> None:
    shown = proofs.verify(proof(jti="0123456789"), "GET", URL, NOW, TOKEN)
    assert (shown.thumbprint, shown.jti, shown.expires) == (KEY.thumbprint(), "0123456789", NOW + proofs.LIFETIME)


@pytest.mark.parametrize("ahead", [-60, 0, 10])
def test_clocks_may_differ_a_little(ahead: int) -> None:
    assert proofs.verify(proof(iat=NOW + ahead), "GET", URL, NOW, TOKEN)


WRONG = [
    pytest.param(lambda: "", id="none"),
    pytest.param(lambda: "a.b", id="no JWS"),
    pytest.param(lambda: f"{proof()}, {proof()}", id="two of them"),
    pytest.param(lambda: proof() + "A" * 5000, id="far too long"),
    pytest.param(lambda: proof(iat=NOW - 61), id="old"),
    pytest.param(lambda: proof(iat=NOW + 11), id="of the future"),
    pytest.param(lambda: proof(nbf=NOW + 11), id="not good yet"),
    pytest.param(lambda: proof(nbf=float(NOW)), id="good from no whole second"),
    pytest.param(lambda: proof(iat=float(NOW)), id="no whole second"),
    pytest.param(lambda: proof(iat=None), id="without time"),
    pytest.param(lambda: proof(jti=None), id="without id"),
    pytest.param(lambda: proof(jti="short"), id="short id"),
    pytest.param(lambda: proof(htm="POST"), id="another method"),
    pytest.param(lambda: proof(htu=URL + "s"), id="another address"),
    pytest.param(lambda: proof(htu="http://other.test/v1/me/record"), id="another server"),
    pytest.param(lambda: proof(ath=proofs.digest("x.y.z")), id="another token"),
    pytest.param(lambda: proof(ath=None), id="no token"),
    pytest.param(lambda: proof({"typ": "JWT"}), id="an ordinary JWT"),
    pytest.param(lambda: proof({"jwk": OTHER.as_dict(private=False)}), id="another key in the header"),
    pytest.param(lambda: proof({"jwk": KEY.as_dict(private=True)}), id="a private key in the header"),
    pytest.param(lambda: altered({"alg": "none", "typ": "dpop+jwt", "jwk": PUBLIC}), id="alg none"),
    pytest.param(lambda: altered({"alg": "HS256", "typ": "dpop+jwt", "jwk": PUBLIC}), id="alg HS256"),
    pytest.param(lambda: altered({"alg": "ES256", "typ": "dpop+jwt"}), id="no key"),
    pytest.param(
        lambda: altered({"alg": "HS256", "typ": "dpop+jwt", "jwk": OctKey.generate_key(256).as_dict()}), id="shared key"
    ),
]


@pytest.mark.parametrize("made", WRONG)
def test_what_proves_nothing_is_refused_with_a_reason(made: Any) -> None:
    with pytest.raises(proofs.Unproven, match=r"\w"):
        proofs.verify(made(), "GET", URL, NOW, TOKEN)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
ODD = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
MEMBERS = st.sampled_from(["alg", "typ", "jwk", "crit", "b64", "kid", "zip", "jti", "htm", "htu", "iat", "ath"])


def part(value: object) -> str:
    text = json.dumps(value, default=lambda found: found.decode("latin-1")).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


@given(
    header=st.dictionaries(MEMBERS, ODD, max_size=6),
    claims=st.dictionaries(MEMBERS, ODD, max_size=6),
    honest=st.booleans(),
)
def test_whatever_is_written_into_a_proof_it_is_taken_or_refused(
    header: dict[str, Any], claims: dict[str, Any], honest: bool
) -> None:
    """Signed by the very key that it names, so that nothing but its content decides."""
    usual = {"alg": "ES256", "typ": "dpop+jwt", "jwk": PUBLIC} if honest else {}
    said = {"jti": "0123456789", "htm": "GET", "htu": URL, "iat": NOW, "ath": proofs.digest(TOKEN)} if honest else {}
    signing = f"{part(usual | header)}.{part(said | claims)}"
    try:
        proofs.verify(f"{signing}.{signature(signing)}", "GET", URL, NOW, TOKEN)
    except proofs.Unproven as error:
        assert str(error)


def signature(signing: str) -> str:
    key = KEY.private_key
    assert key is not None
    r, s = decode_dss_signature(key.sign(signing.encode(), ec.ECDSA(hashes.SHA256())))
    return urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()


DEEP = '{"a":' + "[" * 900 + "]" * 900 + "}"


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(f"{urlsafe_b64encode(DEEP.encode()).decode()}.e30.e30", id="deep header"),
        pytest.param(altered({"alg": "ES256", "typ": "dpop+jwt", "jwk": PUBLIC, "crit": 5}), id="crit is no list"),
        pytest.param(proof(jti="a\u0000bcdefgh"), id="NUL in jti"),
        pytest.param(proof(jti="\u202e" * 8), id="unprintable jti"),
    ],
)
def test_odd_proofs_are_refused(shown: str) -> None:
    with pytest.raises(proofs.Unproven):
        proofs.verify(shown, "GET", URL, NOW, TOKEN)
