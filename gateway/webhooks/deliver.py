"""Sends what partners are to be told: to public addresses only, each partner by itself, until it is taken."""

import asyncio
import socket
import time
from asyncio import TaskGroup
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.webhooks import commands, queries, rules
from gateway.webhooks.tables import Endpoint, Message
from shared.background import rounds
from shared.problems import Problem
from shared.runtime import Runtime

EVERY = 0.5  # seconds between looks at the list
AT_ONCE = 64  # partners that one process sends to at a time
PATIENCE = 10.0  # seconds that a partner has to answer
FORGET_EVERY = 3600.0  # seconds
GONE = 410
# A connection is to an IP address: kept open, it could carry another partner's message under the first one's name.
ONE_USE = httpx.Limits(max_keepalive_connections=0)

log = structlog.get_logger()


# Looking a name up takes a thread for as long as its name server pleases: not one of those that the app lives on.
LOOKING_UP = ThreadPoolExecutor(AT_ONCE, "webhook-lookup")


class Refused(Exception):
    """The address leads to where nothing may be sent."""


class Unsigned(Exception):
    """No secret can be read."""


async def run(runtime: Runtime) -> None:
    """Send what is due, for ever."""
    sending: dict[str, asyncio.Task[None]] = {}
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE, limits=ONE_USE) as client, TaskGroup() as group:
        group.create_task(_forget(runtime))

        async def one() -> bool:
            for name in [name for name, task in sending.items() if task.done()]:
                del sending[name]
            for message in await commands.take(runtime.engine, list(sending), AT_ONCE - len(sending)):
                sending[message.organization] = group.create_task(_carry(runtime, client, message))
            if sending:
                await asyncio.wait(sending.values(), timeout=EVERY, return_when=asyncio.FIRST_COMPLETED)
            return bool(sending)

        await rounds(EVERY, one, runtime.is_quiet)


async def _forget(runtime: Runtime) -> None:
    async def once() -> None:
        async with runtime.sessions() as session, session.begin():
            await commands.forget(session)

    await rounds(FORGET_EVERY, once)


async def _carry(runtime: Runtime, client: httpx.AsyncClient, message: Message) -> None:
    """One try and what came of it."""
    try:
        async with runtime.sessions() as session:
            kept = await queries.endpoint(session, message.organization)
        status, reason = await tried(runtime, client, kept, message)
        async with runtime.sessions() as session, session.begin():
            if 200 <= status < 300:
                await commands.arrived(session, message.id)
            elif status == GONE:
                await commands.gone(session, message, kept.url)
            else:
                await commands.failed(session, message.id, reason)
    except (SQLAlchemyError, OSError, Problem) as error:
        log.warning("webhook_not_settled", reason=type(error).__name__)  # the lease runs out, and it is tried again


async def tried(runtime: Runtime, client: httpx.AsyncClient, kept: Endpoint, message: Message) -> tuple[int, str]:
    """The status of the answer, and what to write down where it is none that helps; why there was none is nothing that
    a partner may learn of networks by."""
    try:
        async with asyncio.timeout(PATIENCE):
            status = await _send(runtime, client, kept, message)
        return status, f"answered-{status}"
    except Unsigned:
        log.error("webhook_secret_unreadable", attempt=message.attempts)
        return 0, "secret-unreadable"
    except (Refused, Problem):
        log.warning("webhook_address_refused", attempt=message.attempts)
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        log.info("webhook_unanswered", reason=type(error).__name__)
    except Exception as error:  # whatever one partner's address or answer brings about is that partner's alone
        log.error("webhook_failed", reason=type(error).__name__)
    return 0, "no-answer"


async def _send(runtime: Runtime, client: httpx.AsyncClient, kept: Endpoint, message: Message) -> int:
    """POST it to the address that was looked up and found fit just now; the answer's body is not read."""
    secrets = commands.opened(runtime.settings, kept)
    if not secrets:
        raise Unsigned
    content = rules.body(message.referral, message.referral_state, message.told_at)
    url = httpx.URL(kept.url)
    found = await looked_up(url, commands.is_local(runtime.settings))
    headers = {"host": url.netloc.decode(), "content-type": "application/json"}
    headers |= rules.signed(f"msg_{message.id}", int(time.time()), content, secrets)
    more: dict[str, Any] = {"sni_hostname": url.host}
    request = client.build_request("POST", url.copy_with(host=found), content=content, headers=headers, extensions=more)
    answer = await client.send(request, stream=True, follow_redirects=False)
    await answer.aclose()
    return answer.status_code


async def looked_up(url: httpx.URL, local: bool) -> str:
    """The IP address of the host, every one of which must be fit: what is looked up is what is connected to."""
    host = rules.address(str(url), local).hostname or ""
    local = local and rules.is_here(host)
    found = await _addresses(host)
    if not found or not all(rules.may_reach(each, local) for each in found):
        raise Refused
    return found[0]


async def _addresses(host: str) -> list[str]:
    """A thread cannot be stopped: until it has its answer this partner is still being sent to, and gets no second."""
    lookup = asyncio.get_running_loop().run_in_executor(LOOKING_UP, _names, host)
    try:
        return await asyncio.shield(lookup)
    finally:
        await asyncio.wait([lookup])


def _names(host: str) -> list[str]:
    return [str(line[4][0]) for line in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
