"""what takes two people keeps both names"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def optional(table: str, *names: str) -> None:
    for name in names:
        op.add_column(table, sa.Column(name, sa.String(), nullable=True))


def upgrade() -> None:
    keys()
    staff()
    optional("organization", "next_name", "suspended_by")
    optional("contract", "proposed_by")
    op.add_column("organization", sa.Column("next_services", postgresql.ARRAY(sa.Text()), nullable=True))


def keys() -> None:
    """The key of a client that nobody approved yet is approved with it."""
    optional("client_key", "proposed_by", "approved_by")
    op.execute(
        "UPDATE client_key SET state = 'proposed', proposed_by = client.proposed_by FROM client"
        " WHERE client_key.client = client.id AND client.state = 'proposed'"
    )


def staff() -> None:
    """Who proposed an invitation that was not taken yet stands beside the colleague."""
    optional("staff", "proposed_by", "approved_by")
    op.execute(
        "UPDATE staff SET proposed_by = invitation.proposed_by FROM invitation"
        " WHERE invitation.staff = staff.id AND invitation.expires_at > now()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
