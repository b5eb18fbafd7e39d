"""How long a system client lives."""

from shared import states

CLIENT = states.Machine("client", "active", states.moves({"revoke": ("active", "revoked")}))
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
