"""organisations, clients and staff are administered: states, contracts, two people, keys that overlap"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The thumbprint of RFC 7638: SHA-256 over the required members in this order, without spaces.
KEYS = """
INSERT INTO client_key (client, id, jwk, state, since)
SELECT id, rtrim(translate(encode(sha256(convert_to(
           format('{"crv":"%s","kty":"%s","x":"%s","y":"%s"}', jwk->>'crv', jwk->>'kty', jwk->>'x', jwk->>'y'),
           'UTF8')), 'base64'), '+/', '-_'), '='),
       jsonb_build_object('crv', jwk->>'crv', 'kty', jwk->>'kty', 'x', jwk->>'x', 'y', jwk->>'y'), 'active', now()
FROM client
"""


def optional(name: str, kind: Any = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind(), nullable=True)


def needed(name: str, before: str, kind: Any) -> sa.Column[Any]:
    """A column that rows of before get a value for."""
    return sa.Column(name, kind, nullable=False, server_default=sa.text(before))


def upgrade() -> None:
    organizations()
    clients()
    op.create_index(op.f("staff_organization"), "staff", ["organization"])


def organizations() -> None:
    """Those of before were all in force."""
    op.add_column("organization", needed("state", "'active'", sa.String()))
    op.add_column("organization", needed("version", "1", sa.Integer()))
    for name in ("office_phone", "office_address", "proposed_by", "confirmed_by"):
        op.add_column("organization", optional(name))
    for name in ("state", "version"):
        op.alter_column("organization", name, server_default=None)
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        optional("referrals_answered_within_days", sa.Integer),
        optional("outcomes_confirmed_share", sa.Integer),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("contract_organization_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contract_pkey")),
    )
    op.create_index(op.f("contract_organization"), "contract", ["organization"])


def clients() -> None:
    """A front end signs people in; every other client speaks for its organisation. Each had one key."""
    op.add_column("client", needed("grants", "'{client_credentials}'", postgresql.ARRAY(sa.Text())))
    op.execute("UPDATE client SET grants = '{authorization_code}' WHERE signs_in <> '{}'")
    op.alter_column("client", "grants", server_default=None)
    for name in ("proposed_by", "proposed_from", "approved_by"):
        op.add_column("client", optional(name))
    op.create_index(op.f("client_organization"), "client", ["organization"])
    op.create_table(
        "client_key",
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("client_key_client_fkey")),
        sa.PrimaryKeyConstraint("client", "id", name=op.f("client_key_pkey")),
    )
    op.execute(KEYS)
    op.drop_column("client", "jwk")


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
