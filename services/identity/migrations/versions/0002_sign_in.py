"""people's own sign-in: sessions, codes, passwords, passkeys; nobody vouches for them any more"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def moment(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, **more)  # type: ignore[arg-type]  # keywords of Column


def secret(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def words(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    people()
    sessions()
    proofs()


def people() -> None:
    """Who signs in; those whom the demonstration's issuer vouched for were fictitious."""
    op.drop_table("resident")
    op.drop_table("assertion_issuer")
    op.create_table(
        "resident",
        sa.Column("person", sa.Uuid(), nullable=False),
        moment("since", server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("person", name=op.f("resident_pkey")),
    )
    op.create_table(
        "handle",
        secret("tag"),
        sa.Column("person", sa.Uuid(), nullable=False),
        words("kind"),
        sa.ForeignKeyConstraint(["person"], ["resident.person"], name=op.f("handle_person_fkey")),
        sa.PrimaryKeyConstraint("tag", name=op.f("handle_pkey")),
    )
    for name in ("redirect_uris", "signs_in"):
        column: sa.Column[object] = sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
        op.add_column("client", column)


def sessions() -> None:
    """Who is signed in, and authorization requests on their way."""
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(words(name) for name in ("kind", "subject", "level", "method")),
        secret("cookie"),
        words("state"),
        *(moment(name) for name in ("authenticated_at", "used_at", "ends_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("cookie", name=op.f("session_cookie_key")),
    )
    op.create_index(op.f("session_subject"), "session", ["subject"])
    op.create_index(op.f("session_ends_at"), "session", ["ends_at"])
    asked = ("scope", "redirect_uri", "client_state", "nonce", "code_challenge", "key", "details", "level", "token")
    op.create_table(
        "authorization_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        words("client"),
        words("state"),
        secret("request"),
        *(words(name) for name in asked),
        sa.Column("fresh_within", sa.Integer(), nullable=True),
        secret("cookie", True),
        secret("code", True),
        sa.Column("session", sa.Uuid(), nullable=True),
        moment("expires_at"),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("authorization_request_client_fkey")),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("authorization_request_session_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("authorization_request_pkey")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"authorization_request_{name}_key"))
            for name in ("request", "cookie", "code")
        ),
    )
    op.create_index(op.f("authorization_request_expires_at"), "authorization_request", ["expires_at"])
    op.create_table(
        "refresh",
        secret("tag"),
        sa.Column("session", sa.Uuid(), nullable=False),
        *(words(name) for name in ("client", "key", "details")),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("refresh_session_fkey")),
        sa.ForeignKeyConstraint(["client"], ["client.id"], name=op.f("refresh_client_fkey")),
        sa.PrimaryKeyConstraint("tag", name=op.f("refresh_pkey")),
    )
    op.create_index(op.f("refresh_session"), "refresh", ["session"])


def proofs() -> None:
    """What proves people, and tries that failed."""
    op.create_table(
        "password",
        *(words(name) for name in ("staff", "hash", "totp")),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("password_staff_fkey")),
        sa.PrimaryKeyConstraint("staff", name=op.f("password_pkey")),
    )
    op.create_table(
        "passkey",
        secret("id"),
        *(words(name) for name in ("kind", "subject")),
        secret("public_key"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        moment("made_at", server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name=op.f("passkey_pkey")),
    )
    op.create_index(op.f("passkey_subject"), "passkey", ["subject"])
    op.create_table(
        "challenge",
        secret("cookie"),
        secret("challenge"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("cookie", name=op.f("challenge_pkey")),
    )
    op.create_index(op.f("challenge_expires_at"), "challenge", ["expires_at"])
    op.create_table(
        "one_time_code",
        *(secret(name) for name in ("id", "holder", "tag", "hash")),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(moment(name) for name in ("sent_at", "expires_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("one_time_code_pkey")),
    )
    for name in ("holder", "tag", "expires_at"):
        op.create_index(op.f(f"one_time_code_{name}"), "one_time_code", [name])
    op.create_table(
        "failure",
        secret("tag"),
        sa.Column("count", sa.Integer(), nullable=False),
        moment("blocked_until"),
        sa.PrimaryKeyConstraint("tag", name=op.f("failure_pkey")),
    )
    op.create_index(op.f("failure_blocked_until"), "failure", ["blocked_until"])


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
