"""What changes a case: one function per verb, split by noun."""

from services.cases.commands.applications import apply, check_vocabulary, keep_committee, screen, stop
from services.cases.commands.cases import Call, Written
from services.cases.commands.invitations import answer, invite
from services.cases.commands.sessions import notify, open_session
from services.cases.commands.settlements import draft, follow_up, report, seal, sign

__all__ = [
    "Call",
    "Written",
    "answer",
    "apply",
    "check_vocabulary",
    "draft",
    "follow_up",
    "invite",
    "keep_committee",
    "notify",
    "open_session",
    "report",
    "screen",
    "seal",
    "sign",
    "stop",
]
