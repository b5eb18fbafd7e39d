"""How long a system client lives, and for what it may ask."""

from shared import states

CLIENT = states.Machine("client", "active", states.moves({"revoke": ("active", "revoked")}))
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_CREDENTIALS = "client_credentials"
