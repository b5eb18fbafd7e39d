"""A person's own ways in: a key on paper, a new phone in place of a lost one."""

from fastapi import BackgroundTasks, Depends, Response

from services.identity.commands import codes, paper
from services.identity.commands import handles as commands
from services.identity.schemas import handles as schemas
from shared import app, requests
from shared.problems import Problem
from shared.requests import RuntimeDep, Self, SessionDep

router = requests.router()


@router.post("/v1/me/paper-key", status_code=201, dependencies=[Depends(requests.kept_nowhere)])
async def make_paper_key(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.PaperKeyIn
) -> schemas.PaperKeyOut:
    """A key on paper, shown this once; the one before ends. With her six digits it signs her in.

    At a counter it is made after a signed form alone, and without `pin`: she typed her digits at the witness's desk.
    """
    return schemas.PaperKeyOut(key=await paper.make(session, runtime.settings, grant, body.pin))


@router.post("/v1/me/handles:replace", status_code=202)
async def replace_phone(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.PhoneIn, later: BackgroundTasks
) -> schemas.HandleOut:
    """Send a code to a new phone; nothing changes before it is confirmed."""
    message = await commands.replace(session, runtime, grant, body.phone)
    later.add_task(codes.deliver, runtime, message)
    return schemas.HandleOut(state="asked")


@router.post("/v1/me/handles:confirm", response_model=schemas.ReplacedOut)
async def confirm_phone(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.CodeIn
) -> schemas.ReplacedOut | Response:
    """Take the new phone: the old one opens nothing any more, every session ends, and a paper key with it."""
    taken = await commands.confirm(session, runtime, grant, body.code)
    return app.rendered(taken) if isinstance(taken, Problem) else taken
