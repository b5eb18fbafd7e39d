"""TLS as BCP 195 (RFC 9325) and FAPI 2.0 (Security Profile, 5.2) want it of a server."""

import ssl
from pathlib import Path

from shared.settings import SettingsError

# RFC 9325, 4.2: what TLS 1.2 may use; all of TLS 1.3's suites are forward secret and authenticated.
SUITES = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
)


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server speaks with this chain and key (PEM); SettingsError when they cannot be used."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(":".join(SUITES))
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    try:
        made.load_cert_chain(certificate, key)
    except OSError as error:
        raise SettingsError(f"JIELI_TLS_CERTIFICATE, JIELI_TLS_KEY: {error.strerror or error}") from None
    return made
